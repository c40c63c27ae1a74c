"""What differs between found and gold spans: which belong together, of which kind, and where."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.evaluation.wrong_spans import KINDS, WrongSpan, kinds_line, wrong_spans
from tagcli.records import Document, TaggedDocument

if TYPE_CHECKING:
    from tagcli.schemes import Span

TEXT = "Ada Brenner wohnt in Bad Nauheim ."
TOKENS = np.array([[0, 3], [4, 11], [12, 17], [18, 20], [21, 24], [25, 32], [33, 34]], np.int32)


def _wrong(found: set[Span], gold: set[Span], by_token: bool = True) -> list[WrongSpan]:
    tagged = TaggedDocument(Document(TEXT, "a.conll", 7, TOKENS), (), [])
    return list(wrong_spans(tagged, found, gold, by_token))


@pytest.mark.parametrize(
    ("found", "gold", "kind"),
    [
        (set(), {(0, 2, "PER")}, "missed"),
        ({(2, 3, "PER")}, set(), "spurious"),
        ({(5, 6, "LOC")}, {(4, 6, "LOC")}, "bounds"),
        ({(4, 6, "ORG")}, {(4, 6, "LOC")}, "type"),
        ({(5, 6, "ORG")}, {(4, 6, "LOC")}, "bounds and type"),
    ],
)
def test_every_kind(found: set[Span], gold: set[Span], kind: str) -> None:
    assert [one.kind for one in _wrong(found, gold)] == [kind]


def test_what_is_right_is_left_out() -> None:
    assert _wrong({(0, 2, "PER")}, {(0, 2, "PER")}) == []
    assert len(_wrong({(0, 2, "PER"), (2, 3, "LOC")}, {(0, 2, "PER")})) == 1


def test_the_found_span_that_shares_most_is_the_gold_ones() -> None:
    found = {(0, 1, "PER"), (1, 4, "PER")}
    pairs = [(one.gold, one.found) for one in _wrong(found, {(0, 3, "PER")}, by_token=False)]
    assert pairs == [(None, (0, 1, "PER")), ((0, 3, "PER"), (1, 4, "PER"))]


@pytest.mark.parametrize(
    ("found", "gold", "kinds"),
    [
        ({(0, 4, "ORG")}, {(0, 1, "PER"), (1, 4, "ORG")}, ["missed", "bounds"]),
        ({(0, 2, "PER"), (2, 4, "ORG")}, {(0, 4, "ORG")}, ["bounds", "spurious"]),
    ],
)
def test_those_that_share_most_or_have_a_type_belong_together(
    found: set[Span], gold: set[Span], kinds: list[str]
) -> None:
    assert sorted(one.kind for one in _wrong(found, gold)) == sorted(kinds)


def test_a_line_has_offsets_in_code_points() -> None:
    (wrong,) = _wrong({(5, 6, "LOC")}, {(4, 6, "LOC")})
    assert json.loads(wrong.as_json()) == {
        "file": "a.conll",
        "line": 7,
        "kind": "bounds",
        "gold": {"start": 21, "end": 32, "label": "LOC", "text": "Bad Nauheim"},
        "found": {"start": 25, "end": 32, "label": "LOC", "text": "Nauheim"},
        "text": TEXT,
    }
    (missed,) = _wrong(set(), {(0, 11, "PER")}, by_token=False)
    assert json.loads(missed.as_json())["gold"]["text"] == "Ada Brenner"
    assert json.loads(missed.as_json())["found"] is None


def _spans() -> st.SearchStrategy[set[Span]]:
    span = st.tuples(st.integers(0, 6), st.integers(1, 7), st.sampled_from(["PER", "LOC"]))
    return st.sets(span.filter(lambda one: one[0] < one[1]), max_size=6)


@given(_spans(), _spans())
def test_every_wrong_span_is_told_once_and_in_order(found: set[Span], gold: set[Span]) -> None:
    wrong = _wrong(found, gold, by_token=False)
    assert Counter(one.gold for one in wrong if one.gold) == Counter(gold - found)
    assert Counter(one.found for one in wrong if one.found) == Counter(found - gold)
    places = [(one.gold or one.found or (0, 0, ""))[:2] for one in wrong]
    assert places == sorted(places)
    assert all(one.kind in KINDS for one in wrong)
    for one in wrong:
        if one.gold and one.found:
            assert max(one.gold[0], one.found[0]) < min(one.gold[1], one.found[1])


def test_the_kinds_are_counted_in_words() -> None:
    assert kinds_line(Counter(type=2, missed=1)) == "3 wrong spans: 1 missed, 2 type"
    assert kinds_line(Counter()) == "no wrong span"
