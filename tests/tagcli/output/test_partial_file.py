"""FILE.partial: whole records, one writer."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tagcli.errors import UsageError
from tagcli.output.partial_file import PartialFile
from tests.support.folders import names_in

if TYPE_CHECKING:
    from collections.abc import Iterator

needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX limits and locks")


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Within it no file can grow past so many bytes, as on a disk that is full."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out.partial"


def test_what_is_written_is_held_until_it_is_flushed(path: Path) -> None:
    file = PartialFile(path)
    file.write(b"one\n")
    file.write(b"two\n")
    assert (file.length, file.size_on_disk) == (8, 0)
    file.flush()
    assert (file.length, file.size_on_disk) == (8, 8)
    file.close()
    assert path.read_bytes() == b"one\ntwo\n"


def test_much_is_not_held(path: Path) -> None:
    file = PartialFile(path)
    for _ in range(1000):
        file.write(b"x" * 999 + b"\n")
    assert 0 < file.length - file.size_on_disk < 100_000
    file.close()


def test_a_file_is_gone_on_with_where_it_was_cut(path: Path) -> None:
    path.write_bytes(b"one\ntwo\nth")
    file = PartialFile(path)
    assert (file.length, file.size_on_disk) == (0, 10)
    file.journal.write_text("known")
    file.cut(8)
    file.write(b"three\n")
    file.flush()
    assert path.read_bytes() == b"one\ntwo\nthree\n"
    assert file.journal.exists()
    file.cut(0)
    assert path.read_bytes() == b""
    assert not file.journal.exists()
    file.close()


@needs_posix
def test_an_empty_file_does_not_stay(path: Path) -> None:
    file = PartialFile(path)
    file.journal.write_text("known")
    file.close()
    assert names_in(path.parent) == []


@needs_posix
def test_a_full_disk_leaves_whole_records(path: Path) -> None:
    file = PartialFile(path)
    file.write(b"one\n")
    file.flush()
    file.write(b"two and more\n")
    with largest_file(10):
        for _ in range(2):
            with pytest.raises(OSError, match="too large"):
                file.flush()
            assert path.read_bytes() == b"one\n"
    file.flush()  # there is room again
    file.close()
    assert path.read_bytes() == b"one\ntwo and more\n"


class InterruptedOnce:
    """A file whose first write an interrupt hits behind three bytes."""

    def __init__(self, file: Any) -> None:
        self._whole = file
        self._was_hit = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._whole, name)

    def write(self, data: memoryview) -> int:
        if self._was_hit:
            return int(self._whole.write(data))
        self._was_hit = True
        self._whole.write(data[:3])
        raise KeyboardInterrupt


@needs_posix
def test_an_interrupted_write_is_done_again_in_its_place(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fdopen = os.fdopen
    monkeypatch.setattr(os, "fdopen", lambda *args, **opts: InterruptedOnce(fdopen(*args, **opts)))
    monkeypatch.setattr("fcntl.flock", lambda *given: None)  # it takes no stand-in
    file = PartialFile(path)
    file.write(b"one\n")
    with pytest.raises(KeyboardInterrupt):
        file.flush()
    assert path.read_bytes() == b"one"
    file.flush()
    file.close()
    assert path.read_bytes() == b"one\n"


@needs_posix
def test_one_run_at_a_time(path: Path) -> None:
    file = PartialFile(path)
    file.write(b"one\n")
    file.flush()
    with pytest.raises(UsageError, match=r"out\.partial is in use"):
        PartialFile(path)
    assert path.read_bytes() == b"one\n"
    file.close()
    PartialFile(path).close()


@needs_posix
def test_a_file_that_another_run_finishes_meanwhile_is_left_alone(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    path.write_bytes(b"whole")
    lock = fcntl.flock

    def finish_first(file: Any, how: int) -> None:
        monkeypatch.setattr(fcntl, "flock", lock)
        path.rename(path.with_name("out"))

    monkeypatch.setattr(fcntl, "flock", finish_first)
    file = PartialFile(path)
    file.cut(0)
    assert path.with_name("out").read_bytes() == b"whole"
    assert path.read_bytes() == b""
    file.close()


@pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be renamed there")
def test_the_lock_lasts_until_the_file_has_its_name(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = PartialFile(path)
    file.write(b"whole\n")
    file.flush()
    file.journal.write_text("known")
    replace = Path.replace

    def tried(self: Path, target: Path) -> Path:
        with pytest.raises(UsageError):
            PartialFile(path)
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", tried)
    file.rename(path.with_name("out"))
    assert names_in(path.parent) == ["out"]
    assert path.with_name("out").read_bytes() == b"whole\n"
    PartialFile(path).close()


def test_the_journal_of_another_run_stays(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = PartialFile(path)
    file.write(b"whole\n")
    file.flush()
    file.journal.write_text("ours")
    replace = Path.replace

    def overtaken(self: Path, target: Path) -> Path:
        """Another run begins as soon as the name is free."""
        made = replace(self, target)
        replace(file.journal, path.with_name("old"))
        file.journal.write_text("theirs")
        return made

    monkeypatch.setattr(Path, "replace", overtaken)
    file.rename(path.with_name("out"))
    assert file.journal.read_text() == "theirs"
