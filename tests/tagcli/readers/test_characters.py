"""Tokens that are the characters of a text."""

from __future__ import annotations

import json
import unicodedata
from typing import Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.readers.characters import (
    CharacterTokens,
    is_character,
    joined,
    stand_on_characters,
)
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
        ([list("이순신은 산다")] * 7 + [["서울", "에"]], True),
        ([["서울", "에", "산", "다"]] * 20, False),
        ([[" "]], False),
        ([["", ""]], False),
        ([[]], False),
        ([], False),
    ],
)
def test_stand_on_characters(sentences: list[list[str]], expected: bool) -> None:
    assert stand_on_characters(sentences) is expected


Form = Literal["NFC", "NFD"]
ODD = ["❤️", "👍🏽", "👩‍👩‍👧", "❤️‍🔥", "1️⃣", "🇰🇷", "é", "각", "ᄒᆞᆫ", "कि", "🏴󠁧󠁢󠁷󠁬󠁳󠁿"]


@pytest.mark.parametrize("token", [*ODD, "", " ", "가", "ㅋ"])
def test_one_character_may_be_many_code_points(token: str) -> None:
    for form in get_args(Form):
        assert is_character(unicodedata.normalize(form, token))


@pytest.mark.parametrize("token", ["서울", "ㅋㅋ", "ab", "❤️❤️", "🇰🇷🇩🇪", "a\u0301b", ".."])
def test_two_characters_are_not_one(token: str) -> None:
    for form in get_args(Form):
        assert not is_character(unicodedata.normalize(form, token))


@given(st.characters(exclude_categories=["Cs", "Cn"]), st.sampled_from(get_args(Form)))
def test_a_letter_composed_or_not_is_one(letter: str, form: Form) -> None:
    if len(unicodedata.normalize("NFC", letter)) == 1:
        assert is_character(unicodedata.normalize(form, letter))


SENTENCE = list("이순신은 서울에 산다")


@pytest.mark.parametrize("odd", [*ODD, "서울", "ㅋㅋ"])
@pytest.mark.parametrize("place", [0, 4, 7])
@pytest.mark.parametrize("form", get_args(Form))
def test_one_odd_token_makes_no_words_of_characters(odd: str, place: int, form: Form) -> None:
    sentences = [[*SENTENCE] for _ in range(8)]
    sentences[place][4:4] = [" ", odd]
    sentences = [[unicodedata.normalize(form, token) for token in one] for one in sentences]
    rows = "\n\n".join("\n".join(f"{token}\tO" for token in one) for one in sentences)
    objects = "\n".join(json.dumps({"tokens": one}) for one in sentences)
    for documents in (read("conll", rows), read("jsonl", objects)):
        assert [document.text for document in documents] == ["".join(one) for one in sentences]
        assert all(document.by_character for document in documents)


@pytest.mark.parametrize("place", [0, 4, 7])
def test_a_sentence_of_words_among_those_of_characters(place: int) -> None:
    sentences = [[*SENTENCE] for _ in range(8)]
    sentences[place] = ["안나", "는", "서울", "에"]
    rows = "\n\n".join("\n".join(f"{token}\tO" for token in one) for one in sentences)
    objects = "\n".join(json.dumps({"tokens": one}) for one in sentences)
    for documents in (read("conll", rows), read("jsonl", objects)):
        assert documents[place].text == "안나 는 서울 에"
        assert [i for i, one in enumerate(documents) if not one.by_character] == [place]


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
