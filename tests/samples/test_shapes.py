"""The scripts of samples/shapes, with sizes that take seconds."""

from __future__ import annotations

import importlib
import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from export.model_directory.onnx_export import export_float
from export.model_directory.vocabulary import compare_cuts, keep_text, prune
from export.quantisation.methods import Origin, quantise
from tagcli import load
from tagcli.models.directory import read_model
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

TEXTS = [ROOT / "samples" / "ko.txt", ROOT / "samples" / "train.conll"]
TINY = ["--layers", "2", "--hidden", "32", "--heads", "2", "--intermediate", "48",
        "--positions", "66"]  # fmt: skip


Script = Callable[..., str]


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Script:
    """`script(name, *arguments)`: what a script prints."""
    monkeypatch.syspath_prepend(str(ROOT / "samples" / "shapes"))

    def run(name: str, *arguments: object) -> str:
        capsys.readouterr()
        importlib.import_module(name).main([str(argument) for argument in arguments])
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize(
    ("shape", "kind", "model"),
    [
        ("xlm-roberta-base", "XLMRobertaForTokenClassification", "Unigram"),
        ("klue-roberta-base", "RobertaForTokenClassification", "WordPiece"),
    ],
)
def test_a_checkpoint_is_exported_cut_and_compared(
    script: Script, tmp_path: Path, shape: str, kind: str, model: str
) -> None:
    made = tmp_path / "made"
    said = script("make_checkpoint", shape, made, *TINY, *(f"--text={text}" for text in TEXTS))
    assert "but the text has no more; " in said
    config = json.loads((made / "config.json").read_text(encoding="utf-8"))
    assert (config["architectures"], config["type_vocab_size"]) == ([kind], 1)
    spec = json.loads((made / "tokenizer.json").read_text(encoding="utf-8"))["model"]
    assert (spec["type"], len(spec["vocab"])) == (model, config["vocab_size"])
    found = read_model(made)
    assert (found.limit, found.tag_set.types) == (64, ("PER", "ORG", "LOC"))

    prune(made, tmp_path / "cut", keep_text(made, TEXTS[:1]))
    assert compare_cuts(made, tmp_path / "cut", TEXTS[:1]).changed == 0
    whole = export_float(made, tmp_path / "float")
    cut = export_float(tmp_path / "cut", tmp_path / "float-cut")
    text = TEXTS[0].read_text(encoding="utf-8").replace("\n", " ") * 3  # more than a window
    assert load(str(whole)).tag(text).entities == load(str(cut)).tag(text).entities
    int8 = quantise(Origin(made, whole), tmp_path / "int8")
    said = script("compare_models", whole, int8, TEXTS[0])
    (same,) = re.findall(r"same best label: (.*) %", said)
    assert float(same) > 90


def test_a_tokenizer_that_is_given_is_kept(script: Script, tmp_path: Path) -> None:
    first, given = tmp_path / "first", tmp_path / "first" / "tokenizer.json"
    text = f"--text={ROOT / 'samples' / 'de.txt'}"
    script("make_checkpoint", "xlm-roberta-base", first, *TINY, text, "--pieces", 200)
    said = script("make_checkpoint", "xlm-roberta-base", tmp_path, *TINY, "--tokenizer", given,
                  "--pieces", 200)  # fmt: skip
    kept, trained = (json.loads(path.read_text(encoding="utf-8"))["model"]
                     for path in (tmp_path / "tokenizer.json", given))  # fmt: skip
    assert kept == trained
    assert said == f"{tmp_path}: {len(kept['vocab'])} pieces; 0.0 M parameters\n"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "give either --text or --tokenizer\n"),
        (["--text", "none.txt"], "none.txt"),
        (["--text", str(TEXTS[0]), "--pieces", "20"], "not large enough to contain all chars\n"),
    ],
)
def test_what_is_wrong_is_said(
    script: Script, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str],
    problem: str,
) -> None:  # fmt: skip
    with pytest.raises(SystemExit):
        script("make_checkpoint", "xlm-roberta-base", tmp_path, *arguments)
    assert problem in capsys.readouterr().err
