"""What a person who waits sees on stderr: how much is tagged, and how fast."""

from __future__ import annotations

import os
import stat
import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from tagcli.output.destination import stream_number
from tagcli.terminal import is_taken, is_terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.progress import Progress, ProgressColumn

    from tagcli.readers.inputs import Input
    from tagcli.records import TaggedDocument


def with_progress(
    results: Iterable[TaggedDocument | None],
    inputs: Sequence[Input],
    output: str | None,
    comes_at_end: bool,
) -> Iterator[TaggedDocument | None]:
    """The results, with a bar on stderr for files, or with counts where an input has no size, if a
    person watches and nothing else moves there: neither the results, unless all that goes to
    `output` `comes_at_end`, nor what is typed, nor a pager."""
    stream = None if comes_at_end else stream_number(output)
    sizes = [source.size for source in inputs]
    is_sized = None not in sizes
    if not is_terminal(sys.stderr) or is_taken(sys.stderr) or not _is_still(stream, is_sized):
        return iter(results)
    if is_sized:
        return _with_bar(results, inputs, sum(size or 0 for size in sizes))
    if any(source.is_terminal for source in inputs):
        return iter(results)
    return _with_counts(results)


def _is_still(stream: int | None, is_sized: bool) -> bool:
    """Whether results that go to a stream leave the terminal alone. What a pipe leads to may write
    there; from pipe to pipe it often does, as grep."""
    if stream is None:
        return True
    try:
        mode = os.fstat(stream).st_mode
    except OSError:
        return False
    return stat.S_ISREG(mode) or (is_sized and not os.isatty(stream))


def _with_bar(
    results: Iterable[TaggedDocument | None], inputs: Sequence[Input], size: int
) -> Iterator[TaggedDocument | None]:
    from rich.progress import Progress

    with _on_stderr(*Progress.get_default_columns()) as progress:
        task = progress.add_task("tagging", total=size)
        for result in results:
            progress.update(task, completed=sum(source.position for source in inputs))
            yield result


def _with_counts(results: Iterable[TaggedDocument | None]) -> Iterator[TaggedDocument | None]:
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    counts = TextColumn(
        "tagging: records {task.fields[records]:,}, characters {task.completed:,}, "
        "{task.fields[rate]:,.0f} a second"
    )
    begun = time.monotonic()
    records = characters = 0
    with _on_stderr(SpinnerColumn(), counts, TimeElapsedColumn()) as progress:
        task = progress.add_task("tagging", total=None, records=0, rate=0.0)
        for result in results:
            if result is not None:
                records += 1
                characters += len(result.text)
                rate = characters / (time.monotonic() - begun)
                progress.update(task, completed=characters, records=records, rate=rate)
            yield result


def _on_stderr(*columns: ProgressColumn) -> Progress:
    """A display that leaves nothing behind."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(*columns, console=Console(stderr=True), transient=True)


class FilesShown:
    """Files, words and words a second on stderr, if it is a person's terminal."""

    def __init__(self, files: int) -> None:
        self._total = files
        self._files = self._words = 0
        self._begun = time.monotonic()
        self._progress: Progress | None = None
        self._open = ExitStack()

    def add(self, tagged: TaggedDocument) -> None:
        """Another document is tagged."""
        self._words += sum(len(sentence.words) for sentence in tagged.sentences)
        self._show()

    def add_file(self) -> None:
        """Another file is done."""
        self._files += 1
        self._show()

    def _show(self) -> None:
        if self._progress is not None:
            rate = self._words / max(time.monotonic() - self._begun, 1e-9)
            (task,) = self._progress.task_ids
            self._progress.update(task, completed=self._files, words=self._words, rate=rate)

    def __enter__(self) -> Self:
        if is_terminal(sys.stderr) and not is_taken(sys.stderr):
            from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

            counts = TextColumn(
                "files {task.completed:,} of {task.total:,}, words {task.fields[words]:,}, "
                "{task.fields[rate]:,.0f} a second"
            )
            display = _on_stderr(BarColumn(), counts, TimeElapsedColumn())
            self._progress = self._open.enter_context(display)
            self._progress.add_task("tagging", total=self._total, words=0, rate=0.0)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
