"""Offsets in other units than code points, for readers in other languages."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CODE_POINTS, UTF_16, BYTES = "codepoints", "utf16", "bytes"
OFFSET_UNITS = (CODE_POINTS, UTF_16, BYTES)
"""What offsets may count: code points, as Python does; UTF-16 units, as JavaScript and Java do; or
bytes of UTF-8, as Go and Rust do."""


def unit_places(text: str, unit: str) -> Sequence[int]:
    """Where every code point of the text begins, and where the last one ends, in a unit of
    OFFSET_UNITS; shape (characters + 1,)."""
    if unit == CODE_POINTS or text.isascii():
        return range(len(text) + 1)
    width = _in_utf_16 if unit == UTF_16 else _in_utf_8
    return list(accumulate(map(width, text), initial=0))


def _in_utf_16(char: str) -> int:
    return 1 + (char > "\uffff")


def _in_utf_8(char: str) -> int:
    return 1 + (char > "\x7f") + (char > "\u07ff") + (char > "\uffff")


def to_code_points(text: str, unit: str) -> Callable[[int], int | None]:
    """From offsets in a unit to those in code points; None for one that is in a character, or
    behind the text."""
    places = unit_places(text, unit)
    if isinstance(places, range):
        return lambda offset: offset if offset in places else None
    return {place: index for index, place in enumerate(places)}.get
