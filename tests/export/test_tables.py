"""Rows of text as tables."""

from __future__ import annotations

from export.tables import as_markdown, as_table

ROWS = [["type", "n"], ["조직", "10"], ["a|b", ""]]


def test_columns_are_in_line_whatever_their_script() -> None:
    assert as_table(ROWS) == "type   n\n조직  10\na|b\n"
    decomposed = [["e\u0301", "1"], ["ab", "2"]]
    assert as_table(decomposed) == "e\u0301   1\nab  2\n"


def test_what_markdown_would_take_for_its_own_is_escaped() -> None:
    assert as_markdown(ROWS) == "| type | n |\n| --- | ---: |\n| 조직 | 10 |\n| a\\|b |  |\n"
