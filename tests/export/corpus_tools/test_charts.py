"""Bars of blocks."""

from __future__ import annotations

from export.corpus_tools.charts import bar_figure, text_chart


def test_the_largest_comes_first_and_fills_the_width() -> None:
    assert text_chart({"A": 1, "LONG": 2}, width=4) == "LONG  ████ 2\nA     ██ 1\n"


def test_wide_names_are_in_line_and_nothing_has_no_bar() -> None:
    assert text_chart({"조직": 2, "ORG": 0}, width=2) == "조직  ██ 2\nORG    0\n"


def test_nothing_is_no_chart() -> None:
    assert text_chart({}) == ""


def test_the_figure_compares_corpora_under_a_title_with_its_numbers() -> None:
    counts = {"a.conll": {"PER": 3, "LOC": 7}, "b.conll": {"LOC": 1, "ORG": 2}}
    (axes,) = bar_figure(counts, "Entities by type").axes
    assert axes.get_title() == "Entities by type"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["LOC", "PER", "ORG"]
    assert [text.get_text() for text in axes.texts] == ["7", "3", "0", "1", "0", "2"]
    legend = axes.get_legend()
    assert legend is not None
    assert [text.get_text() for text in legend.get_texts()] == ["a.conll", "b.conll"]
