"""Compressed output, whose bytes depend on the records alone, not on when they came."""

from __future__ import annotations

import gzip
import sys
from functools import partial
from typing import TYPE_CHECKING, Protocol

from tagcli.errors import UsageError
from tagcli.optional_packages import needed

if TYPE_CHECKING:
    from collections.abc import Callable

_MEMBER_BYTES = 1 << 18


def _gzip() -> Callable[[bytes], bytes]:
    return partial(gzip.compress, mtime=0)


def _zstd() -> Callable[[bytes], bytes]:
    if sys.version_info >= (3, 14):
        from compression import zstd

        return zstd.compress
    compress: Callable[[bytes], bytes] = needed("zstandard", "zstd", "output to .zst").compress
    return compress


_KINDS: dict[str, Callable[[], Callable[[bytes], bytes]]] = {".gz": _gzip, ".zst": _zstd}
_UNKNOWN = (".bz2", ".xz", ".gzip", ".tgz", ".tar", ".zip", ".7z", ".lz4", ".br", ".lzma")


def is_compressed(name: str) -> bool:
    """Whether a file of this name is compressed."""
    return name.lower().endswith(tuple(_KINDS))


def compressor(name: str) -> Callable[[bytes], bytes] | None:
    """What compresses, as a file's name says; None if it does not. Raises UsageError for a name of
    what is not written here, and where a package is missing."""
    if name.lower().endswith(_UNKNOWN):
        raise UsageError(f"{name}: what is compressed is called {' or '.join(_KINDS)}")
    ends = (end for end in _KINDS if name.lower().endswith(end))
    return next((_KINDS[end]() for end in ends), None)


class Sink(Protocol):
    """What bytes are written to."""

    def write(self, data: bytes, /) -> object:
        """Write all of them."""


class MemberWriter:
    """Writes records to a file as members (of gzip; frames of zstd) of whole records, each as soon
    as it has enough.

    So another run can go on between two members, and makes the bytes that this one would make.
    """

    def __init__(self, file: Sink, compress: Callable[[bytes], bytes]) -> None:
        self._file = file
        self._compress = compress
        self._held: list[bytes] = []
        self._held_bytes = 0

    @property
    def holds_nothing(self) -> bool:
        """Whether all records are in members that have been written."""
        return not self._held

    def write(self, record: bytes) -> None:
        """Write a whole record."""
        if not record:
            return
        self._held.append(record)
        self._held_bytes += len(record)
        if self._held_bytes >= _MEMBER_BYTES:
            self.end_member()

    def end_member(self, even_empty: bool = False) -> None:
        """Write what is held as a member; an `even_empty` one is there if nothing else is."""
        if self._held or even_empty:
            self._file.write(self._compress(b"".join(self._held)))
            self._held.clear()
            self._held_bytes = 0
