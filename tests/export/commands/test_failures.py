"""How the commands of the export package fail."""

from __future__ import annotations

import importlib
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from export.commands.failures import failures_as_sentences
from tagcli.errors import DataError, NertagError, UsageError

COMMANDS = ("bench", "data", "evaluate", "export", "train")


def _run(error: BaseException, said: list[str], needs: tuple[str, ...] = ()) -> int:
    @click.command()
    @click.argument("name")
    @failures_as_sentences(said.append, needs, "it")
    def command(name: str) -> None:
        """What it is for."""
        raise error

    assert command.help == "What it is for."
    result = CliRunner().invoke(command, ["x"])
    assert isinstance(result.exception, SystemExit)
    return result.exit_code


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (NertagError("it is so"), 1, ["it is so"]),
        (DataError("a.conll", 3, "odd"), 1, ["a.conll:3: odd"]),
        (UsageError("no such thing"), 2, ["no such thing"]),
        (OSError("disk full"), 2, ["cannot read or write: disk full"]),
        (KeyboardInterrupt(), 130, []),
    ],
)
def test_an_error_is_a_sentence_and_an_exit_code(
    error: BaseException, code: int, said: list[str]
) -> None:
    heard: list[str] = []
    assert _run(error, heard) == code
    assert heard == said


def test_a_package_that_is_not_there_is_said_first() -> None:
    heard: list[str] = []
    assert _run(KeyboardInterrupt(), heard, ("click", "no_such_package")) == 2
    assert heard == ['no_such_package is not installed; it needs: pip install "nertag[train]"']


def test_a_closed_pipe_ends_quietly() -> None:
    command = "from export.commands.data import main; main(['tokens', 'Anna ' * 20000])"
    process = subprocess.Popen(
        [sys.executable, "-c", command], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_fails_this_way(name: str) -> None:
    module = importlib.import_module(f"export.commands.{name}")
    commands = getattr(module.main, "commands", {name: module.main}).values()
    for command in commands:
        assert command.callback.__wrapped__
