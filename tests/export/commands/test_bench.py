"""The nertag-bench command."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from export.benchmark import limit
from export.benchmark import run as benchmark_run
from export.commands.bench import main
from tests.support.paths import SAMPLES
from tests.support.tiny_models import ModelMaker, require

if TYPE_CHECKING:
    from pathlib import Path

PANX = SAMPLES / "panx.conll"


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def complaint(result: Result, exit_code: int = 2) -> str:
    assert result.exit_code == exit_code, result.output
    assert "Traceback" not in result.output
    line = result.stderr.splitlines()[-1]
    assert line.startswith("nertag-bench: ")
    return line


@pytest.fixture(scope="module")
def _hidden() -> Any:
    """spaCy is not installed, and nothing is measured for long."""
    real = importlib.util.find_spec
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            importlib.util, "find_spec", lambda name, *more: None if name == "spacy" else real(name)
        )
        patch.setattr(limit, "SECONDS", 0.001)
        patch.setattr(benchmark_run, "STARTS", 1)
        yield


@pytest.fixture(scope="module")
def result(_hidden: None, float_model: ModelMaker, checkpoint: ModelMaker) -> Result:
    require("torch", "transformers")
    options = ["--text", PANX, "--against", "transformers,spacy", "--rounds", 2, "--threads", 1]
    options += ["--model", float_model("klue"), "--checkpoint", checkpoint("klue"), "--markdown"]
    found = run(*options, "--sentences", 30, "--growth", 1)
    assert found.exit_code == 0, found.output
    return found


def tables(result: Result) -> dict[str, list[list[str]]]:
    """The tables by the second cell of their heads."""
    found: list[list[list[str]]] = [[]]
    for line in result.stdout.splitlines():
        if line.startswith("|"):
            found[-1].append([cell.strip() for cell in line.strip("|").split("|")])
        elif found[-1]:
            found.append([])
    return {rows[0][1]: rows[2:] for rows in found if rows}


def test_a_row_a_peer(result: Result) -> None:
    assert result.stdout.startswith("panx.conll: 30 lines, ")
    rows = tables(result)["words/s"]
    names = ["nertag", "transformers, batch 1", "transformers, batch 32"]
    assert [row[0] for row in rows] == names
    for row in rows:
        assert int(row[1]) > 0
        assert " x (" in row[2]
        assert 0 <= float(row[6]) <= 1, "F1, since the text has gold"
    assert rows[0][2] == "1.00 x (1.00 to 1.00)"
    assert rows[1][6] == rows[2][6], "the size of a batch changes no label in float"


def test_the_share_of_the_limit(result: Result) -> None:
    rows = tables(result)["GOPS"]
    named = {row[0]: row[2] for row in rows}
    for name in ("onnxruntime int8, at its best", "onnxruntime fp32, at its best"):
        assert named[name].endswith("%")
    assert {"nertag, model alone", "nertag, text to JSONL", "a token takes"} <= named.keys()


def test_new_processes(result: Result) -> None:
    assert [row[0] for row in tables(result)["median"]] == ["nertag --help", "one line tagged"]
    rows = tables(result)["the text"]
    assert [row[0] for row in rows] == ["seconds", "peak memory"]


def test_a_peer_that_is_not_installed_is_said_and_left_out(result: Result) -> None:
    assert "nertag-bench: spacy is not installed and left out" in result.stderr.splitlines()
    assert "spacy" not in result.stdout


def test_what_is_done_is_said(result: Result) -> None:
    for line in ("starting nertag", "warm-up: transformers, batch 32 ", "round 2: nertag "):
        assert f"nertag-bench: {line}" in result.stderr


# What is refused


@pytest.mark.parametrize(
    ("against", "says"),
    [
        ("flair", "--against flair: it is none of transformers, optimum, spacy"),
        ("tranformers", "optimum, spacy; did you mean transformers?"),
        ("transformers,nertag", "--against nertag: it is none of"),
        ("Transformers", "transformers needs --checkpoint, the float model to run"),
    ],
)
def test_peers_that_cannot_be(tmp_path: Path, against: str, says: str) -> None:
    if against == "Transformers":
        require("transformers")
    options = ["--checkpoint", tmp_path] if "," in against else []
    assert says in complaint(run("--text", PANX, "--against", against, *options))


def test_half_of_a_package_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """optimum alone has no onnxruntime part."""
    real = importlib.util.find_spec
    missing = "optimum.onnxruntime"
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == missing else real(name)
    )
    result = run("--text", "nowhere.txt", "--against", "optimum")
    assert "nertag-bench: optimum is not installed and left out" in result.stderr
    assert "nowhere.txt" in complaint(result)


def test_text_that_cannot_be_used(tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("\n\n")
    assert complaint(run("--text", empty)) == f"nertag-bench: {empty} holds no text"
    assert "nowhere.txt" in complaint(run("--text", tmp_path / "nowhere.txt"))


def test_a_model_that_cannot_be_used(tmp_path: Path) -> None:
    line = complaint(run("--text", PANX, "--model", tmp_path), 1)
    assert line.startswith("nertag-bench: nertag cannot be run: ")
    assert "no config.json" in line


def test_a_checkpoint_that_cannot_be_exported(tmp_path: Path) -> None:
    require("optimum")
    options = ["--against", "optimum", "--checkpoint", tmp_path]
    assert "it has no config.json" in complaint(run("--text", PANX, *options))


def test_missing_packages_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name == "onnx" else real(name)
    )
    assert complaint(run("--text", PANX)) == (
        'nertag-bench: onnx is not installed; nertag-bench needs: pip install "nertag[train]"'
    )
    assert run("--help").exit_code == 0


def test_help_needs_nothing_that_windows_lacks() -> None:
    code = "import sys; sys.modules['resource'] = None; from export.commands.bench import main; "
    command = [sys.executable, "-c", f"{code}main(['--help'])"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert "--rounds" in done.stdout
