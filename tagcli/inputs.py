"""Files, pipes and standard input as numbered lines of text."""

from __future__ import annotations

import codecs
import gzip
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple, Protocol

from tagcli.errors import DataError, UsageError

STDIN = "-"
_CHUNK_BYTES = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"


class Line(NamedTuple):
    """A line without its end; `number` counts from 1."""

    number: int
    text: str


OnError = Callable[[DataError], None]


class _Bytes(Protocol):
    def read1(self, size: int = -1, /) -> bytes: ...


class Input:
    """An input by name ("-" is standard input), opened when its lines are asked for."""

    def __init__(self, name: str, encoding: str = "utf-8") -> None:
        self.name = "<stdin>" if name == STDIN else name
        self._path = None if name == STDIN else Path(name)
        self._encoding = encoding
        self._raw: IO[bytes] | None = None
        if self._path is not None:
            _check_readable(self._path)

    @property
    def size(self) -> int | None:
        """Its size in bytes, or None for what is no regular file."""
        try:
            status = os.fstat(0) if self._path is None else self._path.stat()
        except OSError:
            return None
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    @property
    def position(self) -> int:
        """How many bytes have been read, counted before decompression."""
        try:
            return self._raw.tell() if self._raw is not None else 0
        except (OSError, ValueError):
            return 0

    def lines(self, on_error: OnError | None = None) -> Iterator[Line]:
        """The lines of the input; they end at \\n or \\r\\n only.

        Raises DataError for bytes that are not in the encoding; with `on_error`, that is told
        instead and the line left out.
        """
        raw = sys.stdin.buffer if self._path is None else self._path.open("rb")
        self._raw = raw
        try:
            yield from self._decoded(raw, on_error)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self._tell(DataError(self.name, None, f"broken gzip data: {error}"), on_error)
        finally:
            if raw is not sys.stdin.buffer:
                raw.close()

    def _decoded(self, raw: IO[bytes], on_error: OnError | None) -> Iterator[Line]:
        chunks = _chunks(raw)
        encoding = self._encoding
        if "\n".encode(encoding)[-2:] != b"\n":  # UTF-16 and UTF-32: a line end is no single byte
            chunks = self._as_utf8(chunks)
            encoding = "utf-8"
        number = 0
        for number, line in enumerate(_byte_lines(chunks), start=1):
            try:
                yield Line(number, line.decode(encoding))
            except UnicodeDecodeError as error:
                problem = f"byte {error.start + 1} of the line is not {self._encoding}"
                self._tell(DataError(self.name, number, problem), on_error)

    def _as_utf8(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self._encoding)()
        line = 1
        for chunk in chunks:
            try:
                text = decoder.decode(chunk)
            except UnicodeDecodeError as error:
                raise DataError(self.name, line, f"not {self._encoding}: {error.reason}") from error
            line += text.count("\n")
            yield text.encode("utf-8")
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as error:
            raise DataError(self.name, line, f"not {self._encoding}: {error.reason}") from error

    def _tell(self, error: DataError, on_error: OnError | None) -> None:
        if on_error is None:
            raise error
        on_error(error)


def check_encoding(name: str) -> str:
    """The name if Python knows such a text encoding; raises UsageError otherwise."""
    try:
        if codecs.lookup(name)._is_text_encoding:
            return name
    except LookupError:
        pass
    raise UsageError(f"unknown encoding {name}")


def _check_readable(path: Path) -> None:
    if not path.exists():
        raise UsageError(f"no such file: {path}")
    if path.is_dir():
        raise UsageError(f"{path} is a directory: name the files in it")
    if not os.access(path, os.R_OK):
        raise UsageError(f"{path} cannot be read: permission denied")


def _chunks(raw: IO[bytes]) -> Iterator[bytes]:
    """The bytes as they come, decompressed if they begin as gzip does, without a UTF-8 BOM."""
    head = b""
    while len(head) < len(_GZIP_MAGIC) and (more := raw.read(1)):
        head += more
    stream: _Bytes = _Rewound(head, raw)
    if head == _GZIP_MAGIC:
        stream = gzip.GzipFile(fileobj=_Rewound(head, raw), mode="rb")  # type: ignore[call-overload]
    first = b""
    while len(first) < len(codecs.BOM_UTF8) and (more := stream.read1(_CHUNK_BYTES)):
        first += more
        if not codecs.BOM_UTF8.startswith(first[:3]):
            break
    yield first.removeprefix(codecs.BOM_UTF8)
    while chunk := stream.read1(_CHUNK_BYTES):
        yield chunk


class _Rewound:
    """A byte stream with its first bytes, read to look at them, put back."""

    def __init__(self, head: bytes, raw: IO[bytes]) -> None:
        self._head = head
        self._raw = raw

    def read1(self, size: int = -1, /) -> bytes:
        if self._head:
            head, self._head = self._head, b""
            return head
        return self._raw.read1(size)  # type: ignore[attr-defined,no-any-return]

    def read(self, size: int = -1, /) -> bytes:
        if self._head and size > 0:
            head, self._head = self._head[:size], self._head[size:]
            return head
        return self.read1(size)


def _byte_lines(chunks: Iterator[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []  # a line that is not whole yet, in parts: joining at the end is linear
    for chunk in chunks:
        first, *rest = chunk.split(b"\n")
        held.append(first)
        for following in rest:
            yield b"".join(held).removesuffix(b"\r")
            held = [following]
    if last := b"".join(held):
        yield last
