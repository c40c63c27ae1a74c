"""Text in capitals, small letters or headline case, character by character so that offsets stay."""

from __future__ import annotations

import re

from export.corpora.detokenisation import APOSTROPHES, CLITICS

_WORD = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")


def lower(text: str) -> str:
    """All letters small."""
    return "".join(_kept_length(char, char.lower()) for char in text)


def upper(text: str) -> str:
    """All letters capital; those with no capital of one character stay, such as ß."""
    return "".join(_kept_length(char, char.upper()) for char in text)


def title(text: str) -> str:
    """Words with a capital, as in headlines: Don't, L'Italia, O'Neill, Jean-Pierre."""
    cased = list(lower(text))
    for word in _WORD.finditer(text):
        start = word.start()
        after_letter = text[start - 1 : start] in APOSTROPHES and text[start - 2 : start - 1]
        if not (after_letter and after_letter.isalnum() and word[0].lower() in CLITICS):
            cased[start] = _kept_length(text[start], text[start].title())
    return "".join(cased)


def _kept_length(char: str, cased: str) -> str:
    return cased if len(cased) == 1 else char


CASES = {"lower": lower, "upper": upper, "title": title}
"""The names of the cases in a recipe, and what makes each."""
