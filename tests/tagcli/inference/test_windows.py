from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagcli.inference.windows import Window, cut_windows

quick = settings(max_examples=300)
lengths = st.lists(st.integers(1, 12) | st.integers(1, 90), max_size=60)
capacities = st.integers(1, 40)
overlaps = st.integers(0, 50)


def words_of(word_lengths: list[int]) -> npt.NDArray[np.int32]:
    return np.repeat(np.arange(len(word_lengths)), word_lengths).astype(np.int32)


@quick
@given(lengths, capacities, overlaps)
def test_kept_ranges_tile_the_pieces_within_small_windows(
    word_lengths: list[int], capacity: int, overlap: int
) -> None:
    words = words_of(word_lengths)
    windows = cut_windows(words, capacity, overlap)
    assert windows[0].kept_start == 0
    assert windows[-1].kept_end == len(words)
    for window in windows:
        assert window.end - window.start <= capacity
        assert 0 <= window.start <= window.kept_start <= window.kept_end <= window.end <= len(words)
    for before, after in pairwise(windows):
        assert before.kept_end == after.kept_start
        assert before.start < after.start
        assert before.end < after.end


@quick
@given(st.lists(st.integers(1, 5), min_size=1, max_size=80), st.integers(20, 40), overlaps)
def test_windows_and_kept_ranges_begin_and_end_with_words(
    word_lengths: list[int], capacity: int, overlap: int
) -> None:
    words = words_of(word_lengths)
    borders = {0, *np.cumsum(word_lengths).tolist()}
    for window in cut_windows(words, capacity, overlap):
        assert {window.start, window.end, window.kept_start, window.kept_end} <= borders


def context(window: Window, piece: int) -> int:
    return min(piece - window.start, window.end - piece - 1)


@quick
@given(st.lists(st.integers(1, 5), min_size=1, max_size=80), st.integers(20, 40), overlaps)
def test_words_are_kept_where_the_piece_of_their_label_has_most_context(
    word_lengths: list[int], capacity: int, overlap: int
) -> None:
    words = words_of(word_lengths)
    windows = cut_windows(words, capacity, overlap)
    for first in np.flatnonzero(np.diff(words, prepend=-1)).tolist():
        having = [w for w in windows if w.start <= first < w.end]
        kept = [w for w in having if w.kept_start <= first < w.kept_end]
        assert len(kept) == 1
        # the ends of the sentence hide nothing
        poorer = [
            min(
                first - w.start if w.start else len(words),
                w.end - first - 1 if w.end < len(words) else len(words),
            )
            for w in [*kept, *having]
        ]
        assert poorer[0] == max(poorer)


@quick
@given(lengths, st.integers(0, 200))
def test_what_fits_is_one_window_with_any_overlap(word_lengths: list[int], overlap: int) -> None:
    words = words_of(word_lengths)
    for capacity in (len(words), len(words) + 7):
        assert cut_windows(words, capacity, overlap) == [Window(0, len(words), 0, len(words))]


@pytest.mark.parametrize("overlap", [0, 3, 10, 500])
def test_a_word_longer_than_a_window_is_cut_and_nothing_lost(overlap: int) -> None:
    words = words_of([3, 100, 2])
    windows = cut_windows(words, 20, overlap)
    kept = [piece for w in windows for piece in range(w.kept_start, w.kept_end)]
    assert kept == list(range(105))
    assert all(w.end - w.start <= 20 for w in windows)


def test_neighbours_share_the_overlap_asked_for() -> None:
    for before, after in pairwise(cut_windows(words_of([1] * 100), 20, 6)):
        assert before.end - after.start >= 6
        assert min(context(after, after.kept_start), context(before, before.kept_end - 1)) >= 2


def test_no_overlap_is_no_overlap() -> None:
    windows = cut_windows(words_of([1] * 50), 20, 0)
    assert [(w.start, w.end) for w in windows] == [(0, 20), (20, 40), (40, 50)]
