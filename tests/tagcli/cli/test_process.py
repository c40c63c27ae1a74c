"""The commands as processes: nothing is lost on the way out, and an interrupt is no error."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.support.paths import SAMPLES
from tests.support.processes import (
    COMMAND,
    assert_one_sentence,
    end,
    exporting,
    needs_model,
    needs_posix,
    nertag,
    start,
)

pytestmark = [needs_model, needs_posix]

BIG = ("Berlin" + " " * 200 + "\n") + (" " * 200 + "\n") * 3000
"""It costs the model little, and is more than a pipe holds."""
UNREAD_SECONDS = 1.0
"""So long nobody reads: on a slow machine the tests see less, but do not fail."""


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "big.txt"
    path.write_text(BIG)
    return path


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.conll"
    path.write_text("Anna\tB-PER\nlebt\tO\nin\tO\nKassel\tB-LOC\n\n" * 4000)
    return path


def through_a_slow_pipe(
    command: list[str], stream: str = "stdout", blocking: bool = False, stopped: bool = False
) -> tuple[int, bytes]:
    """The exit code, and what came through a pipe that is full when the process begins, which is
    read later; `stopped`: the process is stopped and continued before."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    filling = os.write(writer, b"." * (1 << 20))
    os.set_blocking(writer, blocking)
    environment = os.environ | {"PYTHONUNBUFFERED": "1" if stopped else ""}
    quiet = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
    process = subprocess.Popen(command, env=environment, **(quiet | {stream: writer}))
    os.close(writer)
    read: list[bytes] = []

    def read_all() -> None:
        if stopped:
            process.send_signal(signal.SIGSTOP)
            process.send_signal(signal.SIGCONT)
        with os.fdopen(reader, "rb") as file:
            read.append(file.read())

    thread = threading.Timer(UNREAD_SECONDS, read_all)
    thread.start()
    thread.join()
    return process.wait(), read[0][filling:]


def commands(big: Path, gold: Path) -> dict[str, list[str]]:
    """Something that every command writes to standard output."""
    return {
        "nertag": [*COMMAND, str(big), "--format", "jsonl"],
        "nertag -o": [*COMMAND, str(big), "--format", "conll", "-o", "/dev/stdout"],
        "nertag --help": [*COMMAND, "--help"],
        "nertag --list-models": [*COMMAND, "--list-models"],
        "nertag-data convert": [*exporting("data"), "convert", str(gold), "-", "--to", "jsonl"],
        "nertag-data tokens": [*exporting("data"), "tokens", "Anna lebt in Kassel. " * 2000],
        "nertag-eval": [*exporting("evaluate"), str(SAMPLES / "panx.conll"), "--bootstrap", "0"],
        "nertag-bench --help": [*exporting("bench"), "--help"],
        "nertag-export --help": [*exporting("export"), "--help"],
        "nertag-train --help": [*exporting("train"), "--help"],
    }


@pytest.mark.train
@pytest.mark.parametrize("name", commands(Path(), Path()))
def test_a_pipe_that_takes_nothing_for_the_moment_loses_nothing(
    name: str, big: Path, gold: Path
) -> None:
    command = commands(big, gold)[name]
    whole = subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL)
    assert through_a_slow_pipe(command) == (0, whole.stdout)


def test_an_interrupted_write_of_an_unbuffered_stream_loses_nothing(big: Path) -> None:
    command = [*COMMAND, str(big), "--format", "jsonl"]
    whole = subprocess.run(command, capture_output=True, check=True)
    assert through_a_slow_pipe(command, blocking=True, stopped=True) == (0, whole.stdout)
    assert through_a_slow_pipe(command, blocking=False, stopped=True) == (0, whole.stdout)


