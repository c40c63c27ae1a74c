"""Long sentences as overlapping windows of pieces, cut between words."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Window:
    """Pieces [start, end) are run together; the labels of [kept_start, kept_end) are kept."""

    start: int
    end: int
    kept_start: int
    kept_end: int


def cut_windows(
    word_of_piece: npt.NDArray[np.int32], capacity: int, overlap_tokens: int
) -> list[Window]:
    """Windows of at most `capacity` (1 or more) pieces, which share `overlap_tokens`.

    The kept ranges tile the sentence: a word is kept from the window that shows most context on
    its poorer side. Only a word longer than a quarter of the capacity is ever cut itself.
    """
    count = len(word_of_piece)
    if count <= capacity:
        return [Window(0, count, 0, count)]
    overlap_tokens = min(overlap_tokens, capacity // 2)
    cuts = _cut_points(word_of_piece, max(1, capacity // 4))
    bounds: list[tuple[int, int]] = []
    start = 0
    while True:
        end = _last_cut(cuts, start + capacity)
        bounds.append((start, end))
        if end == count:
            break
        following = _last_cut(cuts, end - overlap_tokens)
        start = following if following > start else end
    keeps = [0]
    for (_, end), (start, _) in itertools.pairwise(bounds):
        # from the middle of the shared pieces on, the next window sees more
        keeps.append(min(_first_cut(cuts, (start + end) // 2), end))
    keeps.append(count)
    return [
        Window(start, end, kept_start, kept_end)
        for (start, end), kept_start, kept_end in zip(bounds, keeps, keeps[1:], strict=False)
    ]


def _cut_points(word_of_piece: npt.NDArray[np.int32], longest: int) -> npt.NDArray[np.int64]:
    """Where words begin, the end of the text, and points within words beyond `longest` pieces."""
    begins = np.flatnonzero(np.diff(word_of_piece)) + 1
    cuts = np.concatenate([[0], begins, [len(word_of_piece)]])
    wide = np.flatnonzero(np.diff(cuts) > longest)
    inner = [np.arange(cuts[i] + longest, cuts[i + 1], longest) for i in wide]
    return np.unique(np.concatenate([cuts, *inner])).astype(np.int64)


def _last_cut(cuts: npt.NDArray[np.int64], at_most: int) -> int:
    return int(cuts[np.searchsorted(cuts, at_most, side="right") - 1])


def _first_cut(cuts: npt.NDArray[np.int64], at_least: int) -> int:
    return int(cuts[np.searchsorted(cuts, at_least, side="left")])
