"""Where a row of CoNLL-U gets its tag: in MISC, or CoNLL-U Plus in a column of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tagcli.spellings import OUTSIDE

if TYPE_CHECKING:
    from tagcli.records import UniversalColumns

_KEY, _COLUMN = "NER=", "NER"
_NOTHING = "_"
_OTHER_KEYS = re.compile(r"(?:ne|name|entity)=(?!O$)", re.IGNORECASE)
_GLOBAL_COLUMNS = re.compile(r"# *global\.columns *=")
_UNHELD = re.compile(r"[\s|]")


def with_universal_tag(row: str, tag: str | None, place: UniversalColumns) -> str:
    """The row with its tag; None for the line of a token of several words and for an empty node,
    which have none. Raises ValueError for a tag that a row cannot hold."""
    if tag is not None and _UNHELD.search(tag):
        raise ValueError(f"CoNLL-U cannot hold the tag {tag!r}")
    cells = row.split("\t")
    if place.misc is not None:
        cells[place.misc] = _with_attribute(cells[place.misc], tag or OUTSIDE)
    elif place.tags is not None:
        cells[place.tags] = tag or _NOTHING
    else:
        cells.append(tag or _NOTHING)
    return "\t".join(cells)


def _with_attribute(misc: str, tag: str) -> str:
    """MISC with the tag in place of an older one. O is the tag of a word without an attribute, and
    written only where another attribute would be read as one."""
    kept = [] if misc in ("", _NOTHING) else misc.split("|")
    kept = [one for one in kept if not one.startswith(_KEY)]
    if tag != OUTSIDE or any(map(_OTHER_KEYS.match, kept)):
        kept.append(f"{_KEY}{tag}")
    return "|".join(kept) or _NOTHING


def with_universal_header(line: str, place: UniversalColumns) -> str:
    """The line; where it names the columns of CoNLL-U Plus, with the one that is added."""
    is_added = place == type(place)() and _GLOBAL_COLUMNS.match(line)
    return f"{line.rstrip()} {_COLUMN}" if is_added else line
