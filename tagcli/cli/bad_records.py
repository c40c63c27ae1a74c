"""Records that a run skips: told, counted, and kept where a file for them is named."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from tagcli.cli.run_options import tell
from tagcli.errors import DataError, NertagError, UsageError
from tagcli.writers.jsonl import dumps

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from tagcli.readers.inputs import OnError
    from tagcli.records import Document, TaggedDocument
    from tagcli.writers.base import BinaryWriter, Writer


class BadRecords:
    """What becomes of bad records: without `keep_going` they end the run; with it they are skipped,
    and written to the file at `path`, if there is one, an object of JSON each."""

    def __init__(self, keep_going: bool, path: str | None) -> None:
        self.count = 0
        self._keep_going = keep_going
        self._path = path
        self._file: IO[bytes] | None = None
        self._lock = threading.Lock()  # readers of pipes run in a thread of their own

    def check_apart(self, others: Iterable[Path]) -> None:
        """Raise UsageError if the file is one that is read or written, too."""
        path = self._path
        if path is not None and os.path.realpath(path) in map(os.path.realpath, others):
            raise UsageError(f"--errors {path} is an input or an output, too: give another name")

    @property
    def on_error(self) -> OnError | None:
        """What readers tell of a bad record; None where it ends the run."""
        return self.skip if self._keep_going else None

    def skip(self, error: DataError) -> None:
        """Go on without a bad record, or raise what is wrong with it."""
        if not self._keep_going:
            raise error
        with self._lock:
            self.count += 1
            self._keep(error)
        tell(f"{error} (skipped)")

    def exit_code(self) -> int:
        """That of a run that has come to its end; says how many were skipped."""
        if self.count:
            tell(f"{self.count} bad record{'s' * (self.count > 1)} skipped")
        return 1 if self.count else 0

    def _keep(self, error: DataError) -> None:
        if self._file is None:
            return
        record = {
            "file": error.source,
            "line": error.line,
            "reason": error.problem,
            "raw": error.raw,
        }
        try:
            self._file.write(f"{dumps(record)}\n".encode())
        except OSError as failure:
            problem = f"--errors {self._path} cannot be written: {failure.strerror}"
            raise NertagError(problem) from failure

    def __enter__(self) -> Self:
        if self._path is not None:
            try:
                self._file = Path(self._path).open("wb", buffering=0)
            except OSError as error:
                problem = f"--errors {self._path} cannot be written: {error.strerror}"
                raise UsageError(problem) from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()


def record_of(
    writer: Writer | BinaryWriter, tagged: TaggedDocument, bad: BadRecords
) -> str | bytes | None:
    """What is written of a document; None for what the format cannot hold and is skipped."""
    try:
        return writer.record(tagged)
    except DataError as error:
        error.raw = _raw(tagged.document)
        bad.skip(error)
        return None


def _raw(document: Document) -> str:
    """A document about as it was read: its rows, its object of JSON, or its text."""
    if document.conll is not None:
        return "\n".join(line for line, _ in document.conll.lines())
    if not document.fields:
        return document.text
    try:
        return dumps({"text": document.text, **document.fields})
    except RecursionError:  # which may be what is wrong with it
        return document.text
