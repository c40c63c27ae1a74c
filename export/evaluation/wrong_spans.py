"""Wrong spans: what a tagger missed, made up or cut otherwise than the gold, to be read and sorted.

The kinds are after the ways in which SemEval 2013 task 9 matches spans, by bounds, by type and by
both (Segura-Bedmar, Martínez and Herrero-Zazo, 2013), https://aclanthology.org/S13-2056.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from export.evaluation.scores import MISSED, SPURIOUS

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator, Sequence

    from tagcli.records import TaggedDocument
    from tagcli.schemes import Span

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
    """Wrong spans of the gold and found ones that overlap, two and two, those that share most first
    and of these the ones of a type; then what is left of both."""
    missed, spurious = gold - found, found - gold
    pairs: list[tuple[Span | None, Span | None]] = []
    for one, other in sorted(_overlaps(sorted(missed), sorted(spurious)), key=_rank):
        if one in missed and other in spurious:
            pairs.append((one, other))
            missed.remove(one)
            spurious.remove(other)
    pairs += [(one, None) for one in missed] + [(None, other) for other in spurious]
    return sorted(pairs, key=lambda pair: pair[0] or pair[1] or ())


def _overlaps(some: list[Span], others: list[Span]) -> Iterator[tuple[Span, Span]]:
    """All pairs that share a place; both lists are sorted."""
    longest = max((end - start for start, end, _ in others), default=0)
    for one in some:
        first = bisect_left(others, one[0] - longest, key=lambda span: span[0])
        for number in range(first, len(others)):
            other = others[number]
            if other[0] >= one[1]:
                break
            if other[1] > one[0]:
                yield one, other


def _rank(pair: tuple[Span, Span]) -> tuple[int, bool, Span, Span]:
    one, other = pair
    shared = min(one[1], other[1]) - max(one[0], other[0])
    return -shared, one[2] != other[2], one, other


def _in_code_points(span: Span, tokens: Sequence[Sequence[int]] | None) -> Span:
    start, end, label = span
    return span if tokens is None else (tokens[start][0], tokens[end - 1][1], label)


def kinds_line(counts: Counter[str]) -> str:
    """How many there are of each kind, in words."""
    parts = [f"{counts[kind]} {kind}" for kind in KINDS if counts[kind]]
    return f"{counts.total()} wrong spans: {', '.join(parts)}" if parts else "no wrong span"
