"""Counts of entities into precision, recall, F1, an interval, and what was taken for what."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tagcli.schemes import Span

Interval = tuple[float, float]

MISSED, SPURIOUS = "missed", "spurious"
_RESAMPLES_SEED = 1


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and F1, each between 0 and 1, and the counts they come from."""

    precision: float
    recall: float
    f1: float
    gold: int
    predicted: int
    correct: int


def score_of(correct: int, predicted: int, gold: int) -> Score:
    """The score of counts; what has nothing to divide by is 0."""
    return Score(
        precision=correct / predicted if predicted else 0.0,
        recall=correct / gold if gold else 0.0,
        f1=2 * correct / (predicted + gold) if correct else 0.0,
        gold=gold,
        predicted=predicted,
        correct=correct,
    )


@dataclass(slots=True)
class SpanCounts:
    """Entities counted by type: predicted, gold, and in both with the same span and type.

    `by_document` has correct, predicted and gold of every document, by type; `confusion` counts
    pairs of gold and predicted type on the same span, with MISSED and SPURIOUS for spans of one
    side.
    """

    predicted: Counter[str] = field(default_factory=Counter)
    gold: Counter[str] = field(default_factory=Counter)
    correct: Counter[str] = field(default_factory=Counter)
    by_document: list[dict[str, list[int]]] = field(default_factory=list)
    confusion: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, predicted: set[Span], gold: set[Span]) -> None:
        """Count the spans of one document."""
        by_type: dict[str, list[int]] = {}
        sides = (self.correct, predicted & gold), (self.predicted, predicted), (self.gold, gold)
        for place, (total, spans) in enumerate(sides):
            for span in spans:
                total[span[2]] += 1
                by_type.setdefault(span[2], [0, 0, 0])[place] += 1
        self.by_document.append(by_type)
        found = {span[:2]: span[2] for span in predicted}
        for start, end, entity_type in gold:
            self.confusion[entity_type, found.get((start, end), MISSED)] += 1
        known = {span[:2] for span in gold}
        self.confusion.update((SPURIOUS, span[2]) for span in predicted if span[:2] not in known)

    @property
    def types(self) -> list[str]:
        """The types that were seen, in order."""
        return sorted(self.predicted.keys() | self.gold.keys())

    def score(self, entity_type: str | None = None) -> Score:
        """The score of one type, or the micro-average of all."""
        correct, predicted, gold = (
            counts[entity_type] if entity_type else counts.total()
            for counts in (self.correct, self.predicted, self.gold)
        )
        return score_of(correct, predicted, gold)

    def f1(self, entity_type: str | None = None) -> float:
        """F1 of one type, or micro F1 of all, between 0 and 1; 0 where nothing is right."""
        return self.score(entity_type).f1

    def intervals(self, resamples: int) -> dict[str | None, Interval]:
        """The 95 % bootstrap intervals over documents of the F1 of every type, and of micro F1
        under None; empty without resamples.

        Source: the percentile method of Efron and Tibshirani, An Introduction to the Bootstrap.
        """
        if not resamples or not self.by_document:
            return {}
        types = self.types
        counts = np.array([_rows(document, types) for document in self.by_document], np.int64)
        random = np.random.default_rng(_RESAMPLES_SEED)
        sums = np.stack([_resampled(counts, random) for _ in range(resamples)])
        whole = np.maximum(sums[..., 1] + sums[..., 2], 1)
        low, high = np.percentile(2 * sums[..., 0] / whole, [2.5, 97.5], axis=0)
        bounds = zip(low.tolist(), high.tolist(), strict=True)
        return dict(zip([*types, None], bounds, strict=True))


def _rows(document: dict[str, list[int]], types: Sequence[str]) -> list[list[int]]:
    """The counts of each of these types and of all."""
    rows = [document.get(name, [0, 0, 0]) for name in types]
    return [*rows, [sum(column) for column in zip([0, 0, 0], *rows, strict=True)]]


def _resampled(counts: npt.NDArray[np.int64], random: np.random.Generator) -> npt.NDArray[np.int64]:
    drawn = random.integers(0, len(counts), len(counts))
    times = np.bincount(drawn, minlength=len(counts))
    return np.asarray(np.tensordot(times, counts, 1))


def of_types(spans: Iterable[Span], types: Sequence[str] | frozenset[str]) -> set[Span]:
    """The spans of these types."""
    return {span for span in spans if span[2] in types}
