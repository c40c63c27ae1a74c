"""The language of a text, as far as its script shows it."""

from __future__ import annotations

import re
import unicodedata

from tagcli.languages import LATIN
from tagcli.segmentation.addresses import addresses
from tagcli.segmentation.korean import particle_start

# Syllables, initial consonants (one a syllable in decomposed text) and compatibility letters
_HANGUL = re.compile("[\uac00-\ud7a3\u1100-\u115f\u3131-\u318e]")
_LATIN_LETTER = re.compile("[A-Za-z\u00c0-\u024f]")
# A Hangul syllable carries about as much as three Latin letters
_LETTERS_PER_SYLLABLE = 3

# What is in brackets explains a name in the other script: Seoul (서울), 서울 (Seoul)
_ASIDE = r"[(（](?:[^()（）]{2,20}|[^()（）\uac00-\ud7a3]+)[)）]"
_AROUND_WORD = r"^[\W_]+|[\W_]+$"
_PREDICATE = "[가-힣](?:다|요|까|죠|네|자|라|냐|니|음|임|함|됨|듯)$"


def language_of_script(text: str) -> str:
    """`"ko"` where Hangul outweighs Latin letters outside of addresses and of brackets, or where
    words have Korean endings; otherwise LATIN."""
    hangul = len(_HANGUL.findall(text))
    if not hangul:
        return LATIN
    if _LATIN_LETTER.search(text):
        text = _without_asides(_without_addresses(text))
        hangul = len(_HANGUL.findall(text))
    latin = len(_LATIN_LETTER.findall(text))
    is_korean = hangul * _LETTERS_PER_SYLLABLE >= latin or _has_korean_endings(text)
    return "ko" if hangul and is_korean else LATIN


def _without_addresses(text: str) -> str:
    for start, end in reversed(addresses(text)):
        text = text[:start] + text[end:]
    return text


def _without_asides(text: str) -> str:
    """The text without what is in brackets, unless that is all."""
    bare = re.sub(_ASIDE, " ", text)
    return bare if _HANGUL.search(bare) or _LATIN_LETTER.search(bare) else text


def _has_korean_endings(text: str) -> bool:
    """Whether words in Latin letters have Korean particles, as in United는, or the sentence ends in
    a Korean predicate, and more words end in Hangul than Latin ones begin in a small letter, as all
    but names do."""
    words = [re.sub(_AROUND_WORD, "", word) for word in unicodedata.normalize("NFC", text).split()]
    words = [word for word in words if word]
    korean = [word for word in words if _HANGUL.match(word[-1])]
    small = sum(word[0].islower() for word in words if not _HANGUL.search(word))
    if len(korean) <= small:
        return False
    return bool(re.search(_PREDICATE, words[-1])) or any(map(_has_particle, korean))


def _has_particle(word: str) -> bool:
    """Whether a word is a particle or ends in one: in any where it begins in Latin letters, in
    Hangul in one of several syllables, since a name may end in what looks like a short one."""
    length = len(word) + 1 - particle_start(f"A{word}", 0, len(word) + 1)
    is_alone = length == len(word) or _LATIN_LETTER.match(word) is not None
    return length > 1 or (length == 1 and is_alone)
