"""Windows through the model: sorted by length in a bounded buffer, batched by tokens, in order."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy.typing as npt

    Logits = npt.NDArray[np.float32]
    Run = Callable[[npt.NDArray[np.int64], npt.NDArray[np.int64]], Logits]
from tagcli.records import IDLE

T = TypeVar("T")


# Some 400 sentences: enough of each length to batch without padding, and a second or two of work
# on a CPU, so that memory and the wait for the first result stay small.
BUFFER_TOKENS = 16_384
BUFFER_JOBS = 2_048
# After a pause the buffer starts small and doubles: a burst's first results come at once.
FIRST_BUFFER_TOKENS = 512


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """A row of model input, or none (a blank line), with what the asker wants to know it by.

    `rows` are the positions in `ids` whose logits are wanted. A job that is not `wanted` only takes
    its place beside the others, so that these are batched as they were with it.
    """

    payload: T
    ids: npt.NDArray[np.int64] | None = None
    rows: npt.NDArray[np.int64] | None = None
    wanted: bool = True


@dataclass(slots=True)
class _Buffer(Generic[T]):
    jobs: list[Job[T]]
    limit: int
    tokens: int = 0

    def add(self, job: Job[T]) -> None:
        self.jobs.append(job)
        self.tokens += 0 if job.ids is None else len(job.ids)

    @property
    def full(self) -> bool:
        return self.tokens >= self.limit or len(self.jobs) >= BUFFER_JOBS


class Batcher(Generic[T]):
    """Runs jobs on `workers` threads; `run` takes ids and mask, shape (batch, tokens)."""

    def __init__(self, run: Run, batch_tokens: int, pad_id: int, workers: int) -> None:
        self._run = run
        self._batch_tokens = batch_tokens
        self._pad_id = pad_id
        self._workers = workers

    def stream(
        self, jobs: Iterable[Job[T] | None]
    ) -> Iterator[tuple[Job[T], Logits | None] | None]:
        """Each wanted job with the logits of its rows, in the order of the input.

        While one buffer is computed the next is filled. IDLE in the input, its end and an error
        in it bring out everything that came before.
        """
        with ThreadPoolExecutor(self._workers) as pool:
            try:
                yield from self._stream(iter(jobs), pool)
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _stream(
        self, jobs: Iterator[Job[T] | None], pool: ThreadPoolExecutor
    ) -> Iterator[tuple[Job[T], Logits | None] | None]:
        running: _RunningBuffer[T] | None = None
        buffer: _Buffer[T] = _Buffer([], FIRST_BUFFER_TOKENS)
        failure: Exception | None = None
        ended = False
        while not ended:
            try:
                job = next(jobs)
            except StopIteration:
                ended, job = True, IDLE
            except Exception as error:
                ended, job, failure = True, IDLE, error
            if job is not None:
                buffer.add(job)
                if not buffer.full:
                    continue
            started = self._start(buffer, pool)
            buffer = _Buffer([], min(2 * buffer.limit, BUFFER_TOKENS))
            if running is not None:
                yield from running.results()
            running = started
            if job is None:
                yield from running.results()
                running = None
                buffer = _Buffer([], FIRST_BUFFER_TOKENS)
                yield IDLE
        if failure is not None:
            raise failure

    def _start(self, buffer: _Buffer[T], pool: ThreadPoolExecutor) -> _RunningBuffer[T]:
        futures = [
            (batch, pool.submit(self._run_batch, [buffer.jobs[i] for i in batch]))
            for batch in self._batches(buffer.jobs)
            if any(buffer.jobs[i].wanted for i in batch)
        ]
        return _RunningBuffer(buffer.jobs, futures)

    def _batches(self, jobs: list[Job[T]]) -> list[list[int]]:
        """Indices of jobs of similar length; longest first, so that no worker ends late."""
        lengths = {i: len(job.ids) for i, job in enumerate(jobs) if job.ids is not None}
        batches: list[list[int]] = []
        width = 0
        for index in sorted(lengths, key=lambda i: lengths[i], reverse=True):
            if not batches or (len(batches[-1]) + 1) * width > self._batch_tokens:
                batches.append([])
                width = lengths[index]
            batches[-1].append(index)
        return batches

    def _run_batch(self, jobs: list[Job[T]]) -> list[Logits]:
        rows = [job.ids for job in jobs if job.ids is not None]
        ids = np.full((len(rows), max(map(len, rows))), self._pad_id, np.int64)
        mask = np.zeros_like(ids)
        for i, row in enumerate(rows):
            ids[i, : len(row)] = row
            mask[i, : len(row)] = 1
        logits = self._run(ids, mask)
        return [logits[i, job.rows] for i, job in enumerate(jobs)]


@dataclass(frozen=True, slots=True)
class _RunningBuffer(Generic[T]):
    """A buffer whose batches are on their way."""

    jobs: list[Job[T]]
    futures: list[tuple[list[int], Future[list[Logits]]]]

    def results(self) -> Iterator[tuple[Job[T], Logits | None]]:
        logits: dict[int, Logits] = {}
        for batch, future in self.futures:
            logits.update(zip(batch, future.result(), strict=True))
        for index, job in enumerate(self.jobs):
            if job.wanted:
                yield job, logits.get(index)
