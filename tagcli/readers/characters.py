"""Tokens that are the characters of a text, as KLUE and doccano have them."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tagcli.readers.base import token_offsets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tagcli.records import Spans

_FEWEST_HANGUL = 4
_FEWEST_HANGUL_BEHIND_WORDS = 10
_MOST_LONG = 0.05
"""The share of tokens that may be longer where all others are characters. Of words, half are."""
_MOST_LONG_OF_SENTENCE = 0.2

_MARKS = frozenset(("Mn", "Mc", "Me"))  # accents, vowel signs, variation selectors, keycaps
_GOES_ON = re.compile(
    "\u200d.?"  # what a joiner joins
    "|[\U0001f3fb-\U0001f3ff]"  # the colour of skin
    "|[\U000e0020-\U000e007f\u200c]"  # the letters of a flag such as that of Wales
    "|[\u1160-\u11ff\ud7b0-\ud7ff]",  # vowels and finals of Hangul that compose to no syllable
    re.DOTALL,
)
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")


def is_character(token: str) -> bool:
    """Whether a token is no more than one character to who reads it, of however many code
    points."""
    if len(token) < 2:
        return True
    rest = unicodedata.normalize("NFC", token)
    rest = rest[:1] + _GOES_ON.sub("", rest[1:])
    if _FLAG.fullmatch(rest):
        return True
    return all(unicodedata.category(one) in _MARKS for one in rest[1:])


def stand_on_characters(
    sentences: Iterable[Sequence[str]], fewest_hangul: int = _FEWEST_HANGUL
) -> bool:
    """Whether the tokens are a text's characters: nearly all are one, and there are blanks among
    them, or several letters of Hangul and no blanks at all."""
    has_blank, count, long, hangul, others = False, 0, 0, 0, 0
    for tokens in sentences:
        count += len(tokens)
        long += sum(not is_character(token) for token in tokens)
        has_blank |= " " in tokens
        hangul += sum(_is_hangul(token) for token in tokens)
        others += sum(token not in ("", " ") for token in tokens)
    if long > count * _MOST_LONG:
        return False
    return (has_blank and others > 0) or hangul >= fewest_hangul


def _is_hangul(token: str) -> bool:
    if len(token) > 1:
        token = unicodedata.normalize("NFC", token)[:1]
    return "가" <= token <= "힣"


def are_mostly_characters(tokens: Sequence[str]) -> bool:
    """Whether a sentence is one of characters, in a file of which they are."""
    long = sum(not is_character(token) for token in tokens)
    return long <= len(tokens) * _MOST_LONG_OF_SENTENCE


def joined(tokens: Sequence[str], by_character: bool) -> tuple[str, Spans]:
    """The text of the tokens, with a blank between words and none between characters, and their
    offsets in it."""
    if by_character:
        return "".join(tokens), token_offsets(tokens, gap=0)
    return " ".join(tokens), token_offsets(tokens)


class CharacterTokens:
    """Tells of one list of tokens after the other whether they are characters. A short list that
    could be either is what most before it were."""

    def __init__(self) -> None:
        self._characters = 0  # lists that were so for sure
        self._words = 0

    def are(self, tokens: Sequence[str]) -> bool:
        """Whether these tokens are a text's characters."""
        if not are_mostly_characters(tokens):
            self._words += 1
            return False
        behind_words = self._words > self._characters
        fewest = _FEWEST_HANGUL_BEHIND_WORDS if behind_words else _FEWEST_HANGUL
        has_blank = " " in tokens and any(token not in ("", " ") for token in tokens)
        if has_blank or stand_on_characters([tokens], fewest):
            self._characters += 1
            return True
        return self._characters > self._words
