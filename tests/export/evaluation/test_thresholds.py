"""What the scores of entities are worth."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.evaluation.thresholds import (
    THRESHOLDS,
    Bin,
    ScoredSpans,
    reliability_rows,
    threshold_rows,
    wanted_rows,
)

FOUND = [(0.95, True), (0.9, True), (0.8, False), (0.55, True), (0.3, False)]


def scored(found: list[tuple[float, bool]], missed: int = 0, label: str = "PER") -> ScoredSpans:
    """Predicted entities of one type side by side, and so many more of the gold."""
    spans = [((i, i + 1, label), score, is_right) for i, (score, is_right) in enumerate(found)]
    gold = {span for span, _, is_right in spans if is_right}
    gold |= {(1000 + i, 1001 + i, label) for i in range(missed)}
    counted = ScoredSpans()
    counted.add({span: score for span, score, _ in spans}, gold)
    return counted


def test_counts_from_a_score_on() -> None:
    counted = scored(FOUND, missed=1)
    assert counted.counts("PER", 0) == (3, 5, 4)
    assert counted.counts("PER", 0.8) == (2, 3, 4)
    assert counted.counts(None, 0.9) == (2, 2, 4)
    assert counted.counts("ORG", 0) == (0, 0, 0)


@pytest.mark.parametrize(
    ("precision", "threshold"), [(1.0, 0.9), (0.75, 0.55), (0.6, 0.3), (0.9, 0.9)]
)
def test_the_least_score_for_a_precision(precision: float, threshold: float) -> None:
    assert scored(FOUND).threshold_for("PER", precision) == threshold


def test_no_score_is_enough_where_the_best_is_wrong() -> None:
    counted = scored([(0.9, False), (0.9, True), (0.5, False)])
    assert counted.threshold_for("PER", 0.9) is None
    assert wanted_rows(counted, ["PER"], 0.9)[1] == ["PER", "none", ""]


def test_bins_and_their_error() -> None:
    counted = scored([(0.95, True), (0.91, False), (0.55, True), (1.0, True)])
    low, high = counted.bins(None)
    assert low == Bin(1, pytest.approx(0.55), 1.0)
    assert high == Bin(3, pytest.approx(0.9533, abs=1e-4), pytest.approx(2 / 3))
    error = (abs(0.55 - 1) + 3 * abs(2.86 / 3 - 2 / 3)) / 4
    assert counted.calibration_error("PER") == pytest.approx(error)
    assert ScoredSpans().calibration_error(None) == 0
    assert reliability_rows(counted)[-1] == ["calibration error", f"{error:.4f}", ""]


def test_rows_are_of_each_type_and_all() -> None:
    rows = threshold_rows(scored(FOUND), ["PER"])
    assert len(rows) == 1 + 2 * len(THRESHOLDS)
    assert rows[1] == ["PER", "0", "0.6000", "1.0000", "0.7500", "5"]
    assert rows[-1][0] == "micro"


scores = st.floats(0, 1)
entities = st.lists(st.tuples(scores, st.booleans()), max_size=20)


@given(entities, st.floats(0.01, 1))
def test_a_threshold_has_the_precision_and_no_smaller_one_of_the_scores_has(
    found: list[tuple[float, bool]], precision: float
) -> None:
    counted = scored(found)
    threshold = counted.threshold_for("PER", precision)
    good = []
    for score in {score for score, _ in found}:
        correct, predicted, _ = counted.counts("PER", score)
        if correct >= precision * predicted:
            good.append(score)
    assert threshold == min(good, default=None)


@given(entities)
def test_the_error_is_a_share_and_bins_hold_all(found: list[tuple[float, bool]]) -> None:
    counted = scored(found)
    assert 0 <= counted.calibration_error(None) <= 1
    assert sum(one.count for one in counted.bins(None)) == len(found)
