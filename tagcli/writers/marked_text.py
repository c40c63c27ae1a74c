"""The spans format: the text itself with its entities marked, wrapped at a terminal's width."""

from __future__ import annotations

import re
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from tagcli.control_characters import visible
from tagcli.writers.cells import cell_width
from tagcli.writers.palette import badge, emphasised

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from tagcli.records import Entity, TaggedDocument
    from tagcli.writers.base import WriterOptions

_TAB_COLUMNS = 8
_GAP_CHARS = " \t\n"
_GAP = re.compile(rf"([{_GAP_CHARS}]+)")


def write_spans(tagged: TaggedDocument, options: WriterOptions) -> str:
    """The text with each entity marked: in colour, or in brackets without; its label beside it."""
    if tagged.document.holds_only_comments:
        return ""
    parts = _parts(tagged, options.show_source)
    if options.columns is None:
        return "".join(_shown(part, options.colour) for part in parts) + "\n"
    pieces = (piece for part in parts for piece in _pieces(part, options.colour, options.columns))
    return wrap(pieces, options.columns) + "\n"


def _parts(tagged: TaggedDocument, show_source: bool) -> Iterator[str | Entity]:
    if show_source:
        source = tagged.document.source.replace("\n", " ")  # a record is a line
        yield visible(f"{source}: ")
    at = 0
    for entity in tagged.entities:
        yield visible(tagged.text[at : entity.start])
        yield entity
        at = entity.end
    yield visible(tagged.text[at:])


class _Mark(NamedTuple):
    """What stands before, on and after the text of an entity, and what the latter looks like."""

    opening: str
    paint: Callable[[str], str]
    closing: str
    plain_closing: str


@cache
def _mark(label: str, colour: str | None) -> _Mark:
    label = visible(label)
    if colour is None:
        return _Mark("[", str, f" {label}]", f" {label}]")
    return _Mark("", emphasised, badge(label, colour), f" {label} ")


def _shown(part: str | Entity, colour: str | None) -> str:
    if isinstance(part, str):
        return part
    mark = _mark(part.label, colour)
    return f"{mark.opening}{mark.paint(visible(part.text))}{mark.closing}"


class Piece(NamedTuple):
    """What no line end comes into: how it looks, and how it is written. A gap, blanks alone, may
    become a line end."""

    plain: str
    written: str

    @property
    def is_gap(self) -> bool:
        """Whether this is blanks, tabs and line feeds alone."""
        return not self.plain.strip(_GAP_CHARS)


def _pieces(part: str | Entity, colour: str | None, columns: int) -> Iterator[Piece]:
    if isinstance(part, str):
        yield from (Piece(text, text) for text in _GAP.split(part) if text)
        return
    mark = _mark(part.label, colour)
    text = visible(part.text)
    whole = f"{mark.opening}{text}{mark.plain_closing}"
    if "\n" not in text and cell_width(whole) <= columns:
        yield Piece(whole, _shown(part, colour))
        return
    words = [word for word in _GAP.split(text) if word]
    for i, word in enumerate(words):
        opening = mark.opening if i == 0 else ""
        closing, plain = (mark.closing, mark.plain_closing) if i == len(words) - 1 else ("", "")
        painted = word if Piece(word, word).is_gap else mark.paint(word)
        yield Piece(f"{opening}{word}{plain}", f"{opening}{painted}{closing}")


def wrap(pieces: Iterable[Piece], columns: int) -> str:
    """The pieces, with a line end for each gap behind which the next word would pass the last
    column; a word that is wider than a line begins one."""
    written: list[str] = []
    column, gap = 0, ""
    for is_gap, group in groupby(pieces, lambda piece: piece.is_gap):
        together = list(group)
        if is_gap:
            gap = "".join(piece.plain for piece in together)
            continue
        cells = sum(cell_width(piece.plain) for piece in together)
        start = _column_after(gap, column)
        if column and "\n" not in gap and gap and start + cells > columns:
            gap, start = "\n", 0
        written += [gap, *(piece.written for piece in together)]
        column, gap = start + cells, ""
    return "".join([*written, gap])


def _column_after(gap: str, column: int) -> int:
    for char in gap:
        if char == "\n":
            column = 0
        elif char == "\t":
            column += _TAB_COLUMNS - column % _TAB_COLUMNS
        else:
            column += 1
    return column
