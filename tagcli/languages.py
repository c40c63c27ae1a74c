"""The languages nertag knows, and which of them a paragraph's script allows."""

from __future__ import annotations

import re

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


def language_of_script(text: str) -> str:
    """`"ko"` where Hangul outweighs Latin letters, otherwise LATIN."""
    hangul = sum(1 for _ in _HANGUL.finditer(text))
    if not hangul:
        return LATIN
    latin = sum(1 for _ in _LATIN_LETTER.finditer(text))
    return "ko" if hangul * _LETTERS_PER_SYLLABLE >= latin else LATIN
