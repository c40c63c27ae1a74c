"""FILE.partial: what a run has written so far, in whole records and by one run at a time."""

from __future__ import annotations

import hashlib
import os
import stat
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from tagcli.errors import NertagError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

_HELD_BYTES = 1 << 16
_HASHED_BYTES = 1 << 20
_NOT_A_LINK = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
_ANYBODYS = 0o666  # less what the umask takes away


class PartialFile:
    """The file at `path`, made if it is not there; as an earlier run left it until `cut`. It has
    the mode, and where that is possible the owner and group, of the file at `like`, if there is
    one, or else a `mode` that no umask widens. No link is followed.

    What cannot be written in one piece is cut off again. Raises OSError, and UsageError while
    another run has the file and where there is something else than a file.
    """

    def __init__(self, path: Path, like: Path | None = None, mode: int = _ANYBODYS) -> None:
        self.path = path
        self.length = 0
        """How many bytes have been written, with those that are held here."""
        self._held: list[bytes] = []
        self._handed_over = 0
        self._written = _hash_of_nothing()
        replaced = _status(like)
        self._file = _open_alone(path, mode if replaced is None else _mode(replaced))
        if replaced is not None:
            _make_like(self._file.fileno(), replaced)
        elif mode != _ANYBODYS and os.name == "posix":  # of a file that was there
            os.fchmod(self._file.fileno(), mode)
        self._identity = _which(os.fstat(self._file.fileno()))

    @property
    def journal(self) -> Path:
        """Where what is known about the file may be kept."""
        return self.path.with_name(self.path.name + ".journal")

    @property
    def size_on_disk(self) -> int:
        """How many bytes the file has, whoever wrote them."""
        return os.fstat(self._file.fileno()).st_size

    @property
    def digest(self) -> str:
        """The check sum of what has been written, with what is held here."""
        return self._written.hexdigest()

    @property
    def is_in_place(self) -> bool:
        """Whether the file at `path` is this one still."""
        found = _status(self.path)
        return found is not None and _which(found) == self._identity

    def open_journal(self, new: bool = False) -> IO[bytes]:
        """The journal to read and write, unbuffered; a `new` one is for the eyes that the file is
        for."""
        flags = os.O_RDWR | _NOT_A_LINK | (os.O_CREAT | os.O_TRUNC if new else 0)
        descriptor = os.open(self.journal, flags, _mode(os.fstat(self._file.fileno())))
        return os.fdopen(descriptor, "r+b", buffering=0)

    def cut(self, length: int, digest: str | None = None) -> None:
        """Keep so many bytes and go on behind them; with none, what is known of them goes too.

        Raises ValueError, and keeps all, if `digest` is not that of the bytes.
        """
        written = self._hash_of(length)
        if digest is not None and written.hexdigest() != digest:
            raise ValueError(f"{self.path} is not what was written")
        self._file.truncate(length)
        self._written = written
        self.length = self._handed_over = length
        if not length:
            self.journal.unlink(missing_ok=True)

    def write(self, record: bytes) -> None:
        """Write a whole record."""
        self._held.append(record)
        self._written.update(record)
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

    def _hash_of(self, length: int) -> hashlib.blake2b:
        """Of so many of the bytes that the disk has."""
        found = _hash_of_nothing()
        self._file.seek(0)
        while length and (chunk := self._file.read(min(length, _HASHED_BYTES))):
            found.update(chunk)
            length -= len(chunk)
        return found

    def rename(self, target: Path) -> None:
        """Give the file its name, now that it is whole, and close it. Raises NertagError where
        another file has taken its place."""
        if _status(self.path) is not None and not self.is_in_place:
            problem = "another file has taken its place while it was written"
            raise NertagError(f"{self.path} is not this run's any more: {problem}")
        if sys.platform == "win32":  # which renames no open file
            self._file.close()
        ours = _version(self.journal)
        self.path.replace(target)
        if ours and _version(self.journal) == ours:  # or another run has begun a new one
            with suppress(OSError):
                self.journal.unlink()
        self._file.close()

    def close(self) -> None:
        """Leave the file as it is on the disk; if nothing is in it, leave none."""
        if self._file.closed:
            return
        if not self.size_on_disk and self.is_in_place and sys.platform != "win32":
            self.cut(0)
            self.path.unlink(missing_ok=True)
        self._file.close()


def _status(path: Path | None) -> os.stat_result | None:
    """Of what is there itself, a link too; None for what is not there."""
    try:
        return None if path is None else path.lstat()
    except OSError:
        return None


def _which(status: os.stat_result) -> tuple[int, int]:
    """What tells a file from all others that there are."""
    return status.st_dev, status.st_ino


def _version(path: Path) -> tuple[int, ...] | None:
    """What tells a file, as it stands, from all that there have been; None for one that is not
    there."""
    found = _status(path)
    return None if found is None else (*_which(found), found.st_mtime_ns)


def _hash_of_nothing() -> hashlib.blake2b:
    return hashlib.blake2b(digest_size=16)


def _mode(status: os.stat_result) -> int:
    return status.st_mode & 0o777


def _make_like(descriptor: int, other: os.stat_result) -> None:
    """Give a file owner, group and mode of another; without the group, what the group may do is
    what all may do."""
    if os.name != "posix":
        return
    ours, mode = os.fstat(descriptor), _mode(other)
    if (ours.st_uid, ours.st_gid) != (other.st_uid, other.st_gid):
        try:
            os.fchown(descriptor, other.st_uid, other.st_gid)
        except OSError:
            try:
                os.fchown(descriptor, -1, other.st_gid)
            except OSError:
                mode = mode & 0o707 | (mode & 0o007) << 3
    if _mode(ours) != mode:
        os.fchmod(descriptor, mode)


def _open_alone(path: Path, mode: int) -> IO[bytes]:
    while True:
        file = _open(path, mode)
        try:
            _lock(file, path)
            with suppress(FileNotFoundError):
                if os.path.samestat(os.fstat(file.fileno()), path.lstat()):
                    return file
        except BaseException:
            file.close()
            raise
        file.close()  # another run has just finished this one: make a new one


def _open(path: Path, mode: int) -> IO[bytes]:
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | _NOT_A_LINK, mode)
    except OSError:
        if path.is_symlink():
            raise UsageError(f"{path} is a link, and is not followed: remove it") from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(f"{path} is no regular file: remove it")
    return os.fdopen(descriptor, "r+b", buffering=0)


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
