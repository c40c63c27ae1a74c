"""The `nertag` command in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from click.testing import CliRunner

from tagcli.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path


class Result(NamedTuple):
    """What a run leaves: exit code, standard output, standard error."""

    code: int
    out: str
    err: str


def _runner() -> CliRunner:
    try:
        return CliRunner(mix_stderr=False)  # type: ignore[call-arg]  # click 8.1
    except TypeError:
        return CliRunner()


def nertag(*arguments: str | Path, stdin: bytes = b"") -> Result:
    """Run the command; a traceback fails the test."""
    texts = [str(argument) for argument in arguments]
    done = _runner().invoke(main, texts, input=stdin, catch_exceptions=False, prog_name="nertag")
    return Result(done.exit_code, done.stdout_bytes.decode(), done.stderr_bytes.decode())
