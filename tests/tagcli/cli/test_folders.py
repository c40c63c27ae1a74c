"""Which files of folders are read, and what they become."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tagcli.cli.folders import Task, tasks_of
from tagcli.errors import UsageError


def make(*names: str) -> None:
    for name in names:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("Anna\n")


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def plan(*names: str, out: str = "out", pattern: str | None = None) -> dict[str, str]:
    found = tasks_of(names, out, ".jsonl", pattern, told.append)
    return {str(one.source): str(one.target) for one in found}


told: list[str] = []


def test_a_file_for_each_under_the_same_name_in_order() -> None:
    make("in/b.txt", "in/a.conll.gz", "in/deep/er/c", "in/d.v1", "x/e.TXT", "in/.txt")
    assert plan("in", "x/e.TXT") == {
        "in/a.conll.gz": "out/a.jsonl",
        "in/b.txt": "out/b.jsonl",
        "in/d.v1": "out/d.v1.jsonl",
        "in/deep/er/c": "out/deep/er/c.jsonl",
        "x/e.TXT": "out/e.jsonl",
    }


def test_what_is_left_out_is_told() -> None:
    make("in/a", "in/.git/x", "in/.hidden", "other/b")
    Path("in/link").symlink_to("../other")
    told.clear()
    assert plan("in") == {"in/a": "out/a.jsonl"}
    assert told == ["in/.git is hidden", "in/.hidden is hidden", "in/link is a link to a folder"]


def test_what_was_written_is_not_read_again() -> None:
    make("in/a", "in/out/a.jsonl")
    assert list(plan("in", out="in/out")) == ["in/a"]
    for out in ("in", "."):
        with pytest.raises(UsageError, match="holds in, which is read"):
            plan("in", out=out)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [("*.txt", ["in/a.txt", "in/b/a.txt"]), ("b/*", ["in/b/a.txt", "in/b/c.md"]), ("x", [])],
)
def test_patterns(pattern: str, expected: list[str]) -> None:
    make("in/a.txt", "in/b/a.txt", "in/b/c.md", "d.md")
    assert list(plan("in", pattern=pattern)) == expected
    assert "d.md" in plan("in", "d.md", pattern=pattern)  # it was named


def test_two_that_would_become_one_are_refused() -> None:
    make("in/a.txt", "in/a.conll", "x/a.txt")
    with pytest.raises(UsageError, match=r"in/a.conll and in/a.txt would both become out/a.jsonl"):
        plan("in")
    with pytest.raises(UsageError, match="would both become"):
        plan("in/a.txt", "x/a.txt")
    assert not Path("out").exists()


@pytest.mark.parametrize(
    ("names", "out", "message"),
    [
        (["-"], "out", "standard input has no name"),
        (["nothing"], "out", "no such file: nothing"),
        (["a.jsonl"], ".", "a.jsonl is an input, and would be written"),
        (["a.jsonl"], "a.jsonl", "is no folder"),
    ],
)
def test_what_cannot_be(names: list[str], out: str, message: str) -> None:
    make("a.jsonl")
    with pytest.raises(UsageError, match=message):
        plan(*names, out=out)


def test_what_is_there_and_new_enough_is_done() -> None:
    make("a", "out/a.jsonl")
    task = Task(Path("a"), Path("out/a.jsonl"))
    os.utime("a", (1000, 1000))
    assert task.is_done
    os.utime("out/a.jsonl", (999, 999))
    assert not task.is_done
    Path("out/a.jsonl").unlink()
    assert not task.is_done
