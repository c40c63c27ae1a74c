"""How the commands of the export package fail."""

from __future__ import annotations

import importlib
import subprocess
import sys
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from export.commands.failures import failures_as_sentences
from tagcli.errors import DataError, NertagError, UsageError
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

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


_WITHOUT_EXTRAS = """
import importlib, sys

class Hidden:
    def find_spec(self, name, *more):
        if name.partition(".")[0] in {hidden}:
            raise ModuleNotFoundError("No module named " + name, name=name)

sys.meta_path.insert(0, Hidden())
importlib.import_module("export.commands." + {name!r}).main({arguments})
"""
_HIDDEN = (
    "accelerate", "datasets", "matplotlib", "msgspec", "onnx", "optimum", "pandas", "pyarrow",
    "safetensors", "seqeval", "tomli_w", "torch", "transformers",
)  # fmt: skip


def _run_without_extras(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = _WITHOUT_EXTRAS.format(hidden=_HIDDEN, name=name, arguments=list(arguments))
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("name", COMMANDS)
def test_help_needs_no_extra(name: str) -> None:
    done = _run_without_extras(name, "--help")
    assert (done.returncode, done.stderr) == (0, "")


def test_what_needs_no_extra_works_without() -> None:
    done = _run_without_extras("evaluate", "samples/panx.conll", "--bootstrap", "0")
    assert done.returncode == 0, done.stderr
    assert "micro" in done.stdout
    done = _run_without_extras("data", "tokens", "Bern")
    assert (done.returncode, done.stderr) == (0, "")


def test_what_needs_one_says_so(tmp_path: Path) -> None:
    done = _run_without_extras("train", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr.endswith('training needs: pip install "nertag[train]"\n')
    assert done.stderr.count("\n") == 1


def test_a_recipe_needs_its_packages(tmp_path: Path) -> None:
    recipe = tmp_path / "a.toml"
    recipe.write_text('test = ["samples/dev.conll"]\n', encoding="utf-8")
    done = _run_without_extras("evaluate", "--recipe", str(recipe))
    assert done.returncode == 2
    assert 'needs: pip install "nertag[train]"' in done.stderr
    assert done.stderr.count("\n") == 1
