"""What a terminal on stderr shows while a run goes on."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tagcli.models.directory import BUNDLED, DEFAULT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.skipif(
        not (BUNDLED / DEFAULT / "model.onnx").is_file(),
        reason="the bundled model is not in this checkout",
    ),
    pytest.mark.skipif(os.name != "posix", reason="needs a terminal of POSIX"),
]
COMMAND = [sys.executable, "-c", "from tagcli.cli.main import main; main(prog_name='nertag')"]
PATIENCE = 120.0
TEXT = "Berlin und 서울\n\nRom\n"


def drawn(*arguments: str, stdin: str | None = TEXT, to: Path | None = None) -> str:
    """What stderr, a terminal, shows of a run whose standard output is a pipe, or a file."""
    import pty

    leader, follower = pty.openpty()
    os.set_blocking(leader, False)
    output = subprocess.PIPE if to is None else to.open("wb")
    subprocess.run(
        [*COMMAND, *arguments], input=(stdin or "").encode(), stdout=output, stderr=follower,
        env=os.environ | {"TERM": "xterm-256color", "COLUMNS": "100"}, check=True, timeout=PATIENCE,
    )  # fmt: skip
    os.close(follower)
    shown = b""
    try:
        while more := os.read(leader, 10_000):
            shown += more
    except OSError:  # nothing is there, or no longer
        pass
    os.close(leader)
    return shown.decode()


@pytest.mark.parametrize("options", [[], ["--format", "html"], ["--summary"]])
def test_counts_for_a_pipe_into_a_file(tmp_path: Path, options: list[str]) -> None:
    shown = drawn("-o", str(tmp_path / "out"), *options)
    assert "records 3, characters 16, " in shown
    assert " a second" in shown
    assert shown.endswith("\x1b[2K")  # it is gone
    assert (tmp_path / "out").read_text(encoding="utf-8")


def test_counts_for_a_pipe_into_a_redirected_file_or_a_summary(tmp_path: Path) -> None:
    assert "records 3, " in drawn(to=tmp_path / "out")
    assert "records 3, " in drawn("--summary")


@pytest.mark.parametrize(
    "arguments", [[], ["-o", "-"], ["-o", "/dev/stdout"], ["-o", "/dev/stderr"]]
)
def test_nothing_from_pipe_to_pipe(arguments: list[str]) -> None:
    assert "tagging" not in drawn(*arguments)


def test_a_bar_for_files(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text(TEXT, encoding="utf-8")
    shown = drawn(str(text), "-o", str(tmp_path / "out"))
    assert "100%" in shown
    assert "records" not in shown
    assert "tagging" in drawn(str(text))  # into a pipe
    assert "tagging" not in drawn(str(text), "-o", "/dev/stderr")


def test_counts_where_one_of_the_inputs_has_no_size(tmp_path: Path) -> None:
    text = tmp_path / "a.txt"
    text.write_text(TEXT, encoding="utf-8")
    assert "records 6, characters 32, " in drawn(str(text), "-", "-o", str(tmp_path / "out"))


def test_files_and_words_of_a_folder(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_text(TEXT, encoding="utf-8")
    shown = drawn(str(tmp_path / "in"), "--out-dir", str(tmp_path / "out"))
    assert "files 2 of 2, words 8, " in shown
    assert shown.endswith("\x1b[2K")
