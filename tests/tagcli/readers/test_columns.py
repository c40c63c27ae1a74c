"""Columns of CoNLL rows, and which of them hold tags."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.readers.columns import (
    are_quoted,
    are_tags,
    cells_of,
    filled,
    is_header,
    split_columns,
    tag_columns,
    without_quotes,
)
from tagcli.records import ConllRows

ODD = "a\u2028b\x85c\x0bd\re\xa0f\x0cg"


@pytest.mark.parametrize(
    ("line", "columns"),
    [
        ("New York\tX\tO", ["New York", "X", "O"]),
        ("a\t\tO", ["a", "", "O"]),
        ("a  b   O", ["a", "b", "O"]),
        (f"{ODD} O", [ODD, "O"]),
        (f"{ODD}\tO", [ODD, "O"]),
        ("Anna \tB-PER ", ["Anna", "B-PER"]),
        ("Anna\tB-PER\t", ["Anna", "B-PER", ""]),
        ("Anna B-PER\t", ["Anna", "B-PER"]),
        ("Anna B-PER \t ", ["Anna", "B-PER"]),
        (" \tO", ["", "O"]),
        ("\ufeffAnna O", ["Anna", "O"]),
        ("\ufeff\ufeffAnna\tO", ["Anna", "O"]),
    ],
)
def test_split_columns(line: str, columns: list[str]) -> None:
    assert split_columns(line) == columns


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("O O", True),
        ("o o", True),
        ("O B-PER I-PER", True),
        ("B-PER", True),
        ("b-per o", True),
        ("B_PS O", True),
        ("PER-B -", True),
        ("PER_B O", True),
        ("B-PER 0", True),
        ("B-PER M-PER E-PER", True),
        ("PER PER O", True),
        ("WORK_OF_ART O", True),
        ("O O person", True),
        ("B-PER " * 20 + "PRE", True),
        ("B-PER PRE", False),
        ("- -", False),
        ("_ _", False),
        ("0 0", False),
        ("PER LOC", False),
        ("O V N", False),
        ("O lebt Anna", False),
        ("NN NE VVFIN", False),
        ("1 2 3", False),
        ("Anna lebt in", False),
        ("http://example.org O", False),
    ],
)
def test_are_tags(cells: str, expected: bool) -> None:
    assert are_tags(Counter(cells.split(" "))) is expected


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("TOKEN NE-COARSE-LIT NE-COARSE-METO MISC", True),
        ("Token Tag", True),
        ("word\tpos\tner", True),
        ("id form label", True),
        ("Word NN", False),
        ("Token O", False),
        ("word label B-PER", False),
        ("Anna PER", False),
        ("the pos", False),
    ],
)
def test_is_header(cells: str, expected: bool) -> None:
    assert is_header(cells.split()) is expected


def test_quotes_around_all_cells() -> None:
    assert are_quoted([['"Anna"', '"B-PER"'], ['""""', '"O"'], ["7", ""]])
    assert not are_quoted([['"Anna"', '"B-PER"'], ['"', '"O"']])
    assert not are_quoted([['"Anna"', "B-PER"]])
    assert not are_quoted([["7"]])
    assert without_quotes(['"Anna"', '"say ""a"""', '""""', '"', "7"]) == [
        "Anna", 'say "a"', '"', '"', "7"
    ]  # fmt: skip


def test_filled() -> None:
    assert [filled(cells) for cells in (["a", "", ""], ["", "b"], ["", ""], [])] == [1, 2, 0, 0]


def test_cells_are_as_many_in_every_row() -> None:
    rows = ConllRows((), ("Anna\tB-PER\tx", "lebt\tO", " \tO"))
    assert cells_of(rows) == [["Anna", "B-PER", "x"], ["lebt", "O", ""], ["", "O", ""]]
    assert cells_of(ConllRows((), ("Anna O", " O"))) == [["Anna", "O"], ["", "O"]]
    assert cells_of(ConllRows((), ('"Anna"\t"O"',), is_quoted=True)) == [["Anna", "O"]]
    assert cells_of(ConllRows(("# a",), ())) == []


def test_tag_columns_of_a_whole_file() -> None:
    first = ConllRows((), ("Anna NNP B-NP B-PER", "lives VBZ B-VP O"))
    second = ConllRows((), ("Max NNP B-NP B-PER",))
    assert tag_columns([first, second]) == (2, 3)
    assert tag_columns([ConllRows((), ("B-PER\tAnna", "O\tlebt"), token_column=1)]) == (0,)
    assert tag_columns(
        [ConllRows(("# a",), ()), ConllRows((), ("1\tAnna\tO",), token_column=1)]
    ) == (2,)
    assert tag_columns([]) == ()


CELLS = st.text(
    st.characters(exclude_characters="\t\n \ufeff", exclude_categories=["Cs"]), min_size=1
)


@given(st.lists(CELLS, min_size=2, max_size=5), st.sampled_from(["\t", " ", "   ", " \t", "\t "]))
def test_blanks_around_columns_are_no_content(cells: list[str], gap: str) -> None:
    assert split_columns(gap.join(cells)) == cells
    assert split_columns(f"\ufeff{gap.join(cells)}  ") == cells
