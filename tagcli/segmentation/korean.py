"""Korean units: eojeols (what stands between blanks), their parts, and the particles at their
ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from tagcli.segmentation.addresses import addresses
from tagcli.segmentation.marks import without_glued_marks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tagcli.records import Spans

_EOJEOL = re.compile(r"\S+")
# Letters and digits; a mark with those that without_glued_marks gives it; any other character
_PART = re.compile("[^\\W_]+|\ufffc\u0300*|\\S")

# What must stand before a particle: a final consonant, none, none or ㄹ, or anything. 도 is left
# out: at the end of a name it is more often a province (경기도) or an island.
_PARTICLES_AFTER = {
    "consonant": (
        "은", "이", "을", "과", "으로", "이나", "이라", "이라는", "이라고", "이며", "이랑",
    ),
    "vowel": ("는", "가", "를", "와", "나", "라는", "라고", "며", "랑"),
    "vowel or ㄹ": ("로", "로서", "로부터"),
    "any": (
        "의", "에", "에서", "에게", "에게서", "께", "께서", "만", "까지", "부터", "보다",
        "처럼", "에는", "에도", "에서는", "에서도", "에서의", "에만", "으로부터", "조차", "마저",
        "밖에", "에게로", "에게는", "까지는",
    ),
}  # fmt: skip
_CONDITIONS = {
    particle: condition
    for condition, particles in _PARTICLES_AFTER.items()
    for particle in particles
}
# What is too often the end of a name where that is not known
_BEHIND_KNOWN_NAMES = {
    "도": "any", "이다": "consonant", "다": "vowel", "입니다": "any", "이었다": "consonant",
    "였다": "vowel", "이에요": "consonant", "예요": "vowel", "아": "consonant", "야": "vowel",
}  # fmt: skip
_LONGEST_PARTICLE = max(map(len, _CONDITIONS))
_LAST_SYLLABLES = {particle[-1] for particle in _CONDITIONS}
_HANGUL_FIRST, _HANGUL_LAST, _FINALS = 0xAC00, 0xD7A3, 28
_FINAL_RIEUL = 8


def eojeols(text: str, start: int, end: int) -> Spans:
    """Offsets of the runs without blanks within text[start:end], shape (n, 2)."""
    spans = [match.span() for match in _EOJEOL.finditer(text, start, end)]
    return np.array(spans, np.int32).reshape(-1, 2)


def parts(text: str, start: int, end: int) -> Spans:
    """Offsets of what eojeols within text[start:end] are made of, shape (n, 2): runs of letters and
    digits without the particle that they may end in, that particle, addresses, marks that are glued
    on, and single other characters.

    Nearly every name begins and ends where a part does, or one of its pieces.
    """
    text = without_glued_marks(text[start:end])
    spans: list[tuple[int, int]] = []
    done = 0
    for address in addresses(text):
        _add_parts(text, done, address[0], spans)
        spans.append(address)
        done = address[1]
    _add_parts(text, done, len(text), spans)
    return np.array(spans, np.int32).reshape(-1, 2) + np.int32(start)


def _add_parts(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    for match in _PART.finditer(text, start, end):
        first, last = match.span()
        particle = particle_start(text, first, last)
        spans.append((first, particle))
        if particle < last:
            spans.append((particle, last))


def particle_start(text: str, start: int, end: int) -> int:
    """Where the longest particle at the end of text[start:end] begins, or `end` if there is none.

    The particle must fit the final consonant of the syllable before it, and something must be
    left of the name.
    """
    if end <= start or text[end - 1] not in _LAST_SYLLABLES:
        return end
    for length in range(min(_LONGEST_PARTICLE, end - start - 1), 0, -1):
        condition = _CONDITIONS.get(text[end - length : end])
        if condition and _fits(condition, text[end - length - 1]):
            return end - length
    return end


def is_particle(text: str, start: int, end: int) -> bool:
    """Whether text[start:end] is a particle that may follow what is known to be a name there."""
    particle = text[start:end]
    condition = _CONDITIONS.get(particle) or _BEHIND_KNOWN_NAMES.get(particle)
    return condition is not None and _fits(condition, text[start - 1])


def particle_starts(text: str, start: int, end: int) -> Iterator[int]:
    """Where the particles at the end of text[start:end] may begin behind what is known to be a
    name."""
    if not "가" <= text[end - 1] <= "힣":
        return
    for length in range(1, min(_LONGEST_PARTICLE, end - start - 1) + 1):
        if is_particle(text, end - length, end):
            yield end - length


def _fits(condition: str, syllable: str) -> bool:
    code = ord(syllable)
    if not _HANGUL_FIRST <= code <= _HANGUL_LAST:
        # 3월, NATO, 005930): how it is read aloud is not written
        return not syllable.isspace()
    final = (code - _HANGUL_FIRST) % _FINALS
    if condition == "consonant":
        return final != 0
    if condition == "vowel":
        return final == 0
    if condition == "vowel or ㄹ":
        return final in (0, _FINAL_RIEUL)
    return True
