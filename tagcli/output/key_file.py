"""The key of a redaction: all that was changed, so that it can be put back.

An object a line: the change at a code point of the output, what stands there (`redacted`), what
stood there (`text`) and the entity's label. The last line has the check sum of the output.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tagcli.errors import NertagError, UsageError
from tagcli.output.partial_file import PartialFile
from tagcli.readers.decompression import decompressed
from tagcli.writers.changes import Change, as_new

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from tagcli.writers.base import Keep
    from tagcli.writers.changes import Piece

_FOR_ITS_OWNER = 0o600
_CHECK = "check"


class KeyFile:
    """A key for its owner's eyes, which has its name only when it is whole.

    Raises UsageError for a name that cannot be written, or that is there: a key that is written
    over is lost.
    """

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        if os.path.lexists(path):  # those of Path raise for a name that is too long
            raise UsageError(f"--key {path} is there already: give it another name")
        try:
            partial = self._path.with_name(self._path.name + ".partial")
            self._file = PartialFile(partial, mode=_FOR_ITS_OWNER)
            self._file.cut(0)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it names no file"
            raise UsageError(f"--key {path} cannot be written: {reason}") from error
        self._written = _new_hash()
        self._chars = 0

    def _add(self, pieces: Sequence[Piece]) -> None:
        """Keep what of these pieces, the next ones of the output, is changed."""
        for piece in pieces:
            new = as_new(piece)
            if isinstance(piece, Change):
                self._write({
                    "at": self._chars, "redacted": new, "text": piece.old, "label": piece.label,
                })  # fmt: skip
            self._written.update(_encoded(new))
            self._chars += len(new)

    def _write(self, fields: dict[str, object]) -> None:
        with self._failures_told():
            self._file.write(json.dumps(fields, ensure_ascii=False).encode() + b"\n")

    @contextmanager
    def _failures_told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise NertagError(f"--key {self._path} cannot be written: {error.strerror}") from error

    def __enter__(self) -> Keep:
        return self._add

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self._write({_CHECK: self._written.hexdigest()})
                with self._failures_told():
                    self._file.sync()
                    self._file.rename(self._path)
            else:  # the half of a key is none
                self._file.cut(0)
        finally:
            self._file.close()


def restored(path: Path, key: Path) -> bytes:
    """What the file at `path` was before it was redacted; raises UsageError if the key is no key,
    or not that of the file as it is now."""
    content, lines = _content(path), _content(key)
    try:
        content = b"".join(decompressed(iter([content])))
        text = content.decode("utf-8", "surrogatepass")
        changes, check = _read(lines)
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} or {key} is not what nertag has written") from error
    if _new_hash(content).hexdigest() != check:
        raise UsageError(f"{path} is not the text of {key}, or was changed since it was redacted")
    parts: list[str] = []
    done = 0
    for at, change in changes:
        parts += [text[done:at], change.old]
        done = at + len(change.new)
    return _encoded("".join([*parts, text[done:]]))


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error


def _read(key: bytes) -> tuple[list[tuple[int, Change]], str]:
    """The changes, each with its place, and the check sum."""
    *lines, last = map(json.loads, key.split(b"\n")[:-1])
    changes = [(one["at"], Change(one["redacted"], one["text"], one["label"])) for one in lines]
    return changes, last[_CHECK]


def _new_hash(content: bytes = b"") -> hashlib.blake2b:
    return hashlib.blake2b(content, digest_size=16)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
