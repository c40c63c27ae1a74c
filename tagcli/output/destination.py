"""Where results go: standard output, or a file that has its name only when it is whole."""

from __future__ import annotations

import os
import re
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from tagcli.errors import NertagError, UsageError
from tagcli.output.compression import MemberWriter, compressor
from tagcli.output.partial_file import PartialFile
from tagcli.output.streams import WaitingWriter, forget

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

_FLUSH_SECONDS = 0.1
# a file that a stream goes to must be written on in, not replaced
_STREAMS = {"-": 1, "/dev/stdout": 1, "/dev/stderr": 2}
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/([0-9]{1,9})")


class Output:
    """Writes text as UTF-8, or bytes, to `path`, or to standard output for None and "-".

    A regular file is written as FILE.partial and renamed when the block ends without an error;
    otherwise `partial` is what is left. Devices and pipes are written directly. What is called .gz
    or .zst is compressed.

    Raises UsageError for what cannot be written, and where an unfinished run has left a
    FILE.partial with something in it, unless this one is to `resume` that, or, `all_or_nothing`,
    to throw away what is not whole.
    """

    def __init__(
        self,
        path: str | os.PathLike[str] | None,
        resume: bool = False,
        all_or_nothing: bool = False,
    ) -> None:
        path = None if path is None else os.fspath(path)
        self.partial: PartialFile | None = None
        self._target: Path | None = None
        self._is_stdout = stream_number(path) == 1
        self._flushed = time.monotonic()
        self._file: BinaryIO | PartialFile
        self._members: MemberWriter | None = None
        if self._is_stdout:
            if sys.stdout is None:
                raise UsageError("there is no standard output")
            self._file = sys.stdout.buffer
            return
        assert path is not None
        compress = compressor(path)
        try:
            self._file = self._opened(path)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from error
        self._all_or_nothing = all_or_nothing
        if self.partial is not None and all_or_nothing:
            self.partial.cut(0)
        elif self.partial is not None and not resume:
            _begin(self.partial)
        if compress is not None:
            self._members = MemberWriter(self._file, compress)

    @property
    def holds_nothing(self) -> bool:
        """Whether all records are in the file, or on their way to it, as another run can go on
        from them."""
        return self._members is None or self._members.holds_nothing

    def _opened(self, path: str) -> BinaryIO | PartialFile:
        if (descriptor := stream_number(path)) is not None:
            return WaitingWriter(os.dup(descriptor))
        target = Path(path)
        if not path:
            raise UsageError("-o '' names no file")
        if target.is_dir():
            raise UsageError(f"{path} is a directory, not a file")
        if target.exists() and not target.is_file():
            return target.open("wb")
        target = Path(os.path.realpath(target))  # a link stays a link
        if target.is_symlink():
            raise UsageError(f"{path} cannot be written: its links go in a circle")
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError(13, "permission denied")
        self._target = target
        self.partial = PartialFile(_partial(target), like=target)
        return self.partial

    def write(self, record: str | bytes) -> None:
        """Write a whole record."""
        if isinstance(record, str):
            record = record.encode("utf-8", "surrogatepass")
        with self._failures_told():
            (self._members or self._file).write(record)
        if time.monotonic() - self._flushed > _FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Hand over what has been written."""
        with self._failures_told():
            self._file.flush()
        self._flushed = time.monotonic()

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            if self._is_stdout:
                forget(sys.stdout)
            raise NertagError(f"output cannot be written: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if error is not None and self.partial is not None and self._all_or_nothing:
            self.partial.cut(0)
            self.partial.close()
            return
        try:
            if self._members is not None:
                is_empty = error is None and self.partial is not None and not self.partial.length
                with self._failures_told():
                    self._members.end_member(even_empty=is_empty)
            self.flush()
            if error is None and self.partial is not None and self._target is not None:
                with self._failures_told():
                    self.partial.rename(self._target)
                self.partial = None
        finally:
            if not self._is_stdout:
                with suppress(OSError):  # what flush has said already
                    self._file.close()


def _begin(partial: PartialFile) -> None:
    """Begin an empty file. Raises UsageError where it is none: what a run has left unfinished is
    nobody's to throw away but its owner's."""
    if not partial.size_on_disk:
        partial.cut(0)
        return
    further = "go on with --resume, or " if partial.journal.exists() else ""
    partial.close()
    raise UsageError(f"{partial.path} was left by an unfinished run: {further}remove it")


def partial_path(path: str | os.PathLike[str]) -> Path | None:
    """Where output to `path` is written until it is whole; None for what has no such file."""
    path = os.fspath(path)
    # those of Path raise for a name that is too long
    is_direct = os.path.exists(path) and not os.path.isfile(path)  # noqa: PTH110, PTH113
    if is_direct or stream_number(path) is not None:
        return None
    return _partial(Path(os.path.realpath(path)))


def _partial(target: Path) -> Path:
    return target.with_name(target.name + ".partial")


def stream_number(path: str | None) -> int | None:
    """The descriptor of the open stream that output to `path`, or to standard output for None,
    goes to; None for a file."""
    if path is None:
        return 1
    found = _DESCRIPTOR.fullmatch(path)
    return int(found[1]) if found else _STREAMS.get(path)
