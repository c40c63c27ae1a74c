"""Standard output and standard error as streams that lose nothing.

Python's own drop what a pipe does not take at once: where its other end has made it non-blocking,
and where they are unbuffered (PYTHONUNBUFFERED) and a write was a short one.
"""

from __future__ import annotations

import io
import os
import select
import sys
from typing import Any, TextIO


class WaitingWriter(io.BufferedWriter):
    """A buffered stream to a descriptor, which writes all that it is given, and waits where nothing
    can be written; it `closes` the descriptor at its end."""

    def __init__(self, descriptor: int, closes: bool = True) -> None:
        super().__init__(io.FileIO(descriptor, "w", closefd=closes))

    def write(self, data: Any) -> int:
        """Take all of the bytes."""
        left = memoryview(data).cast("B")
        size = len(left)
        while True:
            try:
                super().write(left)
            except BlockingIOError as full:
                left = left[full.characters_written :]
                self._wait()
            else:
                return size

    def flush(self) -> None:
        """Write what is held."""
        while True:
            try:
                super().flush()
            except BlockingIOError:
                self._wait()
            else:
                return

    def _wait(self) -> None:
        select.select([], [self.fileno()], [])


def make_standard_streams_whole() -> None:
    """Let `sys.stdout` and `sys.stderr` write all that they are given."""
    if os.name == "posix":  # elsewhere no pipe is non-blocking, and a terminal is no file
        sys.stdout, sys.stderr = _whole(sys.stdout), _whole(sys.stderr)


def _whole(stream: TextIO) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper):  # None where the process has none
        return stream
    return io.TextIOWrapper(
        WaitingWriter(stream.fileno(), closes=False),
        stream.encoding,
        stream.errors,
        line_buffering=stream.line_buffering,
        write_through=stream.write_through,
    )


def forget(stream: TextIO | None) -> None:
    """Keep Python from flushing a standard stream again at exit, and complaining."""
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
