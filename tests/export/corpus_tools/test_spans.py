"""Spans by their place, beside a look at all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from export.corpus_tools.spans import SpansInOrder
from tests.support.steps import steps

if TYPE_CHECKING:
    from tagcli.schemes import Span

PLACES = st.integers(0, 12)
SPANS = st.lists(st.tuples(PLACES, PLACES, st.sampled_from("AB")))


@given(SPANS, PLACES, PLACES)
def test_those_between_are_those_that_a_look_at_all_finds(
    spans: list[Span], start: int, end: int
) -> None:
    expected = sorted(span for span in spans if span[1] > start and span[0] < end)
    assert SpansInOrder(spans).between(start, end) == expected


def test_the_work_is_that_of_what_is_found() -> None:
    few, many = (SpansInOrder((i, i + 1, "A") for i in range(n)) for n in (100, 10_000))
    assert steps(lambda: many.between(50, 60)) == steps(lambda: few.between(50, 60))
