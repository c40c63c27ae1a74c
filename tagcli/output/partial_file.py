"""FILE.partial: what a run has written so far, in whole records and by one run at a time."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from tagcli.errors import UsageError

_HELD_BYTES = 1 << 16


class PartialFile:
    """The file at `path`, made if it is not there; as an earlier run left it until `cut`.

    What cannot be written in one piece is cut off again. Raises OSError, and UsageError while
    another run has the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.length = 0
        """How many bytes have been written, with those that are held here."""
        self._held: list[bytes] = []
        self._handed_over = 0
        self._file = _open_alone(path)

    @property
    def journal(self) -> Path:
        """Where what is known about the file may be kept."""
        return self.path.with_name(self.path.name + ".journal")

    @property
    def size_on_disk(self) -> int:
        """How many bytes the file has, whoever wrote them."""
        return os.fstat(self._file.fileno()).st_size

    def cut(self, length: int) -> None:
        """Keep so many bytes and go on behind them; with none, what is known of them goes too."""
        self._file.truncate(length)
        self.length = self._handed_over = length
        if not length:
            self.journal.unlink(missing_ok=True)

    def write(self, record: bytes) -> None:
        """Write a whole record."""
        self._held.append(record)
        self.length += len(record)
        if self.length - self._handed_over > _HELD_BYTES:
            self.flush()

    def flush(self) -> None:
        """Hand over what has been written."""
        data = b"".join(self._held)
        try:
            self._file.seek(self._handed_over)  # an interrupted write is done again in its place
            left = memoryview(data)
            while left:
                left = left[self._file.write(left) :]
        except OSError:
            with suppress(OSError):
                self._file.truncate(self._handed_over)
            raise
        self._handed_over, self._held = self._handed_over + len(data), []

    def sync(self) -> None:
        """Hand over what has been written, and wait until the disk has it."""
        self.flush()
        os.fsync(self._file.fileno())

    def rename(self, target: Path) -> None:
        """Give the file its name, now that it is whole, and close it."""
        if sys.platform == "win32":  # which renames no open file
            self._file.close()
        ours = _identity(self.journal)
        self.path.replace(target)
        if ours and _identity(self.journal) == ours:  # or another run has begun a new one
            with suppress(OSError):
                self.journal.unlink()
        self._file.close()

    def close(self) -> None:
        """Leave the file as it is on the disk; if nothing is in it, leave none."""
        if self._file.closed:
            return
        if not self.size_on_disk and sys.platform != "win32":
            self.cut(0)
            self.path.unlink(missing_ok=True)
        self._file.close()


def _identity(path: Path) -> tuple[int, ...] | None:
    """What tells a file from all others; None for one that is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_mtime_ns


def _open_alone(path: Path) -> IO[bytes]:
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        file = os.fdopen(descriptor, "r+b", buffering=0)
        try:
            _lock(file, path)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                    return file
        except BaseException:
            file.close()
            raise
        file.close()  # another run has just finished this one: make a new one


def _lock(file: IO[bytes], path: Path) -> None:
    """Keep other runs out until the file is closed, however this process ends."""
    if sys.platform == "win32":
        return
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise UsageError(f"{path} is in use: another run is writing it") from error
    except OSError:  # a file system without locks
        pass
