"""Offsets of given tokens."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tagcli.readers.base import token_offsets


@given(st.lists(st.text(max_size=8), max_size=12))
def test_token_offsets(tokens: list[str]) -> None:
    text = " ".join(tokens)
    spans = token_offsets(tokens)
    assert spans.shape == (len(tokens), 2)
    assert [text[start:end] for start, end in spans.tolist()] == tokens
