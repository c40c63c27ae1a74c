from __future__ import annotations

import threading
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagcli.inference import batching
from tagcli.inference.batching import Batcher, Job
from tagcli.records import IDLE

if TYPE_CHECKING:
    from collections.abc import Iterator

quick = settings(max_examples=60)
PAD = 7777
# the length of a job, None for a job without a row, "idle" for the marker
streams = st.lists(st.integers(1, 40) | st.none() | st.just("idle"), max_size=60)

Ids = npt.NDArray[np.int64]


class Recorder:
    """A model whose two logits of a token are its id and the sum of its row's ids."""

    def __init__(self, fail_on: int | None = None) -> None:
        self.shapes: list[tuple[int, ...]] = []
        self.used: list[int] = []
        self.fail_on = fail_on
        self._lock = threading.Lock()

    def __call__(self, ids: Ids, mask: Ids) -> npt.NDArray[np.float32]:
        assert ids.shape == mask.shape
        assert ids.dtype == mask.dtype == np.int64
        assert (ids[mask == 0] == PAD).all()
        assert set(np.unique(mask)) <= {0, 1}
        assert (np.diff(mask, axis=1) <= 0).all(), "padding is on the right"
        if self.fail_on is not None and (ids == self.fail_on).any():
            raise RuntimeError("the model broke")
        with self._lock:
            self.shapes.append(ids.shape)
            self.used.append(int(mask.sum()))
        total = (ids * mask).sum(axis=1, keepdims=True)
        return np.stack([ids, np.broadcast_to(total, ids.shape)], axis=2).astype(np.float32)


def job_of(owner: int, length: int | None) -> Job[int]:
    if length is None:
        return Job(owner)
    ids = np.arange(owner % 50, owner % 50 + length, dtype=np.int64)
    return Job(owner, ids, np.arange(owner % 2, length, 1 + owner % 3))


def jobs_of(stream: list[int | str | None]) -> Iterator[Job[int] | None]:
    for owner, entry in enumerate(stream):
        yield IDLE if isinstance(entry, str) else job_of(owner, entry)


def check(job: Job[int], logits: npt.NDArray[np.float32] | None) -> None:
    if job.ids is None:
        assert logits is None
        return
    assert logits is not None
    assert job.rows is not None
    assert logits.shape == (len(job.rows), 2)
    assert logits[:, 0].tolist() == job.ids[job.rows].tolist()
    assert set(logits[:, 1].tolist()) <= {float(job.ids.sum())}


@pytest.fixture(params=[(64, 5), (16_384, 2_048)], ids=["small buffer", "usual buffer"])
def _buffer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "BUFFER_TOKENS", request.param[0])
    monkeypatch.setattr(batching, "BUFFER_JOBS", request.param[1])


