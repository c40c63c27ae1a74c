"""The command in processes of its own, for tests that kill, starve and disturb it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tagcli.models.directory import BUNDLED, DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PATIENCE = 120.0
"""Seconds that a process may take on a busy machine."""

COMMAND = [sys.executable, "-m", "tagcli"]

needs_model = pytest.mark.skipif(
    not (BUNDLED / DEFAULT / "model.onnx").is_file(),
    reason="the bundled model is not in this checkout",
)
needs_posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals and limits")


def exporting(name: str) -> list[str]:
    """The command of this name in export.commands.processes."""
    return [sys.executable, "-c", f"from export.commands.processes import {name}; {name}()"]


class Result(NamedTuple):
    """How a process ended, and what it wrote."""

    code: int
    out: bytes
    err: str


def start(*arguments: str | Path, **options: Any) -> subprocess.Popen[bytes]:
    """The running command; without `stdin` its standard input is at its end."""
    command = options.pop("command", COMMAND)
    given: dict[str, Any] = {
        "stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE,
        "bufsize": 0,  # who reads a line takes no more away from what `end` gives
    }  # fmt: skip
    return subprocess.Popen([*command, *map(str, arguments)], **(given | options))


def end(process: subprocess.Popen[bytes]) -> Result:
    """Wait for it; one that does not end is killed, and fails the test."""
    try:
        out, err = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    return Result(process.returncode, out, err.decode())


def nertag(*arguments: str | Path, **options: Any) -> Result:
    """Run the command to its end."""
    return end(start(*arguments, **options))


def wait_until(happened: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait while the process runs."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert process.poll() is None, end(process)
        assert time.monotonic() < deadline
        time.sleep(0.02)


def assert_one_sentence(result: Result, code: int) -> None:
    """It failed with this exit code and in one line."""
    assert (result.code, result.err.count("\n")) == (code, 1), result.err
    assert result.err.startswith("nertag: ")
