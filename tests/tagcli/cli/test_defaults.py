"""nertag.toml, as the command meets it; no model is loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import pytest
from click.testing import CliRunner, Result

from tagcli import tagger
from tagcli.cli.defaults import FILE, PLACE
from tagcli.cli.main import main
from tagcli.errors import UsageError
from tests.support.processes import needs_model

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = {
    "lang", "format", "offsets", "model", "input-format", "encoding", "text-field", "token-column",
    "labels", "min-score", "overlap", "paragraphs", "backend", "device", "threads",
    "redact-with", "always", "never",
}  # fmt: skip


@pytest.fixture(autouse=True)
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder and a user's one, both empty: `work` and `user`."""
    (tmp_path / "work").mkdir()
    (tmp_path / "user").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.delenv(PLACE)
    monkeypatch.setattr(click, "get_app_dir", lambda name: str(tmp_path / "user"))
    return tmp_path


@pytest.fixture
def asked_for(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What the tagger was asked to load; the run ends there."""
    asked: dict[str, Any] = {}

    def load(model: str | None, **options: Any) -> None:
        asked.clear()
        asked.update(options, model=model)
        raise UsageError("that is all")

    monkeypatch.setattr(tagger, "load", load)
    return asked


def nertag(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, prog_name="nertag", input="", terminal_width=80)


def sentence(*arguments: str) -> str:
    """The one sentence of a run that ends with a mistake of its caller."""
    result = nertag(*arguments)
    assert result.exit_code == 2
    assert result.output.startswith("nertag: ")
    assert result.output.count("\n") == 1
    return result.output.strip()


def defaults(text: str) -> None:
    Path(FILE).write_text(text, encoding="utf-8")


def test_the_file_has_defaults_and_the_command_line_wins(asked_for: dict[str, Any]) -> None:
    defaults('lang = "ko"\nlabels = "PER,LOC"\nmin-score = 0.5\nmodel = "mine"\nthreads = 2\n')
    nertag("--lang", "de", "--threads", "3")
    assert asked_for["lang"] == "de"
    assert asked_for["threads"] == 3
    assert asked_for["labels"] == ["PER", "LOC"]
    assert asked_for["min_score"] == 0.5
    assert asked_for["model"] == "mine"
    assert asked_for["overlap"] == 64


def test_a_name_may_be_in_any_case(asked_for: dict[str, Any]) -> None:
    defaults('lang = "KO"\ndevice = "Cpu"\n')
    nertag("--backend", "ONNX")
    assert (asked_for["lang"], asked_for["device"], asked_for["backend"]) == ("ko", "cpu", "onnx")


def test_labels_may_be_a_list_and_a_score_whole(asked_for: dict[str, Any]) -> None:
    defaults('labels = ["PER", "LOC"]\nmin-score = 1\n')
    nertag()
    assert asked_for["labels"] == ["PER", "LOC"]
    assert asked_for["min_score"] == 1.0


def test_the_help_page_shows_them() -> None:
    defaults('format = "jsonl"\nlabels = ["PER", "LOC"]\ntoken-column = 2\n')
    page = " ".join(nertag("--help").output.split())
    assert "[default: jsonl]" in page
    assert "[default: PER,LOC]" in page
    assert "[default: 2; x>=1]" in page


def test_the_working_folder_comes_before_the_users(
    folders: Path, asked_for: dict[str, Any]
) -> None:
    (folders / "user" / FILE).write_text('lang = "it"\nthreads = 7\n')
    nertag()
    assert (asked_for["lang"], asked_for["threads"]) == ("it", 7)
    defaults('lang = "fr"\n')
    nertag()
    assert (asked_for["lang"], asked_for["threads"]) == ("fr", None), "one file, not two"


def test_the_folder_above_is_not_asked(
    folders: Path, monkeypatch: pytest.MonkeyPatch, asked_for: dict[str, Any]
) -> None:
    defaults('lang = "fr"\n')
    (folders / "work" / "inner").mkdir()
    monkeypatch.chdir(folders / "work" / "inner")
    nertag()
    assert asked_for["lang"] == "auto"


def test_the_environment_names_another_file_or_none(
    folders: Path, monkeypatch: pytest.MonkeyPatch, asked_for: dict[str, Any]
) -> None:
    defaults('lang = "fr"\n')
    monkeypatch.setenv(PLACE, "")
    nertag()
    assert asked_for["lang"] == "auto"
    (folders / "other.toml").write_text('lang = "it"\n')
    monkeypatch.setenv(PLACE, str(folders / "other.toml"))
    nertag()
    assert asked_for["lang"] == "it"
    monkeypatch.setenv(PLACE, "nothing.toml")
    assert sentence() == "nertag: nothing.toml cannot be read: No such file or directory"


def test_verbose_says_which_file_was_read(asked_for: dict[str, Any]) -> None:
    defaults('format = "jsonl"\nmin-score = 0.5\n')
    assert "nertag: nertag.toml sets format, min-score\n" in nertag("-v").output
    assert "sets" not in nertag().output
    Path(FILE).unlink()
    assert ".toml" not in nertag("-v").output


SETS = "nertag: nertag.toml of this folder sets "


@needs_model
def test_a_file_that_is_just_there_is_said(folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    defaults('format = "jsonl"\nmin-score = 0.5\n')
    assert nertag().stderr == f"{SETS}format, min-score\n"
    assert nertag("--min-score", "0.1").stderr == f"{SETS}format\n"
    assert nertag("--min-score", "0.1", "--format", "conll").stderr == ""
    assert nertag("-v").stderr.count("sets format, min-score") == 1
    monkeypatch.setenv(PLACE, FILE)
    assert nertag().stderr == "", "this one is the user's"
    monkeypatch.delenv(PLACE)
    Path(FILE).rename(folders / "user" / FILE)
    assert nertag().stderr == "", "and this one, too"
    defaults("")
    assert nertag().stderr == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('lang = "xx"', "nertag.toml: lang: 'xx' is not one of 'auto', 'de'"),
        ("lang = 3", "nertag.toml: lang: 3 is not a string"),
        ('threads = "2"', "nertag.toml: threads: '2' is not a whole number"),
        ("threads = 2.5", "nertag.toml: threads: 2.5 is not a whole number"),
        ("threads = true", "nertag.toml: threads: True is not a whole number"),
        ("threads = 0", "nertag.toml: threads: 0 is not in the range x>=1"),
        ("min-score = 2", "nertag.toml: min-score: 2.0 is not in the range 0<=x<=1"),
        ("min-score = true", "nertag.toml: min-score: True is not a number"),
        ("labels = [1]", "nertag.toml: labels: [1] is not a list of strings"),
        ('format = ["jsonl"]', "nertag.toml: format: ['jsonl'] is not a string"),
        ("[format]", "nertag.toml: format: {} is not a string"),
        ('colour = "red"', "nertag.toml: 'colour' is none of its keys: lang, "),
        ('modle = "base"', "; did you mean model?"),
        ('format = "json"', "nertag.toml: format: 'json' is not one of"),
        ('"a\\nb" = 1', "nertag.toml: 'a\\nb' is none of its keys"),
        ("lang", "nertag.toml is no TOML: "),
        ("lang = " + "[" * 100_000 + "]" * 100_000, "nertag.toml is nested too deeply"),
        ("lang = " + "{a = " * 100_000, "nertag.toml is nested too deeply"),
        ('encoding = "nosuch"', "(encoding: from nertag.toml)"),
    ],
)
def test_what_cannot_be_a_default(text: str, says: str, asked_for: dict[str, Any]) -> None:
    defaults(text)
    assert says in sentence()
    assert nertag("--help").exit_code == 0, "which keys there are must be readable"
    assert asked_for == {}


def test_bytes_that_are_no_text() -> None:
    Path(FILE).write_bytes(b'model = "\xff"')
    assert "nertag.toml is no TOML" in sentence()


@pytest.mark.parametrize(
    "key",
    ["files", "output", "o", "summary", "keep-going", "verbose", "offline", "list-models",
     "model-info", "help", "version", "output_format", "min_score"],
)  # fmt: skip
def test_what_is_for_the_command_line_alone(key: str) -> None:
    defaults(f"{key} = true\n")
    said = sentence()
    assert f"{key!r} is none of its keys: " in said
    assert set(said.partition("keys: ")[2].partition(";")[0].split(", ")) == KEYS


def test_a_mistake_that_the_model_finds_names_the_file(asked_for: dict[str, Any]) -> None:
    defaults('labels = ["DOG"]\nmodel = "mine"\nformat = "jsonl"\n')
    assert sentence() == "nertag: that is all (model, labels: from nertag.toml)"
    assert sentence("--labels", "CAT") == "nertag: that is all (model: from nertag.toml)"
    assert sentence("--labels", "CAT", "--model", "base") == "nertag: that is all"


def test_a_summary_takes_the_place_of_the_files_format(asked_for: dict[str, Any]) -> None:
    defaults('format = "jsonl"\n')
    assert sentence("--summary") == "nertag: that is all"
    assert "--summary takes the place" in sentence("--summary", "--format", "jsonl")


def test_the_model_that_is_shown_is_the_files() -> None:
    defaults('model = "no/such/model"\n')
    assert sentence("--model-info").endswith("(model: from nertag.toml)")
    assert nertag("--model-info", "--model", "base").exit_code == 0


def test_a_start_without_a_file_looks_for_it_and_no_more(folders: Path) -> None:
    code = (
        "import sys\nfrom tagcli.cli.main import main\ntry:\n    main(['--help'])\nfinally:\n"
        "    late = ('tomllib', 'tagcli.models.directory', 'click.shell_completion')\n"
        "    late += ('numpy', 'rich')\n"
        "    print([name for name in late if name in sys.modules], file=sys.stderr)\n"
    )
    environment = os.environ | {"XDG_CONFIG_HOME": str(folders), "HOME": str(folders)}
    for expected in ("[]", "['tomllib']"):
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, encoding="utf-8",
            check=True,
        )  # fmt: skip
        assert done.stderr.strip() == expected
        defaults('lang = "ko"\n')


def test_scores_by_label_are_text(asked_for: dict[str, Any]) -> None:
    defaults('min-score = "PER=0.8,LOC=0.9"\n')
    sentence()
    assert asked_for["min_score"] == {"PER": 0.8, "LOC": 0.9}
