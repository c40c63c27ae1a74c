"""The languages nertag knows, and which of them a paragraph's script allows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LATIN_LANGUAGES = ("de", "en", "fr", "it")
LANGUAGES = (*LATIN_LANGUAGES, "ko")

AUTO = "auto"
"""Asks for the language of each paragraph's script."""

LATIN = ""
"""Language of a paragraph whose script says Latin and no more."""

# Syllables, initial consonants (one a syllable in decomposed text) and compatibility letters
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u115f\u3131-\u318e]")
_LATIN_LETTER = re.compile("[A-Za-z\u00c0-\u024f]")

# A Hangul syllable carries about as much as three Latin letters
_LETTERS_PER_SYLLABLE = 3

WORDS, RAW, PARTS = UNITS = ("words", "raw", "parts")
"""What a model may read: words with a label each; or eojeols, or the parts of eojeols, with a label
for every piece."""


def unit_of(units: Mapping[str, str], language: str) -> str:
    """What is read in a language, one of UNITS, where `units` says it per language; in text of
    LATIN script what all of LATIN_LANGUAGES have, if it is one."""
    if language != LATIN:
        return units.get(language, WORDS)
    several = {units.get(name, WORDS) for name in LATIN_LANGUAGES}
    return several.pop() if len(several) == 1 else WORDS


def language_of_script(text: str) -> str:
    """`"ko"` where Hangul outweighs Latin letters, otherwise LATIN."""
    hangul = sum(1 for _ in _HANGUL.finditer(text))
    if not hangul:
        return LATIN
    latin = sum(1 for _ in _LATIN_LETTER.finditer(text))
    return "ko" if hangul * _LETTERS_PER_SYLLABLE >= latin else LATIN
