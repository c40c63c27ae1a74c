"""Bars of blocks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from export.corpus_tools.charts import bar, text_chart


@given(st.floats(0, 1), st.integers(1, 60))
def test_a_bar_is_as_long_as_its_share(share: float, width: int) -> None:
    drawn = bar(share, width)
    eighths = 8 * drawn.count("█") + sum(" ▏▎▍▌▋▊▉".index(c) for c in drawn if c != "█")
    assert eighths == round(8 * share * width)
    assert len(drawn) <= width


def test_the_largest_comes_first_and_fills_the_width() -> None:
    assert text_chart({"A": 1, "LONG": 2}, width=4) == "LONG  ████ 2\nA     ██ 1\n"


def test_nothing_is_no_chart() -> None:
    assert text_chart({}) == ""
