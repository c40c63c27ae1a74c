"""Wrong spans: what a tagger missed, made up or cut otherwise than the gold, to be read and sorted.

The kinds are those of the sixth Message Understanding Conference as SemEval 2013 task 9 scores them
(Segura-Bedmar, Martínez and Herrero-Zazo, 2013), https://aclanthology.org/S13-2056.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from export.scores import MISSED, SPURIOUS, Span
from tagcli.records import TaggedDocument

TYPE, BOUNDS, BOTH = "type", "bounds", "bounds and type"
KINDS = (MISSED, SPURIOUS, BOUNDS, TYPE, BOTH)


@dataclass(frozen=True, slots=True)
class WrongSpan:
    """A span of the gold that was not found, a found one that is not in the gold, or both where
    they overlap; offsets in code points of `text`, a sentence or record of a file."""

    source: str
    line: int
    text: str
    gold: Span | None
    found: Span | None

    @property
    def kind(self) -> str:
        """One of KINDS."""
        if self.gold is None or self.found is None:
            return MISSED if self.found is None else SPURIOUS
        if self.gold[:2] == self.found[:2]:
            return TYPE
        return BOUNDS if self.gold[2] == self.found[2] else BOTH

    def as_json(self) -> str:
        """One line of JSON."""
        sides = {"gold": self._side(self.gold), "found": self._side(self.found)}
        place = {"file": self.source, "line": self.line, "kind": self.kind}
        return json.dumps({**place, **sides, "text": self.text}, ensure_ascii=False)

    def _side(self, span: Span | None) -> dict[str, Any] | None:
        if span is None:
            return None
        start, end, label = span
        return {"start": start, "end": end, "label": label, "text": self.text[start:end]}


def wrong_spans(
    tagged: TaggedDocument, found: Iterable[Span], gold: Iterable[Span], by_token: bool
) -> Iterator[WrongSpan]:
    """What differs between the spans found in a document and those of its gold, in tokens if
    `by_token`, else in code points; in the order of the text."""
    document = tagged.document
    tokens = document.tokens.tolist() if by_token and document.tokens is not None else None
    for pair in _pairs(set(found), set(gold)):
        sides = [one and _in_code_points(one, tokens) for one in pair]
        yield WrongSpan(document.source, document.line, document.text, *sides)


def _pairs(found: set[Span], gold: set[Span]) -> list[tuple[Span | None, Span | None]]:
    """Wrong spans of the gold, each with the found one that it shares most with, if there is any
    left, and the found ones that remain."""
    missed, rest = sorted(gold - found), sorted(found - gold)
    pairs: list[tuple[Span | None, Span | None]] = []
    for one in missed:
        other = max(rest, key=lambda span: _shared(span, one), default=None)
        if other is not None and _shared(other, one) > 0:
            rest.remove(other)
        else:
            other = None
        pairs.append((one, other))
    pairs += [(None, other) for other in rest]
    return sorted(pairs, key=lambda pair: (pair[0] or pair[1] or ())[:2])


def _shared(one: Span, other: Span) -> int:
    return min(one[1], other[1]) - max(one[0], other[0])


def _in_code_points(span: Span, tokens: Sequence[Sequence[int]] | None) -> Span:
    start, end, label = span
    return span if tokens is None else (tokens[start][0], tokens[end - 1][1], label)


def kinds_line(counts: Counter[str]) -> str:
    """How many there are of each kind, in words."""
    parts = [f"{counts[kind]} {kind}" for kind in KINDS if counts[kind]]
    return f"{counts.total()} wrong spans: {', '.join(parts)}" if parts else "no wrong span"
