"""Where results go: standard output, or a file that has its name only when it is whole."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from tagcli.errors import NertagError, UsageError
from tagcli.output.partial_file import PartialFile

_FLUSH_SECONDS = 0.1
# a file that a stream goes to must be written on in, not replaced
_STREAMS = {"-": 1, "/dev/stdout": 1, "/dev/stderr": 2}
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/([0-9]{1,9})")


class Output:
    """Writes text as UTF-8 to `path`, or to standard output for None and "-".

    A regular file is written as FILE.partial and renamed when the block ends without an error;
    otherwise `partial` is what is left. With `keep` a FILE.partial that is there is not emptied.
    Devices and pipes are written directly.
    """

    def __init__(self, path: str | os.PathLike[str] | None, keep: bool = False) -> None:
        path = None if path is None else os.fspath(path)
        self.partial: PartialFile | None = None
        self._target: Path | None = None
        self._is_stdout = False
        self._flushed = time.monotonic()
        descriptor = 1 if path is None else _descriptor(path)
        if descriptor == 1:
            if sys.stdout is None:
                raise UsageError("there is no standard output")
            self._file: BinaryIO | PartialFile = sys.stdout.buffer
            self._is_stdout = True
            return
        assert path is not None
        target = Path(path)
        try:
            if descriptor is not None:
                self._file = os.fdopen(os.dup(descriptor), "wb")
                return
            if target.is_dir():
                raise UsageError(f"{path} is a directory, not a file")
            if target.exists() and not target.is_file():
                self._file = target.open("wb")
                return
            target = Path(os.path.realpath(target))  # a link stays a link
            if target.is_symlink():
                raise UsageError(f"{path} cannot be written: its links go in a circle")
            if target.exists() and not os.access(target, os.W_OK):
                raise PermissionError(13, "permission denied")
            self._target = target
            self._file = self.partial = PartialFile(_partial(target))
            if not keep:
                self.partial.cut(0)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror}") from error

    def write(self, text: str) -> None:
        """Write a whole record."""
        with self._failures_told():
            self._file.write(text.encode("utf-8", "surrogatepass"))
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
                forget_stdout()
            raise NertagError(f"output cannot be written: {error.strerror}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.flush()
            if error is None and self.partial is not None and self._target is not None:
                with self._failures_told():
                    self.partial.rename(self._target)
                self.partial = None
        finally:
            if not self._is_stdout:
                with suppress(OSError):  # what flush has said already
                    self._file.close()


def partial_path(path: str | os.PathLike[str]) -> Path | None:
    """Where output to `path` is written until it is whole; None for what has no such file."""
    path = os.fspath(path)
    # those of Path raise for a name that is too long
    is_direct = os.path.exists(path) and not os.path.isfile(path)
    if is_direct or _descriptor(path) is not None:
        return None
    return _partial(Path(os.path.realpath(path)))


def _partial(target: Path) -> Path:
    return target.with_name(target.name + ".partial")


def _descriptor(path: str) -> int | None:
    """The number of the open stream that a path names."""
    found = _DESCRIPTOR.fullmatch(path)
    return int(found[1]) if found else _STREAMS.get(path)


def forget_stdout() -> None:
    """Keep Python from flushing standard output again at exit, and complaining."""
    if sys.stdout is None:
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
