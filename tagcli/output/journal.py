"""How far a run with -o has come, kept beside FILE.partial so that another run can go on there.

The first line of a journal says what the output depends on. Each further line says what is done,
with check sums of that and of itself; it is added when the disk has the bytes it speaks of. What a
dying run left unfinished is no line.
"""

from __future__ import annotations

import hashlib
import json
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Self

from tagcli.errors import NertagError, UsageError
from tagcli.writers.base import BinaryWriter, ResumableWriter, State, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from tagcli.output.destination import Output
    from tagcli.output.partial_file import PartialFile
    from tagcli.readers.inputs import Input
    from tagcli.records import Document

_SECONDS_BETWEEN_LINES = 1.0
_CHECK = "check"


@dataclass(frozen=True, slots=True)
class Done:
    """So many documents are done, which make so many bytes of FILE.partial.

    `unwritable` of them the format could not hold; `digest` is that of the documents, `written`
    that of the bytes, `writer` the state of who wrote them.
    """

    documents: int = 0
    bytes: int = 0
    unwritable: int = 0
    digest: str = ""
    written: str = ""
    writer: State = ()


class NoJournal:
    """For output that nobody can go on with: nothing was done before, and nothing is kept."""

    before = Done()
    """What was done before this run."""

    def checked(self, documents: Iterator[Document | None]) -> Iterator[Document | None]:
        """The documents, as they come."""
        return documents

    def add(self, document: Document, unwritable: bool = False) -> None:
        """Another document is done."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None


class Journal:
    """The journal of a file that `writer` writes and that depends on `settings`.

    Where `is_written` says no, another run cannot go on from the file as it is at the moment.
    With `resume`, and where an earlier run has left something, the file is cut to what its journal
    knows of and the writer takes over there. Raises UsageError if that does not fit this run.
    """

    def __init__(
        self,
        partial: PartialFile,
        writer: ResumableWriter,
        settings: Mapping[str, Any],
        resume: bool,
        is_written: Callable[[], bool] = lambda: True,
    ) -> None:
        self._partial = partial
        self._writer = writer
        self._is_written = is_written
        self._digest = hashlib.blake2b(digest_size=16)
        self._counted: tuple[int, int, hashlib.blake2b] | None = None
        self._now: Done | None = None
        self._noted = time.monotonic()
        self.before = Done()
        self._settings = json.dumps(settings).encode() + b"\n"
        with self._failures_told():
            found = _last_line(partial, settings) if resume and partial.size_on_disk else None
            if found is None:
                partial.cut(0)
                self._file = partial.open_journal(new=True)
                self._file.write(self._settings)
            else:
                self.before, lines = found
                self._settings, end = lines[0], sum(map(len, lines))
                try:
                    partial.cut(self.before.bytes, self.before.written)
                except ValueError:
                    raise _not_as_written(partial) from None
                self._file = partial.open_journal()
                self._file.truncate(end)
                self._file.seek(end)
                writer.restore(self.before.writer)

    def checked(self, documents: Iterator[Document | None]) -> Iterator[Document | None]:
        """The documents, as they come; raises UsageError if those that are done are not the ones
        that they were."""
        left = self.before.documents
        for document in documents:
            if left and document is not None:
                self._digest.update(_content(document))
                left -= 1
                if not left and self._digest.hexdigest() != self.before.digest:
                    raise self._changed()
            yield document
        if left:
            raise self._changed()

    def _changed(self) -> UsageError:
        path = self._partial.path
        problem = f"the input is not what it was when {path} was begun"
        return UsageError(f"{problem}: {_start_over(self._partial)}")

    def add(self, document: Document, unwritable: bool = False) -> None:
        """Another document is done: it is written, or `unwritable`."""
        before = (self.before.documents, self.before.unwritable, self._digest)
        documents, unwritables, digest = self._counted or before
        digest = digest.copy()
        digest.update(_content(document))
        self._counted = documents + 1, unwritables + unwritable, digest
        if not self._is_written():
            return
        now = Done(
            documents + 1,
            self._partial.length,
            unwritables + unwritable,
            digest.hexdigest(),
            self._partial.digest,
            self._writer.state(),
        )
        self._now = now  # at once: an interrupt may come between any two statements
        if time.monotonic() - self._noted >= _SECONDS_BETWEEN_LINES:
            self._note(now)

    def _note(self, done: Done) -> None:
        with self._failures_told():
            self._partial.sync()
            fields = asdict(done)
            line = json.dumps({**fields, _CHECK: _check_sum(self._settings, fields)})
            self._file.write(line.encode() + b"\n")
        self._noted = time.monotonic()

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            names = f"{self._partial.path} and its journal"
            raise NertagError(f"{names} cannot be written: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is not None and self._now is not None:
                with suppress(NertagError):  # it is the one that ends the run, or follows from it
                    self._note(self._now)
        finally:
            self._file.close()


def _content(document: Document) -> bytes:
    """What the output of a document depends on."""
    written = (document.line_ends, document.members)
    return repr((document.source, document.text, document.fields, document.conll, written)).encode()


def _check_sum(settings: bytes, fields: Mapping[str, Any]) -> str:
    """Of a line of a journal with these settings."""
    content = settings + json.dumps(fields).encode()
    return hashlib.blake2b(content, digest_size=16).hexdigest()


def _start_over(partial: PartialFile) -> str:
    return f"remove {partial.path} to start over"


def _not_as_written(partial: PartialFile) -> UsageError:
    names = f"{partial.path} or its journal"
    return UsageError(f"{names} is not what nertag has written: {_start_over(partial)}")


def _last_line(
    partial: PartialFile, settings: Mapping[str, Any]
) -> tuple[Done, list[bytes]] | None:
    """What the journal says is done, and its lines as far as that one; None where that is nothing.

    Raises UsageError if the journal does not fit the file or the settings.
    """
    try:
        with partial.open_journal() as journal:
            lines = journal.read().splitlines(keepends=True)
    except FileNotFoundError:
        problem = f"{partial.path} has no journal beside it"
        raise UsageError(f"{problem}: {_start_over(partial)}") from None
    while lines and _fields(lines[-1]) is None:
        lines.pop()
    begun = _fields(lines[0]) if lines else None
    if begun is None:
        raise UsageError(f"{partial.journal} is no journal of nertag: {_start_over(partial)}")
    done = _done(lines[0], lines[-1]) if len(lines) > 1 else Done()
    if done is None:
        raise _not_as_written(partial)
    if changed := [name for name, value in settings.items() if begun.get(name) != value]:
        problem = f"{partial.path} was begun with another {changed[0]}"
        raise UsageError(f"{problem}: call it as before, or {_start_over(partial)}")
    if done.bytes > partial.size_on_disk:
        problem = f"{partial.path} has lost its end since it was written"
        raise UsageError(f"{problem}: {_start_over(partial)}")
    return (done, lines) if done.bytes else None


def _done(settings: bytes, line: bytes) -> Done | None:
    """What a whole line says is done, None if it is not as it was written."""
    fields = _fields(line) or {}
    if fields.pop(_CHECK, None) != _check_sum(settings, fields):
        return None
    try:
        return Done(**fields)
    except TypeError:  # another version's
        return None


def _fields(line: bytes) -> dict[str, Any] | None:
    """What a line says, None if it is not whole."""
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return fields if isinstance(fields, dict) and line.endswith(b"\n") else None


def open_journal(
    output: Output,
    writer: Writer | BinaryWriter,
    inputs: Sequence[Input],
    settings: Mapping[str, Any],
    resume: bool,
) -> Journal | NoJournal:
    """A journal where another run could go on from `output`; raises UsageError if it could not,
    or if `output` is not what this run can go on from, and `resume` asks for it.

    `settings` are what the output depends on beside the documents, by the names that a user knows.
    """
    if output.partial is None:
        problem = "it needs -o and a file's name"
    elif pipes := [source.name for source in inputs if source.size is None]:
        problem = f"{pipes[0]} cannot be read a second time: give it files"
    elif not isinstance(writer, ResumableWriter):
        problem = "a summary, Parquet, pseudonyms and keys are whole at their end only"
    else:
        return Journal(output.partial, writer, settings, resume, lambda: output.holds_nothing)
    if resume:
        raise UsageError(f"--resume cannot be used here: {problem}")
    return NoJournal()
