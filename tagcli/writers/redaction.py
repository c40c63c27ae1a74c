"""Redaction: the records as they came, with something else in place of every entity."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from tagcli.writers.base import keep_nothing
from tagcli.writers.changes import Cut, as_new, pieces_of
from tagcli.writers.redacted_json import json_pieces
from tagcli.writers.redacted_rows import conll_pieces
from tagcli.writers.stand_ins import STAND_INS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tagcli.records import Document, Spans, TaggedDocument
    from tagcli.writers.base import State, WriterOptions
    from tagcli.writers.changes import Piece
    from tagcli.writers.stand_ins import StandIns


class RedactionWriter:
    """Writes every record as it came but for its entities."""

    def __init__(self, options: WriterOptions) -> None:
        self._stand_ins = STAND_INS[options.redact_with]()
        self._keep = options.keep

    def head(self) -> str:
        """Nothing."""
        return ""

    def record(self, tagged: TaggedDocument) -> str:
        """The record; raises DataError for a CoNLL row that cannot hold what is to stand there."""
        pieces = list(_record(tagged, self._stand_ins))
        self._keep(pieces)
        return "".join(map(as_new, pieces))

    def tail(self) -> str:
        """Nothing."""
        return ""


class ForgetfulRedactionWriter(RedactionWriter):
    """One to whom the records so far are nothing: neither pseudonyms nor a key come of them."""

    def state(self) -> State:
        """Nothing."""
        return ()

    def restore(self, state: State) -> None:
        """Nothing to do."""


def open_redaction(options: WriterOptions) -> RedactionWriter:
    """A writer, one that another can take over from where that is possible."""
    remembers = options.redact_with == "pseudonym" or options.keep is not keep_nothing
    return RedactionWriter(options) if remembers else ForgetfulRedactionWriter(options)


def _record(tagged: TaggedDocument, stand_ins: StandIns) -> Iterator[Piece]:
    document = tagged.document
    if document.conll is not None:
        return conll_pieces(document, cuts_of(tagged, stand_ins, document.tokens))
    if document.members or document.fields or document.tokens is not None:
        has_text = set(document.members) != set(document.fields) or not document.members
        tokens = None if has_text else document.tokens
        return json_pieces(document, cuts_of(tagged, stand_ins, tokens))
    return _text_pieces(document, cuts_of(tagged, stand_ins, None))


def _text_pieces(document: Document, cuts: list[Cut]) -> Iterator[Piece]:
    """Lines with the ends that they had."""
    text, ends = document.text, document.line_ends

    def written(part: str, start: int) -> str:
        if not ends or "\n" not in part:
            return part
        first, *lines = part.split("\n")
        number = text.count("\n", 0, start)
        return first + "".join(ends[number + i] + line for i, line in enumerate(lines))

    yield from pieces_of(text, (0, len(text)), cuts, written)
    yield ends[-1] if ends else "\n"


def cuts_of(tagged: TaggedDocument, stand_ins: StandIns, tokens: Spans | None) -> list[Cut]:
    """The cuts of the text, in order; with tokens each lies within one of them."""
    text, entities = tagged.text, tagged.entities
    stand_ins.look_at(text)
    spans = None if tokens is None else tokens.tolist()
    cuts: list[Cut] = []
    for number, entity in enumerate(entities):
        limit = entities[number + 1].start if number + 1 < len(entities) else len(text)
        parts = [(entity.start, entity.end)]
        if spans is not None:
            touched = _touched(spans, entity.start, entity.end)
            parts = [(max(a, entity.start), min(b, entity.end)) for a, b in touched]
            limit = min(limit, touched[-1][1]) if touched else 0
        for start, end in parts:
            if not text[start:end].isspace():
                new = stand_ins.stand_in(text[start:end], entity)
                cuts.append(Cut(start, end, new, entity.label))
        particle = stand_ins.particle(text, entity)
        if particle is not None and entity.end + len(particle[0]) <= limit:
            given, wanted = particle
            if given != wanted:
                cuts.append(Cut(entity.end, entity.end + len(given), wanted, ""))
    return cuts


def _touched(spans: list[list[int]], start: int, end: int) -> list[list[int]]:
    """The tokens that text[start:end] touches."""
    first = bisect_left(spans, start, key=lambda span: span[1] - 1)
    last = bisect_left(spans, end, first, key=lambda span: span[0])
    return [span for span in spans[first:last] if span[0] < span[1]]
