"""Counts into scores."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics import f1_score, precision_score, recall_score

from export.evaluation.scores import MISSED, SPURIOUS, SpanCounts, score_of
from tagcli.schemes import chunks, read_tag_set

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
ROWS = st.lists(
    st.integers(1, 9).flatmap(
        lambda n: st.tuples(
            st.lists(st.sampled_from(LABELS), min_size=n, max_size=n),
            st.lists(st.sampled_from(LABELS), min_size=n, max_size=n),
        )
    ),
    min_size=1,
    max_size=6,
)
TAGS = dict(zip(LABELS, read_tag_set(LABELS).tags, strict=True))


@given(ROWS)
def test_they_are_seqevals(rows: list[tuple[list[str], list[str]]]) -> None:
    counts = SpanCounts()
    for predicted, gold in rows:
        found, expected = (set(chunks([TAGS[x] for x in row])) for row in (predicted, gold))
        counts.add(found, expected)
    predicted_rows, gold_rows = [row[0] for row in rows], [row[1] for row in rows]
    score = counts.score()
    for ours, theirs in (
        (score.precision, precision_score), (score.recall, recall_score), (score.f1, f1_score),
    ):  # fmt: skip
        assert ours == pytest.approx(theirs(gold_rows, predicted_rows, zero_division=0))


def test_nothing_is_no_division() -> None:
    assert score_of(0, 0, 0).f1 == score_of(0, 3, 0).recall == score_of(0, 0, 3).precision == 0


def test_confusion_is_between_types_on_the_same_span() -> None:
    counts = SpanCounts()
    counts.add({(0, 2, "PER"), (3, 4, "LOC"), (7, 8, "LOC")}, {(0, 2, "PER"), (3, 4, "ORG")})
    counts.add(set(), {(0, 1, "LOC")})
    assert counts.confusion == {
        ("PER", "PER"): 1, ("ORG", "LOC"): 1, ("LOC", MISSED): 1, (SPURIOUS, "LOC"): 1,
    }  # fmt: skip
    assert counts.types == ["LOC", "ORG", "PER"]


def test_the_intervals_hold_the_scores_and_are_the_same_every_time() -> None:
    counts = SpanCounts()
    for index in range(200):
        gold = {(0, 1, "PER"), (2, 3, "LOC"), (4, 5, "LOC")}
        counts.add(gold if index % 4 else {(0, 1, "LOC"), (4, 5, "LOC")}, gold)
    intervals = counts.intervals(300)
    assert intervals.keys() == {"PER", "LOC", None}
    for entity_type, (low, high) in intervals.items():
        assert low < counts.f1(entity_type) < high
        assert high - low < 0.2
    assert counts.intervals(300) == intervals
    assert counts.intervals(0) == {}


def test_the_interval_of_a_type_is_that_of_its_documents_alone() -> None:
    both, alone = SpanCounts(), SpanCounts()
    for index in range(50):
        gold = {(0, 1, "PER")} if index % 3 else set()
        found = {(0, 1, "PER")} if index % 2 else set()
        alone.add(found, gold)
        both.add(found | {(2, 3, "LOC")}, gold | {(2, 3, "LOC")})
    assert both.intervals(100)["PER"] == alone.intervals(100)["PER"] == alone.intervals(100)[None]
    assert both.intervals(100)["LOC"] == (1.0, 1.0)


def test_without_variance_the_interval_is_a_point() -> None:
    counts = SpanCounts()
    for _ in range(5):
        counts.add({(0, 1, "PER")}, {(0, 1, "PER")})
    assert counts.intervals(50) == {"PER": (1.0, 1.0), None: (1.0, 1.0)}


def test_documents_without_entities_have_an_interval() -> None:
    counts = SpanCounts()
    counts.add(set(), set())
    assert counts.intervals(10) == {None: (0.0, 0.0)}
