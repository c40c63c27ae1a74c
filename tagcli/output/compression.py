"""Compressed output: gzip whose bytes depend on the records alone, not on when they came."""

from __future__ import annotations

import gzip
from typing import Protocol

GZ = ".gz"
_MEMBER_BYTES = 1 << 18


class Sink(Protocol):
    """What bytes are written to."""

    def write(self, data: bytes, /) -> object:
        """Write all of them."""


class GzipWriter:
    """Writes records to a file as gzip members of whole records, each as soon as it has enough.

    So another run can go on between two members, and makes the bytes that this one would make.
    """

    def __init__(self, file: Sink) -> None:
        self._file = file
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
        """Write what is held as a member; an `even_empty` one makes gzip of nothing."""
        if self._held or even_empty:
            self._file.write(gzip.compress(b"".join(self._held), mtime=0))
            self._held.clear()
            self._held_bytes = 0
