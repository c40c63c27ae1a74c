from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.control_characters import visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[31mrot\x1b[0m", "␛[31mrot␛[0m"),
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("a\x00b\x08c\rd\x7fe", "a␀b␈c␍d␡e"),
        ("a\x9b31mb\x85c", "a\ufffd31mb\ufffdc"),
        ("half \ud800 a pair", "half \ufffd a pair"),
        ("tab\tand line\nfeed, 각 e\u0301 \u2028 😀", "tab\tand line\nfeed, 각 e\u0301 \u2028 😀"),
    ],
)
def test_control_characters_have_pictures(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(st.text(st.characters(), max_size=40))
def test_all_else_stays_where_it_is(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    for before, after in zip(text, shown, strict=True):
        if before in "\t\n" or unicodedata.category(before) not in ("Cc", "Cs"):
            assert after == before
        else:
            assert unicodedata.category(after) == "So"
