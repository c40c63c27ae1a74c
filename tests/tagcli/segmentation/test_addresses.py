"""Web and mail addresses in running text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.segmentation.addresses import addresses


# Addresses are in braces.
@pytest.mark.parametrize(
    "marked",
    [
        "Siehe {https://example.org/wiki/A_(b)}, ({http://x.example/y}). {www.example.com/?a=b}!",
        "Mail an {max.muster-mann@mail.example.org}, an <{a+b@c.example}>.",
        "자세한 내용은 {www.example.com}에서, {minji.kim@example.ac.kr}로 ({https://a.example/b})는",
        "{https://ko.example.org/wiki/서울} 및 {http://a.example/?q=가나&b=c}입니다",
        "@max und #tag und www und a@b und 3@4",
        "foo://bar {ftp://a.example/b}",
    ],
)
def test_addresses(marked: str) -> None:
    text = marked.replace("{", "").replace("}", "")
    found = [text[start:end] for start, end in addresses(text)]
    assert found == [part.split("}")[0] for part in marked.split("{")[1:]]


@given(
    st.lists(
        st.sampled_from([*"a1가.,@:/-_) (", "www.", "https://", "a@b.de", "에서", "\ufffc"]),
        max_size=30,
    ).map("".join)
)
def test_addresses_stand_in_order(text: str) -> None:
    at = 0
    for start, end in addresses(text):
        assert at <= start < end <= len(text)
        assert not any(char.isspace() for char in text[start:end])
        at = end


@pytest.mark.parametrize("unit", ["a", "a@", "a.", "a@b.", "www.", "http://a ", "http://", "가@"])
def test_long_runs(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    assert all(start < end for start, end in addresses(text))
