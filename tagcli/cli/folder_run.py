"""A run of the command over many files, each of which becomes a file."""

from __future__ import annotations

from collections import deque
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from tagcli.cli.bad_records import BadRecords, record_of
from tagcli.cli.defaults import defaults_named, set_at_hand
from tagcli.cli.folders import Task, tasks_of
from tagcli.cli.interrupts import interrupts_raised
from tagcli.cli.progress import FilesShown
from tagcli.cli.run_options import tell
from tagcli.cli.run_parts import (
    input_format_of,
    load_tagger,
    reader_options,
    version_of,
    writer_of,
)
from tagcli.errors import DataError, NertagError, UsageError
from tagcli.output.destination import Output
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input, check_encoding
from tagcli.writers.base import BinaryWriter
from tagcli.writers.formats import extension_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tagcli.cli.run_options import RunOptions
    from tagcli.records import Document, TaggedDocument


class FolderRun:
    """One call of the command with --out-dir. The documents of all files go through the tagger as
    one stream, so that many small files are as fast as a large one."""

    def __init__(self, names: Sequence[str], options: RunOptions) -> None:
        assert options.out_dir is not None
        self._options = options
        with defaults_named("encoding"):
            self._encoding = check_encoding(options.encoding)
        if not names:
            raise UsageError("--out-dir takes files and folders: name some")
        extension = extension_of(options.output_format)
        self._tasks = tasks_of(names, options.out_dir, extension, options.glob, _skipped)
        self._named = set(map(Path, names))
        self._bad = BadRecords(options.keep_going, options.errors)
        self._bad.check_apart(path for task in self._tasks for path in (task.source, task.target))
        self._files: deque[_File] = deque()
        self._failed = 0
        self._model_version = ""

    def run(self) -> int:
        """Tag everything; returns the exit code."""
        options = self._options
        wanted = [task for task in self._tasks if not task.is_done]
        if done := len(self._tasks) - len(wanted):
            tell(f"{done} of {len(self._tasks)} files are done already")
        if not wanted:
            return 0
        tagger = load_tagger(options)
        self._model_version = version_of(options, tagger)
        if not options.verbose and (defaults := set_at_hand()):
            tell(defaults)
        with interrupts_raised(), self._bad, FilesShown(len(wanted)) as shown:
            try:
                for tagged in tagger.run(self._documents(wanted)):
                    if tagged is None:
                        continue
                    self._end_files(shown)
                    self._files[0].write(tagged, self._bad)
                    shown.add(tagged)
                self._end_files(shown)
            finally:
                for file in self._files:
                    file.discard()
        if self._failed:
            tell(f"{self._failed} of {len(wanted)} files could not be tagged")
        return self._bad.exit_code() or (1 if self._failed else 0)

    def _documents(self, tasks: Sequence[Task]) -> Iterator[Document]:
        """Those of all files; a file that fails ends there, and the next one begins."""
        for task in tasks:
            file = _File(task, self._options, self._model_version)
            self._files.append(file)
            is_named = task.source in self._named
            try:
                yield from file.documents(self._encoding, self._bad, is_named)
            except NertagError as error:
                file.fail(error)
            file.is_read = True

    def _end_files(self, shown: FilesShown) -> None:
        """Give the files their names of which all has been written."""
        while self._files and self._files[0].is_complete:
            file = self._files.popleft()
            file.end()
            self._failed += file.has_failed
            shown.add_file()


class _File:
    """A file on its way: what was read of it, and what was written."""

    def __init__(self, task: Task, options: RunOptions, model_version: str) -> None:
        self._task = task
        self._options = options
        self._writer = writer_of(options, [str(task.source)], model_version)
        self._open = ExitStack()
        self._output: Output | None = None
        self._read = 0
        self._written = 0
        self._is_wanted = True
        self.is_read = False
        self.has_failed = False

    @property
    def is_complete(self) -> bool:
        """Whether everything that was read has come back."""
        return self.is_read and self._read == self._written

    def documents(self, encoding: str, bad: BadRecords, is_named: bool) -> Iterator[Document]:
        """Its documents; none, which is told, of a file in a folder that is no text."""
        source = Input(self._task.source, encoding)
        if not is_named and (problem := source.problem()):
            _skipped(f"{source.name} {problem}")
            self._is_wanted = False
            return
        options = self._options
        reading = reader_options(options, bad.on_error, self._writer)
        for document in read_documents(source, input_format_of(options), reading, options.note):
            self._read += 1
            yield document

    def write(self, tagged: TaggedDocument, bad: BadRecords) -> None:
        """Write another of its documents, if it is still wanted."""
        self._written += 1
        if not self._is_wanted:
            return
        try:
            self._opened().write(record_of(self._writer, tagged, bad) or "")
        except (DataError, UsageError) as error:
            self.fail(error)

    def fail(self, error: NertagError) -> None:
        """Say what is wrong with it, and make no file."""
        tell(str(error))
        self.has_failed, self._is_wanted = True, False

    def end(self) -> None:
        """Give the output its name."""
        try:
            if self._is_wanted:
                self._opened().write(self._writer.tail())
        except UsageError as error:
            self.fail(error)
        if self._is_wanted:
            self._open.close()
        else:
            self.discard()

    def discard(self) -> None:
        """Leave nothing of the output."""
        cut_short = InterruptedError()
        self._open.__exit__(type(cut_short), cut_short, None)

    def _opened(self) -> Output:
        if self._output is None:
            target = self._task.target
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise UsageError(f"{target.parent} cannot be made: {error.strerror}") from error
            self._output = self._open.enter_context(Output(target, all_or_nothing=True))
            if not isinstance(self._writer, BinaryWriter):
                self._output.write(self._writer.head())
        return self._output


def _skipped(message: str) -> None:
    tell(f"{message} (skipped)")
