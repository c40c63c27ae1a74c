"""The languages nertag knows, and what is read in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

LATIN_LANGUAGES = ("de", "en", "fr", "it")
LANGUAGES = (*LATIN_LANGUAGES, "ko")

AUTO = "auto"
"""Asks for the language of each paragraph's script."""

LATIN = ""
"""Language of a paragraph whose script says Latin and no more."""

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
