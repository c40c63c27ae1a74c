"""Which sentences a step of training sees: grouped by length, bounded by tokens, and a function of
the seed alone, so that to resume is to skip."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from tagcli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def plan_batches(
    lengths: Sequence[int],
    weights: Sequence[float],
    batch_tokens: int,
    seed: int,
    epoch: int,
    world_size: int = 1,
) -> list[list[int]]:
    """The batches of an epoch as indices, a multiple of `world_size` of them.

    `lengths` are in tokens; a batch has at most `batch_tokens` of them with its padding, or one
    sentence. An index comes as often as its weight says: the whole part every time, the rest by
    chance.
    """
    random = np.random.default_rng([seed, epoch])
    times = np.asarray(weights, np.float64)
    counts = np.floor(times + random.random(len(times))).astype(np.int64)
    indices = np.repeat(np.arange(len(times)), counts)
    size = np.asarray(lengths, np.int64)[indices]
    order = indices[np.lexsort((random.random(len(indices)), size))]
    batches: list[list[int]] = []
    for index in order.tolist():
        # sorted by length: the one that is added is the longest
        if not batches or (len(batches[-1]) + 1) * lengths[index] > batch_tokens:
            batches.append([])
        batches[-1].append(index)
    if not batches:  # small weights, and chance
        return []
    places = random.permutation(len(batches))
    rounds = -(-len(batches) // world_size)
    return [batches[places[i % len(places)]] for i in range(rounds * world_size)]


class BatchList:
    """The batches of all epochs in a row as a batch sampler of torch, for one of `world_size`
    processes.

    `epoch_ends` are the steps, from 1, after which an epoch is over. Raises UsageError where there
    is no step at all.
    """

    def __init__(
        self,
        lengths: Sequence[int],
        weights: Sequence[float],
        *,
        batch_tokens: int,
        seed: int,
        epochs: int,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self._batches: list[list[int]] = []
        self.epoch_ends: list[int] = []
        for epoch in range(epochs):
            planned = plan_batches(lengths, weights, batch_tokens, seed, epoch, world_size)
            self._batches += planned[rank::world_size]
            self.epoch_ends.append(len(self._batches))
        if not self._batches:
            raise UsageError("nothing is left to train on: such small weights leave no sentence")

    def milestones(self, evaluations: int) -> list[int]:
        """The steps to evaluate after: so many in every epoch, the last at its end."""
        steps, begin = [], 0
        for end in self.epoch_ends:
            parts = range(1, evaluations + 1)
            steps += [begin + math.ceil((end - begin) * part / evaluations) for part in parts]
            begin = end
        return steps

    def end_after(self, steps: int) -> None:
        """Leave out the batches after so many."""
        del self._batches[steps:]

    def __iter__(self) -> Iterator[list[int]]:
        return iter(self._batches)

    def __len__(self) -> int:
        return len(self._batches)
