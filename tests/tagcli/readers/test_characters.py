"""Tokens that are the characters of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.readers.characters import CharacterTokens, joined, stand_on_characters
from tests.support.reading import read, tokens_of


@pytest.mark.parametrize(
    ("sentences", "expected"),
    [
        ([list("이순신은 서울에 산다")], True),
        ([list("이순신은"), list("간다")], True),
        ([list("Anna lebt")], True),
        ([["이", "책"]], False),
        ([["a", "b", "c", "d", "e"]], False),
        ([list("이순신은 산다"), ["서울", "에"]], False),
        ([[" "]], False),
        ([["", ""]], False),
        ([[]], False),
        ([], False),
    ],
)
def test_stand_on_characters(sentences: list[list[str]], expected: bool) -> None:
    assert stand_on_characters(sentences) is expected


@given(st.lists(st.text(max_size=3)), st.booleans())
def test_tokens_are_the_text_at_their_offsets(tokens: list[str], by_character: bool) -> None:
    text, offsets = joined(tokens, by_character)
    assert [text[start:end] for start, end in offsets.tolist()] == tokens
    assert text == ("" if by_character else " ").join(tokens)


def test_a_short_list_is_what_the_one_before_it_was() -> None:
    characters, words = CharacterTokens(), CharacterTokens()
    assert [characters.are(list(text)) for text in ("안나는 간다", "네.")] == [True, True]
    assert [words.are(tokens) for tokens in (["안나는", "간다"], ["이", "책", "은", "내"])] == [
        False, False
    ]  # fmt: skip
    assert not CharacterTokens().are(["네", "."])


def test_jsonl_tokens_that_are_characters() -> None:
    text = '{"tokens": ["안", "나", " ", "막", "스"]}\n{"tokens": ["네", "."]}'
    first, second = read("jsonl", text)
    assert (first.text, second.text) == ("안나 막스", "네.")
    assert tokens_of(first) == ["안", "나", " ", "막", "스"]
    assert first.by_character
    assert first.given_words is None
    (words,) = read("jsonl", '{"tokens": ["안나", " ", "막"]}')
    assert words.text == "안나   막"
    assert words.given_words is not None


def test_conll_tokens_that_are_characters() -> None:
    first, second = read("conll", "안\tB-PS\n나\tI-PS\n \tO\n막\tB-PS\n스\tI-PS\n\n네\tO\n.\tO\n")
    assert (first.text, second.text) == ("안나 막스", "네.")
    assert tokens_of(first) == ["안", "나", " ", "막", "스"]
    (without_blanks,) = read("conll", "안\tB-PS\n나\tI-PS\n막\tB-PS\n스\tI-PS\n")
    assert without_blanks.text == "안나막스"
    _, long = read("conll", "안\tB-PS\n나\tI-PS\n \tO\n간\tO\n다\tO\n" + "\n안나\tO\n는\tO\n" * 1)
    assert long.text == "안나 는"
