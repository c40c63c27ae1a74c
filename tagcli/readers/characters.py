"""Tokens that are the characters of a text, as KLUE and doccano have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagcli.readers.base import token_offsets

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tagcli.records import Spans

_FEWEST_HANGUL = 4


def stand_on_characters(sentences: Iterable[Sequence[str]]) -> bool:
    """Whether the tokens are a text's characters: each is one, and there are blanks among them, or
    several letters of Hangul and no blanks at all."""
    has_blank, hangul, others = False, 0, 0
    for tokens in sentences:
        if any(len(token) > 1 for token in tokens):
            return False
        has_blank |= " " in tokens
        hangul += sum("가" <= token <= "힣" for token in tokens)
        others += sum(token not in ("", " ") for token in tokens)
    return (has_blank and others > 0) or hangul >= _FEWEST_HANGUL


def joined(tokens: Sequence[str], by_character: bool) -> tuple[str, Spans]:
    """The text of the tokens, with a blank between words and none between characters, and their
    offsets in it."""
    if by_character:
        return "".join(tokens), token_offsets(tokens, gap=0)
    return " ".join(tokens), token_offsets(tokens)


class CharacterTokens:
    """Tells of one list of tokens after the other whether they are characters. A short list that
    could be either is what the one before it was."""

    def __init__(self) -> None:
        self._are = False
        self._are_words = False

    def are(self, tokens: Sequence[str]) -> bool:
        """Whether these tokens are a text's characters."""
        if any(len(token) > 1 for token in tokens):
            self._are, self._are_words = False, True
        elif " " in tokens or (not self._are_words and stand_on_characters([tokens])):
            self._are = stand_on_characters([tokens])
        return self._are
