"""Streams that lose nothing: pipes that take little, or nothing for the moment."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tagcli.output.streams import WaitingWriter
from tests.support.processes import needs_posix

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = needs_posix

Pipe = tuple[int, Callable[[], bytes]]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    """The write end of a full, non-blocking pipe, and what reads all that comes after the filling;
    it begins to read when the writer waits for it."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    filling = 0
    try:
        while True:
            filling += os.write(writer, b"." * 4096)
    except BlockingIOError:
        pass
    read: list[bytes] = []

    def read_all() -> None:
        with os.fdopen(reader, "rb") as file:
            read.append(file.read())

    thread = threading.Timer(0.2, read_all)
    thread.start()

    def rest() -> bytes:
        thread.join()
        return read[0][filling:]

    yield writer, rest
    thread.join()


@pytest.mark.parametrize("sizes", [[1], [100_000], [7] * 10_000, [1 << 20, 1, 8192, 8193, 1 << 18]])
def test_all_is_written_in_order(pipe: Pipe, sizes: list[int]) -> None:
    descriptor, rest = pipe
    records = [bytes([number % 251]) * size for number, size in enumerate(sizes)]
    with WaitingWriter(descriptor) as stream:
        for record in records:
            assert stream.write(record) == len(record)
    assert rest() == b"".join(records)


def test_what_is_flushed_is_written(pipe: Pipe) -> None:
    descriptor, rest = pipe
    stream = WaitingWriter(descriptor, closes=False)
    stream.write(b"one\n")
    stream.flush()
    os.write(descriptor, b"two\n")
    os.close(descriptor)
    assert rest() == b"one\ntwo\n"


def test_a_reader_that_leaves_ends_the_wait() -> None:
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    threading.Timer(0.2, os.close, [reader]).start()
    stream = WaitingWriter(writer, closes=False)
    with pytest.raises(BrokenPipeError):
        stream.write(b"." * (1 << 20))
    os.close(writer)


def test_a_descriptor_is_closed_with_its_stream(tmp_path: Path) -> None:
    descriptor = os.open(tmp_path / "out", os.O_WRONLY | os.O_CREAT)
    with WaitingWriter(descriptor) as stream:
        stream.write(b"one\n")
    assert (tmp_path / "out").read_bytes() == b"one\n"
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
