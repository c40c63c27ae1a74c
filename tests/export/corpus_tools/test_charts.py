"""Bars of blocks."""

from __future__ import annotations

from export.corpus_tools.charts import text_chart


def test_the_largest_comes_first_and_fills_the_width() -> None:
    assert text_chart({"A": 1, "LONG": 2}, width=4) == "LONG  ████ 2\nA     ██ 1\n"


def test_wide_names_are_in_line_and_nothing_has_no_bar() -> None:
    assert text_chart({"조직": 2, "ORG": 0}, width=2) == "조직  ██ 2\nORG    0\n"


def test_nothing_is_no_chart() -> None:
    assert text_chart({}) == ""
