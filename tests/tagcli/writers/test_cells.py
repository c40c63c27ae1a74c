"""The cells of a terminal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.writers.cells import blocks, cell_width, padded


@pytest.mark.parametrize(("text", "cells"), [("", 0), ("Köln", 4), ("서울", 4), ("漢 a", 4)])
def test_wide_characters_take_two_cells_and_decomposed_letters_one(text: str, cells: int) -> None:
    assert cell_width(text) == cells
    assert cell_width(unicodedata.normalize("NFD", text)) == cells


def test_a_text_is_filled_up_with_blanks() -> None:
    assert [padded(text, 4) for text in ("", "a", "서울")] == ["    ", "a   ", "서울"]
    assert padded("wider", 4) == "wider"


@given(st.floats(0, 1), st.integers(1, 60))
def test_a_bar_is_as_long_as_its_share(share: float, cells: int) -> None:
    drawn = blocks(share, cells)
    eighths = 8 * drawn.count("█") + sum(" ▏▎▍▌▋▊▉".index(c) for c in drawn if c != "█")
    assert eighths == round(8 * share * cells)
    assert len(drawn) <= cells
