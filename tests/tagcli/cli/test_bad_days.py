"""What the command does where files change under it and the system gives it little."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

import tagcli
from tests.support.folders import names_in
from tests.support.processes import (
    assert_one_sentence,
    end,
    needs_model,
    needs_posix,
    nertag,
    start,
)

pytestmark = [needs_model, needs_posix]

BERLIN = b"[Berlin LOC]\n"
BLANKS = (b" " * 99 + b"\n") * 5_000
"""They cost no model, but more than a pipe and what is read ahead can hold."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def long_file() -> Path:
    path = Path("long.txt")
    path.write_bytes(b"Berlin\n" + BLANKS)
    return path


# Files that change while they are read


def test_a_file_that_is_cut_short(long_file: Path) -> None:
    process = start(long_file)
    assert process.stdout is not None
    assert process.stdout.readline() == BERLIN
    os.truncate(long_file, 100)
    result = end(process)
    assert_one_sentence(result, 1)
    assert "long.txt: was cut short while it was read" in result.err
    assert result.out.strip() == b""


def test_a_file_that_is_cut_short_is_a_bad_record(long_file: Path) -> None:
    other = Path("other.txt")
    other.write_text("Rom\n")
    process = start("--keep-going", long_file, other)
    assert process.stdout is not None
    process.stdout.readline()
    os.truncate(long_file, 100)
    result = end(process)
    assert result.code == 1
    assert result.out.endswith(b"\nother.txt: [Rom LOC]\n")
    assert result.err.endswith("nertag: 1 bad record skipped\n")


def test_a_file_that_grows(long_file: Path) -> None:
    process = start(long_file)
    assert process.stdout is not None
    process.stdout.readline()
    with long_file.open("ab") as file:
        file.write(b"Berlin\n")
    assert end(process) == (0, BLANKS + BERLIN, "")


def test_a_file_that_is_deleted_or_replaced(long_file: Path) -> None:
    process = start(long_file)
    assert process.stdout is not None
    process.stdout.readline()
    long_file.unlink()
    long_file.write_text("new")
    assert end(process) == (0, BLANKS, "")


def test_a_file_that_is_gone_before_its_turn(long_file: Path) -> None:
    other = Path("other.txt")
    other.write_text("Rom\n")
    process = start(long_file, other)
    assert process.stdout is not None
    process.stdout.readline()
    other.unlink()
    result = end(process)
    assert_one_sentence(result, 1)
    assert "other.txt: cannot be read" in result.err
    assert result.out.count(b"\n") == BLANKS.count(b"\n")


def test_a_folder_that_is_gone_before_the_output_is_whole(long_file: Path) -> None:
    folder = Path("folder")
    folder.mkdir()
    os.mkfifo("pipe")
    process = start("pipe", "-o", folder / "out")
    with Path("pipe").open("wb") as pipe:
        pipe.write(b"Berlin\n")
        pipe.flush()
        partial = folder / "out.partial"
        while not partial.exists():
            assert process.poll() is None
        partial.unlink()
        folder.rmdir()
    result = end(process)
    assert result.code == 1
    assert all(line.startswith("nertag: ") for line in result.err.splitlines())
    assert "output cannot be written: No such file or directory" in result.err


# A system that gives little


@pytest.mark.skipif(
    getattr(os, "geteuid", lambda: 0)() == 0, reason="root may write into every folder"
)
def test_a_folder_that_is_read_only() -> None:
    folder = Path("folder")
    folder.mkdir(0o500)
    result = nertag("-o", folder / "out")
    assert_one_sentence(result, 2)
    assert "permission denied" in result.err.lower()


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
def test_a_locale_that_knows_no_utf8(encoding: str) -> None:
    bare = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    environment = {**os.environ, **bare, "PYTHONIOENCODING": encoding}
    Path("ü.txt").write_text("이순신은 서울에서 태어났다.\n", encoding="utf-8")
    Path(os.fsdecode(b"\xff.txt")).write_text("Berlin\n")
    names = [b"\xc3\xbc.txt", b"\xff.txt"]
    result = nertag("--format", "jsonl", *map(os.fsdecode, names), env=environment)
    assert (result.code, result.err) == (0, "")
    read = [json.loads(line) for line in result.out.decode().splitlines()]
    assert [record["source"] for record in read] == ["ü.txt", "\ufffd.txt"]
    assert [entity["text"] for entity in read[0]["entities"]] == ["이순신", "서울"]
    for output_format in ("conll", "html", "spans"):
        result = nertag("--format", output_format, *map(os.fsdecode, names), env=environment)
        assert (result.code, result.err) == (0, "")
        assert "ü.txt" in result.out.decode()
    assert nertag("-o", "ö.txt", "ü.txt", env=environment) == (0, b"", "")
    assert "서울 LOC" in Path("ö.txt").read_text("utf-8")


def test_errors_in_a_locale_that_knows_no_utf8() -> None:
    bare = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    environment = {**os.environ, **bare}
    Path("ü.txt").write_bytes(b"Berlin\n\xff\n")
    assert_one_sentence(nertag("ö.txt", env=environment), 2)
    assert_one_sentence(nertag("ü.txt", env=environment), 1)
    for flag in ("--help", "--list-models", "--version"):
        result = nertag(flag, env={**environment, "PYTHONIOENCODING": "ascii"})
        assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize("home", [{}, {"HOME": ""}, {"HOME": "/nonexistent"}])
def test_no_home_and_no_environment(home: dict[str, str]) -> None:
    environment = home | {"PYTHONPATH": os.pathsep.join(sys.path), "HF_HUB_OFFLINE": "1"}
    Path("a.txt").write_text("Berlin\n")
    assert nertag("a.txt", env=environment) == (0, BERLIN, "")
    result = nertag("a.txt", "--model", "nobody/nothing", env=environment)
    assert_one_sentence(result, 2)


def test_nothing_is_written_beside_the_program() -> None:
    package = Path(tagcli.__file__).parent
    Path("a.txt").write_text("Berlin\n")

    def files() -> dict[Path, tuple[int, int]]:
        ours = (path for path in package.rglob("*") if "__pycache__" not in str(path))
        stats = {path: path.stat() for path in ours}
        return {path: (stat.st_size, stat.st_mtime_ns) for path, stat in stats.items()}

    before = files()
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    assert nertag("a.txt", "-o", "out", env=environment) == (0, b"", "")
    assert files() == before
    assert names_in() == ["a.txt", "out"]


def without_stderr() -> None:
    os.close(2)


def test_nobody_to_tell() -> None:
    """Without a stderr, or with one that takes nothing, exit codes stay and stdout is data."""
    result = nertag("nothing.txt", preexec_fn=without_stderr)
    assert (result.code, result.out) == (2, b"")
    reader, writer = os.pipe()
    os.close(reader)
    full = os.open("/dev/full", os.O_WRONLY) if Path("/dev/full").exists() else os.dup(writer)
    for stderr in (writer, full):
        process = start("nothing.txt", stderr=stderr)
        os.close(stderr)
        assert process.communicate()[0] == b""
        assert process.returncode == 2
