"""Logits to entities: masks, constraints, scores."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from tagcli.schemes import OUTSIDE_TAG, SCHEMES, TagSet, chunks

if TYPE_CHECKING:
    from collections.abc import Collection

    import numpy.typing as npt


class Chunk(NamedTuple):
    """An entity over units [start, end) (words or pieces) with its type and score."""

    start: int
    end: int
    type: str
    score: float


class Decoder:
    """Turns a sentence's logits, shape (units, labels), into entities over its units."""

    def __init__(self, tag_set: TagSet) -> None:
        self.tag_set = tag_set
        self._types = np.array([tag.type for tag in tag_set.tags])
        self._masks: dict[tuple[str, ...], npt.NDArray[np.bool_]] = {}  # few languages: few masks
        allowed = SCHEMES[tag_set.scheme]
        self._transitions = self._initial = None
        if allowed is not None:
            tags = tag_set.tags
            self._transitions = np.array([[allowed(a, b) for b in tags] for a in tags])
            self._initial = np.array([allowed(OUTSIDE_TAG, tag) for tag in tags])

    def decode(
        self, logits: npt.NDArray[np.float32], types: Collection[str] | None = None
    ) -> list[Chunk]:
        """Entities of one sentence from logits, shape (units, labels); `types`, if given, are the
        only ones that may come out."""
        if not len(logits):
            return []
        logits = logits.astype(np.float32)  # a copy
        if types is not None:
            logits[:, self._not_of(tuple(types))] = -np.inf
        path = self._best_path(logits)
        found = chunks([self.tag_set.tags[label] for label in path])
        if not found:
            return []
        return [Chunk(*chunk, self._score(logits, *chunk)) for chunk in found]

    def _not_of(self, types: tuple[str, ...]) -> npt.NDArray[np.bool_]:
        if types not in self._masks:
            self._masks[types] = ~np.isin(self._types, [*types, ""])
        return self._masks[types]

    def _best_path(self, logits: npt.NDArray[np.float32]) -> list[int]:
        best = logits.argmax(axis=1)
        if self._transitions is None or self._initial is None:
            return best.tolist()  # type: ignore[no-any-return]
        if self._initial[best[0]] and self._transitions[best[:-1], best[1:]].all():
            return best.tolist()  # type: ignore[no-any-return]
        return viterbi(logits, self._transitions, self._initial)

    def _score(
        self, logits: npt.NDArray[np.float32], start: int, end: int, entity_type: str
    ) -> float:
        probabilities = _softmax(logits[start:end].astype(np.float64))
        return float(probabilities[:, self._types == entity_type].sum(axis=1).mean())


def viterbi(
    logits: npt.NDArray[np.floating],
    transitions: npt.NDArray[np.bool_],
    initial: npt.NDArray[np.bool_],
) -> list[int]:
    """The best path through logits, shape (units, labels), that keeps to the transitions.

    `transitions[a, b]` says whether label b may follow a; `initial` what may come first.
    """
    penalty = np.where(transitions, 0.0, -np.inf)
    score = logits[0] + np.where(initial, 0.0, -np.inf)
    back = np.zeros(logits.shape, np.int16)
    columns = np.arange(logits.shape[1])
    for unit in range(1, len(logits)):
        candidates = score[:, None] + penalty
        back[unit] = candidates.argmax(axis=0)
        score = candidates[back[unit], columns] + logits[unit]
    path = [int(score.argmax())]
    for unit in range(len(logits) - 1, 0, -1):
        path.append(int(back[unit, path[-1]]))
    return path[::-1]


def _softmax(logits: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    exponent = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: npt.NDArray[np.float64] = exponent / exponent.sum(axis=1, keepdims=True)
    return result
