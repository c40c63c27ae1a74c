"""Files, pipes and standard input as numbered lines of text."""

from __future__ import annotations

import codecs
import os
import select
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from itertools import chain
from pathlib import Path
from typing import IO, NamedTuple

from tagcli.errors import DataError, NertagError, UsageError
from tagcli.readers.binary import NUL_PROBLEM, problem_of, table_at
from tagcli.readers.decompression import BrokenDataError, decompressed

STDIN = "-"
_CHUNK_BYTES = 1 << 16


class Line(NamedTuple):
    """A line; `number` counts from 1, and its `end` is no part of its text."""

    number: int
    text: str
    bad: bool = False  # its bytes were not in the encoding, which `on_error` was told
    end: str = "\n"


OnError = Callable[[DataError], None]


class TableFound(NertagError):  # noqa: N818 - it says what was found
    """What should be lines is a table of Arrow: a Parquet file or a stream, whose `chunks` these
    are. To who wants lines it is an error."""

    def __init__(self, source: str, found: str, chunks: Iterator[bytes], problem: str) -> None:
        super().__init__(f"{source}: {problem}")
        self.input_format = found
        self.chunks = chunks


class Input:
    """An input by name ("-" is standard input), opened when its lines are asked for.

    Raises UsageError for a name that cannot be read.
    """

    def __init__(self, name: str | os.PathLike[str], encoding: str = "utf-8") -> None:
        name = os.fspath(name)
        if not name:
            raise UsageError("'' names no file")
        self.name = "<stdin>" if name == STDIN else _readable(name)
        self._path = None if name == STDIN else Path(name)
        self._encoding = encoding
        self.position = 0
        """How many bytes have been read, counted before decompression."""
        if self._path is not None:
            _check_readable(self._path)

    def problem(self) -> str | None:
        """Why its first bytes are neither text nor a table, None if they may be; raises UsageError
        where it is no file, or cannot be read."""
        if self.path is None:
            raise UsageError(f"{self.name} is no regular file")
        try:
            with self._opened() as raw:
                first = next(decompressed(_chunks(raw)), b"")
        except BrokenDataError as error:
            return str(error)
        except OSError as error:
            raise UsageError(f"{self.name} cannot be read: {error.strerror}") from error
        return None if table_at(first) else problem_of(first, self._encoding)

    @property
    def size(self) -> int | None:
        """Its size in bytes, or None for what is no regular file."""
        try:
            status = os.fstat(0) if self._path is None else self._path.stat()
        except OSError:
            return None
        return status.st_size if stat.S_ISREG(status.st_mode) else None

    @property
    def path(self) -> Path | None:
        """Where it lies, if it is a regular file with a name."""
        return None if self.size is None else self._path

    @property
    def is_terminal(self) -> bool:
        """Whether a person types it."""
        return self._path is None and sys.stdin is not None and sys.stdin.isatty()

    def is_file(self, other: Path | int) -> bool:
        """Whether it is the regular file at a path, or behind a descriptor."""
        try:
            status = os.fstat(0) if self._path is None else self._path.stat()
            there = os.stat(other)  # noqa: PTH116 - a descriptor, too
            return stat.S_ISREG(status.st_mode) and os.path.samestat(status, there)
        except OSError:
            return False

    def lines(self, on_error: OnError | None = None) -> Iterator[Line]:
        """The lines of the input; they end at \\n or \\r\\n only.

        Raises DataError for bytes that are not in the encoding; with `on_error`, that is told
        instead and an empty line marked `bad` takes its place. Broken compressed data, and what is
        broken in encodings that are not read line by line (UTF-16, UTF-32, ISO-2022-KR), end the
        input, with such a line as the last one. Raises TableFound for a table, in any case.
        """
        number = 0
        try:
            with ExitStack() as opened:
                raw = opened.enter_context(self._opened())
                try:
                    for line in self._decoded(raw, on_error):
                        number = line.number
                        yield line
                except TableFound:
                    opened.pop_all()  # its bytes are read on
                    raise
            return
        except DataError as error:
            failure = error
        except BrokenDataError as error:
            failure = DataError(self.name, number + 1, str(error))
        except OSError as error:
            failure = DataError(self.name, None, f"cannot be read: {error.strerror}")
        self._tell(failure, on_error)
        yield Line(number + 1, "", bad=True)

    def _opened(self) -> AbstractContextManager[IO[bytes]]:
        return _stdin() if self._path is None else self._path.open("rb", buffering=0)

    def _decoded(self, raw: IO[bytes], on_error: OnError | None) -> Iterator[Line]:
        chunks = self._checked(decompressed(self._counted(raw)))
        encoding = codecs.lookup(self._encoding).name
        if encoding == "utf-8-sig":  # UTF-8 goes without its mark in any case
            encoding = "utf-8"
        # UTF-16 and UTF-32, where a line end is no single byte; and one that has its signs for
        # Korean explained on the first line
        if "\n".encode(encoding) != b"\n" or encoding == "iso2022_kr":
            chunks = self._as_utf8(chunks)
            encoding = "utf-8"
        if encoding == "utf-8":
            chunks = _without_mark(chunks)
        for number, (line, end) in enumerate(_byte_lines(chunks), start=1):
            try:
                text = line.decode(encoding)
                if encoding != "utf-8":
                    text.encode("utf-8")  # UTF-7 and its like can spell half a surrogate pair
                if "\0" not in text:
                    yield Line(number, text, end=end)
                    continue
                problem = NUL_PROBLEM
            except UnicodeError as error:
                problem = f"not {self._encoding}: {error}"
                if isinstance(error, UnicodeDecodeError):
                    problem = f"byte {error.start + 1} of the line is not {self._encoding}"
            self._tell(DataError(self.name, number, problem, _shown(line, encoding)), on_error)
            yield Line(number, "", bad=True)

    def _checked(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The chunks; raises DataError where the first one shows that they are no text."""
        first = next(chunks, b"")
        if found := table_at(first):
            no_text = f"is {found.name}, no text"
            raise TableFound(self.name, found.input_format, chain([first], chunks), no_text)
        if problem := problem_of(first, self._encoding):
            raise DataError(self.name, 1, problem)
        yield first
        yield from chunks

    def _counted(self, raw: IO[bytes]) -> Iterator[bytes]:
        size = _size(raw)
        for chunk in _chunks(raw):
            self.position += len(chunk)
            yield chunk
        if _size(raw) < size:
            raise DataError(self.name, None, "was cut short while it was read")

    def _as_utf8(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        decoder = codecs.getincrementaldecoder(self._encoding)()
        line = 1
        for chunk in chain(chunks, [b""]):
            failure: UnicodeError | None = None
            state = decoder.getstate()
            try:
                text = decoder.decode(chunk, final=not chunk)
                encoded = text.encode("utf-8")  # some encodings can spell half a surrogate pair
            except UnicodeError as error:
                failure = error
                decoder.setstate(state)
                text = _whole_lines_before(error, decoder, chunk)
                encoded = text.encode("utf-8")
            line += text.count("\n")
            yield encoded
            if failure is not None:
                raise DataError(self.name, line, f"not {self._encoding}: {failure}") from failure

    def _tell(self, error: DataError, on_error: OnError | None) -> None:
        if on_error is None:
            raise error
        on_error(error)


def _shown(line: bytes, encoding: str) -> str:
    """A line that is no text, with its bytes that are none as \\xff."""
    try:
        return line.decode(encoding, "backslashreplace")
    except UnicodeError:  # of codecs that know nothing of it
        return line.decode("ascii", "backslashreplace")


def _stdin() -> AbstractContextManager[IO[bytes]]:
    if sys.stdin is None:
        raise UsageError("there is no standard input")
    # unbuffered: a thread that waits in a buffered read holds a lock Python wants at its end
    return nullcontext(getattr(sys.stdin.buffer, "raw", sys.stdin.buffer))


def _read(raw: IO[bytes]) -> bytes:
    """What is there, or b"" at the end; where a non-blocking pipe has nothing yet, it is waited
    for."""
    while (chunk := raw.read(_CHUNK_BYTES)) is None:
        select.select([raw], [], [])
    return chunk


def _chunks(raw: IO[bytes]) -> Iterator[bytes]:
    while chunk := _read(raw):
        yield chunk


def _size(raw: IO[bytes]) -> int:
    """Of a file; 0 for what has no size."""
    try:
        return os.fstat(raw.fileno()).st_size
    except OSError:
        return 0


def _whole_lines_before(
    error: UnicodeError, decoder: codecs.IncrementalDecoder, chunk: bytes
) -> str:
    """What the chunk that `decoder` could not decode, or whose text UTF-8 could not hold, has in
    front of the bad line; the decoder is as it was before the chunk."""
    if isinstance(error, UnicodeEncodeError):
        return error.object[: error.object.rfind("\n", 0, error.start) + 1]
    if not isinstance(error, UnicodeDecodeError):
        return ""
    held = len(decoder.getstate()[0])
    try:
        text = decoder.decode(chunk[: max(0, error.start - held)])
    except UnicodeError:  # of the odd codecs that count from elsewhere
        return ""
    return text[: text.rfind("\n") + 1]


def _readable(name: str) -> str:
    """A file's name as UTF-8 has it, whatever the locale took its bytes for."""
    return os.fsencode(name).decode("utf-8", "replace")


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
        raise UsageError(f"{path} is a directory: name the files in it, or give --out-dir")
    if not os.access(path, os.R_OK):
        raise UsageError(f"{path} cannot be read: permission denied")


def _without_mark(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """UTF-8 text without its byte order mark."""
    first = b""
    for chunk in chunks:
        first += chunk
        if len(first) >= len(codecs.BOM_UTF8) or not codecs.BOM_UTF8.startswith(first):
            break
    yield first.removeprefix(codecs.BOM_UTF8)
    yield from chunks


def _byte_lines(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, str]]:
    """The lines, each with its end."""
    held: list[bytes] = []  # a line that is not whole yet, in parts: joining at the end is linear
    for chunk in chunks:
        first, *rest = chunk.split(b"\n")
        held.append(first)
        for following in rest:
            line = b"".join(held)
            yield (line[:-1], "\r\n") if line.endswith(b"\r") else (line, "\n")
            held = [following]
    if last := b"".join(held):
        yield last, ""
