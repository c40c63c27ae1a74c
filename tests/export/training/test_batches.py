"""Batches by length, bounded by tokens, a function of seed and epoch."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.training.batches import BatchList, plan_batches
from tagcli.errors import UsageError

LENGTHS = st.lists(st.integers(1, 60), min_size=1, max_size=80)


@given(LENGTHS, st.integers(1, 200), st.integers(0, 5), st.integers(0, 3))
def test_every_sentence_once_and_no_batch_beyond_its_tokens(
    lengths: list[int], batch_tokens: int, seed: int, epoch: int
) -> None:
    batches = plan_batches(lengths, [1.0] * len(lengths), batch_tokens, seed, epoch)
    assert sorted(i for batch in batches for i in batch) == list(range(len(lengths)))
    for batch in batches:
        padded = len(batch) * max(lengths[i] for i in batch)
        assert padded <= batch_tokens or len(batch) == 1


@given(LENGTHS, st.integers(0, 5))
def test_the_same_seed_and_epoch_give_the_same_batches(lengths: list[int], seed: int) -> None:
    weights = [1.0 + (i % 3) / 3 for i in range(len(lengths))]
    first = plan_batches(lengths, weights, 90, seed, 1)
    assert plan_batches(lengths, weights, 90, seed, 1) == first


def test_another_epoch_and_another_seed_give_other_batches() -> None:
    lengths, weights = [1 + i % 7 for i in range(60)], [1.0] * 60
    first = plan_batches(lengths, weights, 20, 1, 0)
    assert plan_batches(lengths, weights, 20, 1, 1) != first
    assert plan_batches(lengths, weights, 20, 2, 0) != first


def test_a_weight_is_how_often_an_epoch_shows_a_sentence() -> None:
    weights = [2.0] * 100 + [0.25] * 100
    shown: Counter[int] = Counter()
    for epoch in range(20):
        shown.update(i for batch in plan_batches([5] * 200, weights, 40, 1, epoch) for i in batch)
    assert all(shown[i] == 40 for i in range(100))
    assert sum(shown[i] for i in range(100, 200)) == pytest.approx(500, rel=0.15)


@given(LENGTHS, st.integers(2, 4))
def test_processes_share_the_batches_evenly(lengths: list[int], world_size: int) -> None:
    plans = [
        BatchList(
            lengths, [1.0] * len(lengths), batch_tokens=50, seed=1, epochs=2, rank=rank,
            world_size=world_size,
        )
        for rank in range(world_size)
    ]  # fmt: skip
    assert len({len(plan) for plan in plans}) == 1
    seen = {index for plan in plans for batch in plan for index in batch}
    assert seen == set(range(len(lengths)))


def test_epochs_end_where_their_batches_end() -> None:
    plan = BatchList([10] * 9, [1.0] * 9, batch_tokens=30, seed=1, epochs=3)
    assert plan.epoch_ends == [3, 6, 9]
    assert len(plan) == len(list(plan)) == 9
    assert plan.milestones(1) == [3, 6, 9]
    assert plan.milestones(2) == [2, 3, 5, 6, 8, 9]


def test_batches_after_an_end_are_left_out() -> None:
    plan = BatchList([10] * 9, [1.0] * 9, batch_tokens=30, seed=1, epochs=3)
    first = list(plan)[:4]
    plan.end_after(4)
    assert list(plan) == first


def test_weights_that_leave_nothing_are_refused() -> None:
    with pytest.raises(UsageError, match="nothing is left to train on: such small weights"):
        BatchList([10] * 9, [1e-9] * 9, batch_tokens=30, seed=1, epochs=3)
