"""What the scores of entities are worth: precision and recall from a score on, and how far the
score is from the share that is right."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from export.evaluation.scores import score_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from export.tables import Rows
    from tagcli.schemes import Span

THRESHOLDS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99)
BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Entities whose scores are near each other: how many, the mean of their scores, and the share
    of them that is right; the last two between 0 and 1."""

    count: int
    expected: float
    seen: float


@dataclass(slots=True)
class ScoredSpans:
    """Predicted entities by type, each with its score and whether it is right, and how many there
    are in the gold."""

    found: dict[str, list[tuple[float, bool]]] = field(default_factory=lambda: defaultdict(list))
    gold: Counter[str] = field(default_factory=Counter)

    def add(self, scores: Mapping[Span, float], gold: set[Span]) -> None:
        """Count the predicted entities of a document, and its gold."""
        for span, score in scores.items():
            self.found[span[2]].append((score, span in gold))
        self.gold.update(span[2] for span in gold)

    def of(self, entity_type: str | None) -> list[tuple[float, bool]]:
        """The entities of a type, or all."""
        if entity_type is not None:
            return self.found.get(entity_type, [])
        return [one for several in self.found.values() for one in several]

    def counts(self, entity_type: str | None, threshold: float) -> tuple[int, int, int]:
        """Correct, predicted and gold where only scores from the threshold on count."""
        kept = [is_right for score, is_right in self.of(entity_type) if score >= threshold]
        gold = self.gold.total() if entity_type is None else self.gold[entity_type]
        return sum(kept), len(kept), gold

    def threshold_for(self, entity_type: str | None, precision: float) -> float | None:
        """The least score from which on at least this share is right; None where there is none."""
        ranked = sorted(self.of(entity_type), reverse=True)
        best, right = None, 0
        for place, (score, is_right) in enumerate(ranked, start=1):
            right += is_right
            is_last_of_score = place == len(ranked) or ranked[place][0] < score
            if is_last_of_score and right >= precision * place:
                best = score
        return best

    def bins(self, entity_type: str | None) -> list[Bin]:
        """The entities in BINS of equal width by their scores, without empty ones."""
        parts: dict[int, list[tuple[float, bool]]] = defaultdict(list)
        for score, is_right in self.of(entity_type):
            parts[min(int(score * BINS), BINS - 1)].append((score, is_right))
        return [_bin(parts[place]) for place in sorted(parts)]

    def calibration_error(self, entity_type: str | None) -> float:
        """The expected calibration error, between 0 and 1: by how much the score and the share that
        is right differ in the bins, weighted by their counts.

        Source: Naeini, Cooper and Hauskrecht, Obtaining well calibrated probabilities using
        Bayesian binning (2015).
        """
        bins = self.bins(entity_type)
        total = sum(one.count for one in bins)
        return sum(one.count * abs(one.expected - one.seen) for one in bins) / max(total, 1)


def _bin(entities: Sequence[tuple[float, bool]]) -> Bin:
    count = len(entities)
    expected = sum(score for score, _ in entities) / count
    return Bin(count, expected, sum(is_right for _, is_right in entities) / count)


def threshold_rows(scored: ScoredSpans, types: Iterable[str]) -> Rows:
    """A header and rows of threshold, precision, recall and F1 for each type and all."""
    rows = [["type", "from score", "precision", "recall", "F1", "predicted"]]
    for name in (*types, None):
        for threshold in THRESHOLDS:
            score = score_of(*scored.counts(name, threshold))
            figures = [f"{value:.4f}" for value in (score.precision, score.recall, score.f1)]
            rows.append([name or "micro", f"{threshold:g}", *figures, str(score.predicted)])
    return rows


def wanted_rows(scored: ScoredSpans, types: Iterable[str], precision: float) -> Rows:
    """A header and for each type and all the score from which on that share is right, and what
    recall is left."""
    rows = [["type", f"score for precision {precision:g}", "recall"]]
    for name in (*types, None):
        threshold = scored.threshold_for(name, precision)
        if threshold is None:
            rows.append([name or "micro", "none", ""])
            continue
        correct, _, gold = scored.counts(name, threshold)
        rows.append([name or "micro", f"{threshold:.4f}", f"{correct / max(gold, 1):.4f}"])
    return rows


def reliability_rows(scored: ScoredSpans) -> Rows:
    """A header, a row for each bin of scores, and the expected calibration error."""
    rows = [["mean score", "share right", "entities"]]
    for one in scored.bins(None):
        rows.append([f"{one.expected:.4f}", f"{one.seen:.4f}", str(one.count)])
    rows.append(["calibration error", f"{scored.calibration_error(None):.4f}", ""])
    return rows