@pytest.mark.usefixtures("_buffer")
class TestStream:
    @quick
    @given(streams, st.integers(1, 100), st.integers(1, 3))
    def test_every_job_comes_out_in_order_with_its_own_logits(
        self, stream: list[int | str | None], batch_tokens: int, workers: int
    ) -> None:
        batcher: Batcher[int] = Batcher(Recorder(), batch_tokens, PAD, workers)
        owners = []
        for result in batcher.stream(jobs_of(stream)):
            if result is not None:
                check(*result)
                owners.append(result[0].payload)
        assert owners == [i for i, entry in enumerate(stream) if not isinstance(entry, str)]

    @quick
    @given(streams)
    def test_idle_brings_out_all_that_came_before(self, stream: list[int | str | None]) -> None:
        out: list[int | None] = []
        seen: list[int] = []

        def jobs() -> Iterator[Job[int] | None]:
            for owner, entry in enumerate(stream):
                if isinstance(entry, str):
                    yield IDLE
                    assert [owner for owner in out if owner is not None] == seen
                    assert out[-1] is None, "IDLE comes out behind them"
                else:
                    seen.append(owner)
                    yield job_of(owner, entry)

        batcher: Batcher[int] = Batcher(Recorder(), 50, PAD, 2)
        for result in batcher.stream(jobs()):
            out.append(None if result is None else result[0].payload)
        assert out.count(None) >= stream.count("idle")

    @quick
    @given(streams)
    def test_an_error_in_the_input_comes_after_what_was_before_it(
        self, stream: list[int | str | None]
    ) -> None:
        def jobs() -> Iterator[Job[int] | None]:
            yield from jobs_of(stream)
            raise ValueError("line 7 is broken")

        out = []
        batcher: Batcher[int] = Batcher(Recorder(), 50, PAD, 2)
        with pytest.raises(ValueError, match="line 7 is broken"):  # noqa: PT012
            for result in batcher.stream(jobs()):
                if result is not None:
                    check(*result)
                    out.append(result[0].payload)
        assert out == [i for i, entry in enumerate(stream) if not isinstance(entry, str)]

    @quick
    @given(st.lists(st.integers(1, 40) | st.none(), max_size=60), st.integers(0, 60))
    def test_jobs_that_are_not_wanted_take_their_place_only(
        self, stream: list[int | None], unwanted: int
    ) -> None:
        whole, rest = Recorder(), Recorder()
        list(Batcher[int](whole, 50, PAD, 1).stream(jobs_of([*stream])))
        jobs = (replace(job_of(i, n), wanted=i >= unwanted) for i, n in enumerate(stream))
        owners = []
        for result in Batcher[int](rest, 50, PAD, 1).stream(jobs):
            if result is not None:
                check(*result)
                owners.append(result[0].payload)
        assert owners == list(range(unwanted, len(stream)))
        assert not Counter(rest.shapes) - Counter(whole.shapes)
        if unwanted >= len(stream):
            assert rest.shapes == []

    def test_an_error_of_the_model_is_raised(self) -> None:
        jobs = (Job(i, np.array([i, i]), np.array([0])) for i in range(40))
        batcher: Batcher[int] = Batcher(Recorder(fail_on=23), 8, PAD, 2)
        out = []
        with pytest.raises(RuntimeError, match="the model broke"):  # noqa: PT012
            for result in batcher.stream(jobs):
                if result is not None:
                    out.append(result[0].payload)
        assert out == list(range(len(out)))
        assert len(out) <= 23

    @quick
    @given(st.lists(st.integers(1, 40), max_size=60), st.integers(1, 100))
    def test_batches_keep_to_their_tokens(self, job_lengths: list[int], batch_tokens: int) -> None:
        model = Recorder()
        batcher: Batcher[int] = Batcher(model, batch_tokens, PAD, 1)
        jobs = (job_of(i, length) for i, length in enumerate(job_lengths))
        assert sum(result is not None for result in batcher.stream(jobs)) == len(job_lengths)
        assert sum(model.used) == sum(job_lengths)
        for rows, width in model.shapes:
            assert rows == 1 or rows * width <= batch_tokens


def test_input_is_taken_a_bounded_buffer_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "BUFFER_TOKENS", 30)
    monkeypatch.setattr(batching, "FIRST_BUFFER_TOKENS", 30)
    taken = 0

    def jobs() -> Iterator[Job[int]]:
        nonlocal taken
        for owner in range(500):
            taken += 1
            yield job_of(owner, 10)

    batcher: Batcher[int] = Batcher(Recorder(), 40, PAD, 2)
    ahead = []
    for out, result in enumerate(batcher.stream(jobs())):
        if result is not None:
            ahead.append(taken - out)
    assert taken == 500
    assert max(ahead) <= 2 * 3 + 1


def test_jobs_of_one_length_share_batches() -> None:
    model = Recorder()
    batcher: Batcher[int] = Batcher(model, 40, PAD, 1)
    lengths = [10, 3] * 8
    list(batcher.stream(job_of(i, length) for i, length in enumerate(lengths)))
    assert sorted(model.shapes) == [(4, 10), (4, 10), (8, 3)]


def test_a_stream_that_nobody_reads_on_ends_its_threads() -> None:
    before = threading.active_count()
    batcher: Batcher[int] = Batcher(Recorder(), 40, PAD, 3)
    stream = batcher.stream(job_of(i, 10) for i in range(5000))
    next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert threading.active_count() == before