def test_what_is_said_to_a_pipe_that_takes_nothing_is_not_lost(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("{\n" * 3000)
    code, said = through_a_slow_pipe([*COMMAND, "--keep-going", str(path)], "stderr")
    assert code == 1
    assert said.count(b"(skipped)\n") == 3000
    assert said.endswith(b"nertag: 3000 bad records skipped\n")
    command = [*COMMAND, "--format", "jsonl", "-o", "/dev/stderr", str(tmp_path / "big.txt")]
    (tmp_path / "big.txt").write_text(BIG)
    code, said = through_a_slow_pipe(command, "stderr")
    assert (code, said.count(b"\n")) == (0, BIG.count("\n"))


# Interrupts

EARLY = """
import os, signal, sys

hit = sys.argv.pop(1)

class Interrupting:
    def find_spec(self, name, *given):
        if name == hit:
            os.kill(os.getpid(), signal.SIGINT)

sys.meta_path.insert(0, Interrupting())
"""
"""The command, which Ctrl-C hits when it imports what its first argument names."""


@pytest.mark.train
@pytest.mark.parametrize(
    ("command", "module"),
    [
        ("from tagcli.cli.process import nertag; nertag()", "click"),
        ("from tagcli.cli.process import nertag; nertag()", "tagcli.tagger"),
        ("from tagcli.cli.process import nertag; nertag()", "onnxruntime"),
        ("from export.commands.processes import data; data()", "click"),
        ("from export.commands.processes import train; train()", "click"),
    ],
)
def test_an_early_interrupt_is_the_end_and_no_error(command: str, module: str) -> None:
    result = nertag(module, command=[sys.executable, "-c", EARLY + command])
    assert result == (-signal.SIGINT, b"", "")


TWICE = """
import os, signal
from tagcli.cli import process, run
from tagcli.output.destination import Output

def interrupt(*given):
    os.kill(os.getpid(), signal.SIGINT)

write = Output.write

def write_and_interrupt(self, text):
    write(self, text)
    if text:
        interrupt()

Output.write = write_and_interrupt
run.tell = interrupt  # what was done is said at the end
process.nertag()
"""


def test_a_second_interrupt_ends_what_the_first_left_to_be_done(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Berlin\n" * 50)
    command = [sys.executable, "-c", TWICE]
    result = nertag(path, "-o", tmp_path / "out", command=command)
    assert result == (-signal.SIGINT, b"", "")
    assert not (tmp_path / "out").exists()


def test_an_interrupt_says_what_was_done(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Berlin\n" * 50)
    command = [sys.executable, "-c", TWICE.replace("run.tell = interrupt", "")]
    result = nertag(path, "-o", tmp_path / "out", command=command)
    assert_one_sentence(result, 130)
    assert "--resume goes on from there" in result.err


# A system that gives little

NO_THREADS = """
import sys, threading

def refuse(self):
    raise RuntimeError("can't start new thread")

threading.Thread.start = refuse
"""


@pytest.mark.train
@pytest.mark.parametrize(
    ("name", "run", "arguments"),
    [
        ("nertag", "from tagcli.cli.process import nertag; nertag()", []),
        ("nertag-eval", "from export.commands.processes import evaluate; evaluate()",
         [SAMPLES / "panx.conll"]),
    ],
)  # fmt: skip
def test_no_thread_can_be_started(name: str, run: str, arguments: list[Path]) -> None:
    result = nertag(*arguments, command=[sys.executable, "-c", NO_THREADS + run])
    assert (result.code, result.out) == (1, b"")
    said = f"{name}: the system lets this user start no further thread (ulimit -u)"
    assert result.err.splitlines()[-1] == said
    assert "Traceback" not in result.err


# Standard output that is an input


@pytest.mark.parametrize("way", ["stdout", "-o -", "-o /dev/stdout", "-o /dev/fd/3", "stdin"])
def test_an_input_is_not_written_on(tmp_path: Path, way: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text("Berlin\n")
    options = way.split() if way.startswith("-o") else []
    with path.open("ab") as out, path.open("rb") as text:
        inputs = ["-", "/dev/null"] if way == "stdin" else [str(path)]
        given = {"stdin": text, "stdout": out, "pass_fds": [3], "preexec_fn": lambda: os.dup2(1, 3)}
        result = end(start(*inputs, *options, **given))
    assert result.code == 2
    name = "<stdin>" if way == "stdin" else str(path)
    where = way if "/dev/fd" in way else "standard output"
    assert result.err == f"nertag: {name} is an input and where {where} goes, too\n"
    assert path.read_text() == "Berlin\n"
