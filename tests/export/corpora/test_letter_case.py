"""Cases that keep offsets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.corpora.letter_case import CASES


@pytest.mark.parametrize(
    ("case", "text", "expected"),
    [
        ("upper", "Straße ﬁn", "STRAßE ﬁN"),
        ("lower", "İZMİR Σ", "İzmİr σ"),
        ("title", "don't say l'italia", "Don't Say L'Italia"),
        ("title", "O’NEILL’S jean-pierre", "O’Neill’s Jean-Pierre"),
        ("title", "'s ist ßo 3rd", "'S Ist ßo 3rd"),
        ("title", "cafe\u0301s", "Cafe\u0301s"),
    ],
)
def test_cases(case: str, text: str, expected: str) -> None:
    assert CASES[case](text) == expected


@given(st.sampled_from(sorted(CASES)), st.text())
def test_a_case_keeps_length_and_characters(case: str, text: str) -> None:
    cased = CASES[case](text)
    assert len(cased) == len(text)
    for before, after in zip(text, cased, strict=True):
        assert after in (before, before.lower(), before.upper(), before.title())
