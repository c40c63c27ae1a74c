"""What of a record is changed, and the pieces that it is then made of."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple


class Change(NamedTuple):
    """What stands in the output in place of what was there before; the label is that of the
    entity, "" where what is around it had to change, too."""

    new: str
    old: str
    label: str = ""


Piece = str | Change
"""A part of a record: as it was, or changed."""
Spelling = Callable[[str, int], str]
"""How a part of a document's text, which begins at an offset, is written in a record."""


class Cut(NamedTuple):
    """A change of a document's text[start:end]."""

    start: int
    end: int
    new: str
    label: str


def as_new(piece: Piece) -> str:
    """The piece as it stands in the output."""
    return piece if isinstance(piece, str) else piece.new


def pieces_of(
    text: str, span: tuple[int, int], cuts: Iterable[Cut], written: Spelling
) -> Iterator[Piece]:
    """The pieces of a span of the text, of which these are the cuts."""
    at, end = span
    for cut in cuts:
        yield written(text[at : cut.start], at)
        old = written(text[cut.start : cut.end], cut.start)
        yield Change(written(cut.new, cut.start), old, cut.label)
        at = cut.end
    yield written(text[at:end], at)


def cuts_by_token(cuts: list[Cut], spans: list[list[int]]) -> list[list[Cut]]:
    """The cuts within each of the tokens."""
    starts = [cut.start for cut in cuts]
    return [cuts[bisect_left(starts, a) : bisect_left(starts, b)] for a, b in spans]
