"""Files, pipes and standard input as numbered lines of text."""

from __future__ import annotations

import codecs
import gzip
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from itertools import chain
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
    bad: bool = False  # its bytes were not in the encoding, which `on_error` was told


OnError = Callable[[DataError], None]


class _Bytes(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


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
    def is_terminal(self) -> bool:
        """Whether a person types it."""
        return self._path is None and sys.stdin is not None and sys.stdin.isatty()

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
        instead and an empty line marked `bad` takes its place.
        """
        try:
            raw = self._raw = _stdin() if self._path is None else self._path.open("rb", buffering=0)
            yield from self._decoded(raw, on_error)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            self._tell(DataError(self.name, None, f"broken gzip data: {error}"), on_error)
        except OSError as error:
            problem = f"cannot be read: {error.strerror}"
            self._tell(DataError(self.name, None, problem), on_error)
        finally:
            if self._path is not None and self._raw is not None:
                self._raw.close()

    def _decoded(self, raw: IO[bytes], on_error: OnError | None) -> Iterator[Line]:
        chunks = _chunks(raw)
        encoding = self._encoding
        if "\n".encode(encoding)[-2:] != b"\n":  # UTF-16 and UTF-32: a line end is no single byte
            chunks = self._as_utf8(chunks)
            encoding = "utf-8"
        if codecs.lookup(encoding).name == "utf-8":
            chunks = _without_mark(chunks)
        for number, line in enumerate(_byte_lines(chunks), start=1):
            try:
                text = line.decode(encoding)
                if encoding != "utf-8":
                    text.encode("utf-8")  # UTF-7 and its like can spell half a surrogate pair
                yield Line(number, text)
            except UnicodeError as error:
                problem = f"not {self._encoding}: {error}"
                if isinstance(error, UnicodeDecodeError):
                    problem = f"byte {error.start + 1} of the line is not {self._encoding}"
                self._tell(DataError(self.name, number, problem), on_error)
                yield Line(number, "", bad=True)

    def _as_utf8(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self._encoding)()
        line = 1
        for chunk in chain(chunks, [b""]):
            failure: UnicodeError | None = None
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeError as error:
                failure = error
                good = error.start if isinstance(error, UnicodeDecodeError) else 0
                held = len(decoder.getstate()[0])
                text = decoder.decode(chunk[: max(0, good - held)])
                text = text[: text.rfind("\n") + 1]  # the lines before the bad one
            line += text.count("\n")
            yield text.encode("utf-8")
            if failure is not None:
                raise DataError(self.name, line, f"not {self._encoding}: {failure}") from failure

    def _tell(self, error: DataError, on_error: OnError | None) -> None:
        if on_error is None:
            raise error
        on_error(error)


def _stdin() -> IO[bytes]:
    if sys.stdin is None:
        raise UsageError("there is no standard input")
    # unbuffered: a thread that waits in a buffered read holds a lock Python wants at its end
    return getattr(sys.stdin.buffer, "raw", sys.stdin.buffer)


def check_encoding(name: str) -> str:
    """The name if Python knows such a text encoding; raises UsageError otherwise."""
    try:
        if codecs.lookup(name)._is_text_encoding and "\n".encode(name):
            return name
    except (LookupError, ValueError):
        pass
    raise UsageError(f"unknown encoding {name}")


def _check_readable(path: Path) -> None:
    try:
        path.stat()
    except FileNotFoundError as error:
        raise UsageError(f"no such file: {path}") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if path.is_dir():
        raise UsageError(f"{path} is a directory: name the files in it")
    if not os.access(path, os.R_OK):
        raise UsageError(f"{path} cannot be read: permission denied")


def _chunks(raw: IO[bytes]) -> Iterator[bytes]:
    """The bytes as they come, decompressed if they begin as gzip does."""
    head = b""
    while len(head) < len(_GZIP_MAGIC) and (more := raw.read(1)):
        head += more
    stream: _Bytes = _Rewound(head, raw)
    if head == _GZIP_MAGIC:
        stream = _Unzipped(_Rewound(head, raw))
    while chunk := stream.read(_CHUNK_BYTES):
        yield chunk


def _without_mark(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """UTF-8 text without its byte order mark."""
    first = b""
    for chunk in chunks:
        first += chunk
        if len(first) >= len(codecs.BOM_UTF8) or not codecs.BOM_UTF8.startswith(first):
            break
    yield first.removeprefix(codecs.BOM_UTF8)
    yield from chunks


class _Rewound:
    """A byte stream with its first bytes, read to look at them, put back."""

    def __init__(self, head: bytes, raw: IO[bytes]) -> None:
        self._head = head
        self._raw = raw

    def read(self, size: int = -1, /) -> bytes:
        if self._head:
            head, self._head = self._head, b""
            return head
        return self._raw.read(size)


class _Unzipped:
    """Gzip data as it comes, decompressed: a read gives what is there, not all that was asked."""

    def __init__(self, stream: _Bytes) -> None:
        self._file = gzip.GzipFile(fileobj=stream, mode="rb")  # type: ignore[call-overload]

    def read(self, size: int = -1, /) -> bytes:
        chunk: bytes = self._file.read1(size)
        return chunk


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
