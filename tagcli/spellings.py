"""How label names are written: B-PER, PER-B, B_PS, b-per, BPER, or the bare type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

OUTSIDE = "O"

Parts = tuple[str, str]
"""A label taken apart: its prefix, B, I, E, S or O, and its type, "" for O."""

NOTHING: Parts = (OUTSIDE, "")
"""O, taken apart."""
_PREFIXES = {
    "B": "B", "I": "I", "E": "E", "S": "S",
    "L": "E", "U": "S",  # BILOU
    "M": "I", "W": "S",  # BMES, BMEWO
}  # fmt: skip
_LETTERS = "".join(_PREFIXES) + "".join(_PREFIXES).lower()
_JOINT = r"[-_.:/ ]"

_OUTSIDE_NAMES = frozenset({OUTSIDE, "o", "0"})
_UNSAID = frozenset({"-", "_"})
"""Cells of a table that say nothing; corpora of Naver's have "-" for O."""
_SPECIAL = frozenset({"X", "PAD", "CLS", "SEP", "UNK", "MASK", "IGNORE"})
"""What scripts that train put beside the tags for what is no word, where all others are tags."""
_BRACKETS = re.compile(
    r"\[(?:CLS|SEP|PAD|UNK|MASK|BOS|EOS|START|STOP|END)\]"
    r"|<[/|]?(?:s|cls|sep|pad|unk|mask|bos|eos|start|stop|end)\|?>",
    re.IGNORECASE,
)
"""Special tokens wherever they stand."""

_FIRST = re.compile(rf"([{_LETTERS}]){_JOINT}(\S.*)")
_LAST = re.compile(rf"(.*\S){_JOINT}([{_LETTERS}])")
_CUT = re.compile(rf"[{_LETTERS}]{_JOINT}?|{_JOINT}[{_LETTERS}]")
"""A prefix that has lost its type."""
_GLUED = re.compile(r"([BIESLUMW])([A-Z]{2,})")


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write labels: `name` shows it, `parts` takes a label apart, or gives None for one
    that is not written so."""

    name: str
    parts: Callable[[str], Parts | None]


def says_nothing(label: str) -> bool:
    """Whether a label is O, or that of a special token, wherever labels have prefixes."""
    return (
        label in _OUTSIDE_NAMES
        or label in _UNSAID
        or label.upper() in _SPECIAL
        or _BRACKETS.fullmatch(label) is not None
    )


def _first(label: str) -> Parts | None:
    if says_nothing(label):
        return NOTHING
    found = _FIRST.fullmatch(label)
    return found and (_PREFIXES[found[1].upper()], found[2])


def _last(label: str) -> Parts | None:
    if says_nothing(label):
        return NOTHING
    found = _LAST.fullmatch(label)
    return found and (_PREFIXES[found[2].upper()], found[1])


def _glued(label: str) -> Parts | None:
    if says_nothing(label):
        return NOTHING
    found = _GLUED.fullmatch(label)
    return found and (_PREFIXES[found[1]], found[2])


def _bare(label: str) -> Parts | None:
    if label in _OUTSIDE_NAMES or label in _UNSAID or _BRACKETS.fullmatch(label):
        return NOTHING
    return None if _CUT.fullmatch(label) or label.isdigit() else ("I", label)


USUAL = Spelling("B-PER", _first)
BARE = Spelling("PER", _bare)
TYPE_FIRST = Spelling("PER-B", _last)
_GLUED_SPELLING = Spelling("BPER", _glued)


def spelling_of(labels: Collection[str]) -> Spelling | None:
    """How these labels are written, all of them; None where no one way fits, as where most have a
    prefix and one has none.

    BPER and IPER need each other to be no bare types, and bare types need an O beside them.
    """
    for spelling in (USUAL, TYPE_FIRST):
        if all(spelling.parts(label) for label in labels):
            return spelling
    if all(map(_glued, labels)) and _goes_on(map(_glued, labels)):
        return _GLUED_SPELLING
    is_bare = all(map(_bare, labels)) and any(label in _OUTSIDE_NAMES for label in labels)
    return BARE if is_bare and not _mostly_prefixed(labels) else None


def _goes_on(parts: Iterable[Parts | None]) -> bool:
    """Whether a type that begins somewhere goes on elsewhere."""
    found = [one for one in parts if one is not None]
    begun = {name for prefix, name in found if prefix == "B"}
    return any(prefix != "B" and name in begun for prefix, name in found)


def _mostly_prefixed(labels: Collection[str]) -> bool:
    """Whether at least half of the labels that say something begin or end with B or I; E-MAIL or
    S-BAHN may well be a type."""
    inside = [label for label in labels if not says_nothing(label)]
    for split in (_first, _last):
        prefixes = [parts[0] for label in inside if (parts := split(label))]
        if 2 * sum(prefix in ("B", "I") for prefix in prefixes) >= len(inside) > 0:
            return True
    return False
