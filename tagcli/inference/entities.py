"""From decoded units (words or pieces) to entities with offsets into the original text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tagcli.languages import PARTS
from tagcli.records import Document, Entity
from tagcli.segmentation.addresses import addresses
from tagcli.segmentation.korean import particle_start
from tagcli.segmentation.marks import trimmed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tagcli.inference.decoding import Chunk
    from tagcli.inference.encoding import LabelledUnits
    from tagcli.records import Spans
    from tagcli.segmentation.normalisation import NormalisedText


_AROUND = frozenset(",;:\"'“”‘’·…")
_OPENING, _CLOSING = "([<「『《〈", ")]>」』》〉"
_PARTNERS = dict(zip(_OPENING + _CLOSING, _CLOSING + _OPENING, strict=True))
_INVISIBLE = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")


def build_entities(
    document: Document, text: NormalisedText, units: LabelledUnits, found: Iterable[Chunk]
) -> Iterator[Entity]:
    """The entities of a sentence, in order and without overlap."""
    free_from = 0
    for chunk in found:
        span = _span(text.text, units, chunk, document.given_words is not None)
        start, end = text.original_span(*span)
        start = max(start, free_from)  # pieces of one character may have gone to two entities
        while start < end and _is_blank(document.text[start]):
            start += 1
        while start < end and _is_blank(document.text[end - 1]):
            end -= 1
        if start >= end:
            continue
        free_from = end
        tokens = token_range(document.tokens, start, end)
        yield Entity(start, end, chunk.type, document.text[start:end], chunk.score, *tokens)


def _is_blank(char: str) -> bool:
    return char.isspace() or char in _INVISIBLE


def _span(text: str, units: LabelledUnits, chunk: Chunk, given_tokens: bool) -> tuple[int, int]:
    if units.by_piece:
        span = _piece_span(text, units, chunk)
        return span if given_tokens else trimmed(text, *span)
    start, end = int(units.words[chunk.start, 0]), int(units.words[chunk.end - 1, 1])
    if given_tokens:
        return start, end
    if units.language == "ko":
        end = particle_start(text, int(units.words[chunk.end - 1, 0]), end)
    return trimmed(text, start, end)


def _piece_span(text: str, units: LabelledUnits, chunk: Chunk) -> tuple[int, int]:
    """Pieces first to last, without the punctuation or the particle that shares a piece with the
    name; parts have those apart already."""
    offsets, last = units.pieces.offsets, chunk.end - 1
    start, end = int(offsets[chunk.start, 0]), int(offsets[last, 1])
    start, end = _without_punctuation(text, start, end)
    if units.unit == PARTS:
        return _without_part_of_address(text, units, chunk, (start, end))
    # in the middle of an eojeol the model itself has put the end here
    if end == units.words[units.pieces.word_of_piece[last], 1] or not text[end].isalnum():
        end = particle_start(text, max(start, int(offsets[last, 0])), end)
    return start, end


def _without_part_of_address(
    text: str, units: LabelledUnits, chunk: Chunk, span: tuple[int, int]
) -> tuple[int, int]:
    """The span without the address that it begins or ends in the middle of."""
    start, end = span
    owners = units.pieces.word_of_piece
    last = slice(*units.words[owners[chunk.end - 1]].tolist())
    if end < last.stop and addresses(text[last]) == [(0, last.stop - last.start)]:
        end = max(start, last.start)
    first = slice(*units.words[owners[chunk.start]].tolist())
    if first.start < start < end and addresses(text[first]) == [(0, first.stop - first.start)]:
        start = min(first.stop, end)
    return start, end


def _without_punctuation(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without quotes and commas at its ends, and without a bracket that has no partner."""
    while end - start > 1 and (text[end - 1] in _AROUND or _is_single(text, start, end, end - 1)):
        end -= 1
    while end - start > 1 and (text[start] in _AROUND or _is_single(text, start, end, start)):
        start += 1
    return start, end


def _is_single(text: str, start: int, end: int, at: int) -> bool:
    return text[at] in _PARTNERS and _PARTNERS[text[at]] not in text[start:end]


def token_range(tokens: Spans | None, start: int, end: int) -> tuple[int, int] | tuple[()]:
    """The first token that a span touches and one past the last; () where there are none."""
    if tokens is None:
        return ()
    first = int(np.searchsorted(tokens[:, 1], start, side="right"))
    return first, int(np.searchsorted(tokens[:, 0], end, side="left"))
