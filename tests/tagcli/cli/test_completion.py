"""What shells are offered, by click's own machinery and by the shells that are there."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from click.shell_completion import BashComplete

from tagcli.cli.completion import VARIABLE
from tagcli.cli.main import main
from tagcli.models.config import CONFIG
from tagcli.models.directory import TOKENIZER, bundled_names
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LABELS = ["PER", "ORG", "LOC", "MISC", "DAT", "NUM", "TIM"]
PATIENCE = 120


def offered(*words: str) -> list[str]:
    """The plain values for the last word; `<file>` and `<dir>` where the shell is asked."""
    completer = BashComplete(main, {}, "nertag", VARIABLE)
    items = completer.get_completions([*words[:-1]], words[-1])
    return [item.value if item.type == "plain" else f"<{item.type}>" for item in items]


def small_model(folder: Path, *types: str) -> Path:
    """A folder that says what its labels are, and has no weights."""
    folder.mkdir(parents=True)
    labels = ["O", *(f"{prefix}-{name}" for name in types for prefix in "BI")]
    content = {"id2label": dict(enumerate(labels)), "max_position_embeddings": 128}
    (folder / CONFIG).write_text(json.dumps(content), encoding="utf-8")
    (folder / TOKENIZER).write_text("{}", encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_formats_and_options() -> None:
    formats = ["conll", "html", "jsonl", "label-studio", "redact", "spans", "parquet"]
    assert offered("--format", "") == formats
    assert offered("--format=j") == ["jsonl"]
    assert offered("--lang", "k") == ["ko"]
    assert offered("--model-") == ["--model-info"]


@pytest.mark.parametrize("words", [("",), ("a",), ("--summary", "a"), ("a", "b"), ("-o", "a")])
def test_files_are_left_to_the_shell(words: tuple[str, ...]) -> None:
    assert offered(*words) == ["<file>"]


def test_models_are_bundled_names_and_folders(here: Path) -> None:
    assert offered("--model", "") == list(bundled_names())
    for name in ("mine", "my model", "models/one", "models/two"):
        small_model(here / name, "PER")
    (here / "notes").mkdir()
    assert offered("--model", "") == [*bundled_names(), "mine"]
    assert offered("--model", "m") == ["mine"]
    assert offered("--model", "./mi") == ["./mine"]
    assert offered("--model", "models/") == ["models/one", "models/two"]
    assert offered("--model", f"{here}/models/t") == [f"{here}/models/two"]
    for begun in ("mo", "my", "no", "nowhere/x", "notes/"):
        assert offered("--model", begun) == ["<dir>"]


def test_labels_are_those_of_the_default_model() -> None:
    assert offered("--labels", "") == LABELS
    assert offered("--labels", "M") == ["MISC"]
    assert offered("--labels", "x") == []


def test_labels_after_a_comma() -> None:
    assert offered("--labels", "PER,O") == ["PER,ORG"]
    assert offered("--labels", "PER,") == [f"PER,{name}" for name in LABELS[1:]]
    assert offered("--labels", "PER,LOC,PE") == []
    assert offered("--labels", "LOC, PER,PE") == []


def test_labels_are_those_of_the_chosen_model(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_model(here / "mine", "GENE", "CELL")
    assert offered("--model", "mine", "--labels", "") == ["GENE", "CELL"]
    assert offered("doc.txt", "--model=mine", "--labels", "GENE,") == ["GENE,CELL"]
    monkeypatch.delenv("NERTAG_CONFIG")
    (here / "nertag.toml").write_text('model = "mine"\n')
    assert offered("--labels", "") == ["GENE", "CELL"]


def test_what_is_wrong_is_not_told_here(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered("--model", "no/such/model", "--labels", "") == []
    (here / "broken").mkdir()
    assert offered("--model", "broken", "--labels", "") == []
    monkeypatch.delenv("NERTAG_CONFIG")
    (here / "nertag.toml").write_text("nonsense")
    assert offered("--format", "j") == ["jsonl"]


# Shells


def asked(words: str, number: int, shell: str = "bash") -> subprocess.CompletedProcess[str]:
    """What the entry point answers a shell's script, and which heavy modules that took."""
    code = (
        "import os, sys\n"
        "end = os._exit\n"
        "def said(code):\n"
        "    heavy = ('numpy', 'onnxruntime', 'tokenizers', 'rich', 'huggingface_hub')\n"
        "    print([name for name in heavy if name in sys.modules], file=sys.stderr, flush=True)\n"
        "    end(code)\n"
        "os._exit = said\n"
        "sys.argv = ['/usr/bin/nertag']\n"
        "from tagcli.cli.process import nertag\n"
        "nertag()\n"
    )
    environment = os.environ | {
        VARIABLE: f"{shell}_complete", "COMP_WORDS": words, "COMP_CWORD": str(number)
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, encoding="utf-8",
        check=True, timeout=PATIENCE,
    )  # fmt: skip


def test_the_entry_point_answers_at_once() -> None:
    done = asked("nertag --labels PER,O", 2)
    assert done.stdout == "plain,PER,ORG\n"
    assert done.stderr == "[]\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("nertag --labels = O", "plain,ORG\n"),
        ("nertag --labels =", "".join(f"plain,{name}\n" for name in LABELS)),
        ("nertag --model = mine --labels G", "plain,GENE\n"),
        ("nertag --lang = ko --format = j", "plain,jsonl\n"),
    ],
)
def test_bash_takes_an_equals_sign_for_a_word(here: Path, words: str, expected: str) -> None:
    small_model(here / "mine", "GENE", "CELL")
    assert asked(words, len(words.split()) - 1).stdout == expected


@pytest.fixture
def bin_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the command under its own name."""
    folder = tmp_path_factory.mktemp("bin")
    root = ROOT
    script = f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(root)!r})\n"
    (folder / "nertag").write_text(f"{script}from tagcli.cli.process import nertag\nnertag()\n")
    (folder / "nertag").chmod(0o755)
    return folder


def run_shell(bin_folder: Path, shell: str, script: str) -> list[str]:
    path = f"{bin_folder}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [shell, "-c", script], env=os.environ | {"PATH": path}, capture_output=True,
        encoding="utf-8", check=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout.splitlines()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_bash(bin_folder: Path) -> None:
    script = (
        'eval "$(_NERTAG_COMPLETE=bash_source nertag)"\ncomplete -p nertag\n'
        "COMP_WORDS=(nertag --labels PER,T); COMP_CWORD=2\n_nertag_completion nertag\n"
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    bound, *replies = run_shell(bin_folder, "bash", script)
    assert "-F _nertag_completion nertag" in bound
    assert replies == ["PER,TIM"]


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
def test_fish(bin_folder: Path) -> None:
    script = "_NERTAG_COMPLETE=fish_source nertag | source; complete -C 'nertag --labels PER,T'"
    assert run_shell(bin_folder, "fish", script) == ["PER,TIM"]


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs a shell")
def test_scripts_of_the_shells(bin_folder: Path) -> None:
    for shell, marks in (("zsh", "#compdef nertag"), ("fish", 'string split --max 1 ","')):
        lines = run_shell(bin_folder, "bash", f"_NERTAG_COMPLETE={shell}_source nertag")
        assert marks in "\n".join(lines)


def test_zsh_is_told_what_options_are_for() -> None:
    assert asked("nertag --model-", 1, "zsh").stdout.splitlines()[:2] == ["plain", "--model-info"]
