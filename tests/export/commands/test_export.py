"""The nertag-export command."""

from __future__ import annotations

import importlib.util
import json
from collections import Counter
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from export.commands.export import main
from export.evaluation.scores import SpanCounts
from export.quantisation import method_scores
from export.quantisation.method_scores import FLOAT
from export.quantisation.methods import METHODS
from tagcli import load
from tagcli.models.config import CONFIG
from tagcli.models.directory import ONNX, TOKENIZER
from tagcli.models.int8_weights import WEIGHTS
from tests.support.tiny_models import (
    LABELS,
    MAX_POSITIONS,
    NERTAG_OBJECT,
    ModelMaker,
    all_sentences,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FLOAT_FILES = {ONNX, TOKENIZER, CONFIG, "README.md"}
FILES = {*FLOAT_FILES, WEIGHTS}
GOLD = "Max B-PER\nMüller I-PER\naus O\nKöln B-LOC\n"


def run(*args: object) -> Result:
    return CliRunner().invoke(main, [str(arg) for arg in args])


def complaint(result: Result, exit_code: int) -> str:
    """The one line that says why nothing was made, after what was said on the way."""
    assert result.exit_code == exit_code, result.output
    lines = [line for line in result.stderr.splitlines() if line.startswith("nertag-export: ")]
    assert lines, result.stderr
    assert lines[-1] == result.stderr.splitlines()[-1]
    assert "Traceback" not in result.output
    return lines[-1]


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.conll"
    path.write_text(GOLD, encoding="utf-8")
    return path


def settings_of(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    return content


def test_the_command_makes_an_int8_model(
    checkpoint: ModelMaker, tmp_path: Path, gold: Path
) -> None:
    from transformers import AutoConfig

    made = tmp_path / "new" / "model"
    result = run(
        checkpoint("nertag"), made, "--test", gold, "--max-f1-loss", 100, "--license", "cc-by-4.0"
    )
    assert result.exit_code == 0, result.output
    assert {path.name for path in made.iterdir()} == FILES
    assert [path.name for path in made.parent.iterdir()] == ["model"], "nothing else is left"
    config = AutoConfig.from_pretrained(made)
    assert config.model_type == "xlm-roberta"
    assert [config.id2label[i] for i in range(len(LABELS))] == list(LABELS)
    settings = dict(config.nertag)
    assert settings.pop("test_f1").keys() == {"gold.conll"}
    own = NERTAG_OBJECT | {"max_tokens": MAX_POSITIONS - 2, "quantisation": "int8"}
    assert settings == own | {"license": "cc-by-4.0"}
    card = (made / "README.md").read_text(encoding="utf-8")
    assert "license: cc-by-4.0" in card
    assert "gold.conll" in card
    assert "weights: int8" in card
    assert "float, gold.conll: F1 " in result.stderr
    assert "rows, gold.conll: F1 " in result.stderr
    tagger = load(str(made), device="cpu")
    text = "Max Müller aus Köln"
    assert all(text[e.start : e.end] == e.text for e in tagger.tag(text).entities)
    assert tagger.model.tag_set.scheme == "BIO2"
    assert tagger.model.licence == "cc-by-4.0"


def test_tests_of_one_name_and_of_a_recipe(
    checkpoint_copy: Callable[[str], Path], tmp_path: Path, gold: Path
) -> None:
    """A licence goes from the checkpoint to what is made of it."""
    folder, other = checkpoint_copy("nertag"), tmp_path / "other" / gold.name
    settings = settings_of(folder)
    settings["nertag"]["license"] = "CC BY 4.0"
    (folder / CONFIG).write_text(json.dumps(settings), encoding="utf-8")
    other.parent.mkdir()
    other.write_text(GOLD, encoding="utf-8")
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f'[[test]]\nsource = "{gold}"\n\n[[test]]\nsource = "{gold}"\ncase = "upper"\n',
        encoding="utf-8",
    )
    made = tmp_path / "made"
    result = run(folder, made, "--float", "--test", gold, "--test", other, "--recipe", recipe)
    assert result.exit_code == 0, result.output
    own = settings_of(made)["nertag"]
    names = [f"{tmp_path.name}/gold.conll", "other/gold.conll", f"{gold} (test)"]
    assert list(own["test_f1"]) == [*names, f"{gold} (test, upper)"]
    assert len({own["test_f1"][name] for name in names}) == 1
    card = (made / "README.md").read_text(encoding="utf-8")
    assert own["license"] == "CC BY 4.0"
    assert "license: cc-by-4.0\n" in card
    assert "| other/gold.conll |" in card


def test_languages_and_a_brat_file(checkpoint: ModelMaker, tmp_path: Path) -> None:
    (tmp_path / "doc.txt").write_text("Max aus Köln", encoding="utf-8")
    brat = tmp_path / "doc.ann"
    brat.write_text("T1\tLOC 8 12\tKöln\n", encoding="utf-8")
    options = ["--float", "--keep-languages", "de, fr", "--test", brat]
    result = run(checkpoint("xlmr"), tmp_path / "made", *options)
    assert result.exit_code == 0, result.output
    assert "of 1 sentences hold a dropped piece" in result.stderr
    assert list(settings_of(tmp_path / "made")["nertag"]["test_f1"]) == ["doc.ann"]
    line = complaint(run(checkpoint("xlmr"), tmp_path / "x", "--keep-languages", "de,xx"), 2)
    assert line.startswith("nertag-export: --keep-languages xx: it is none of de, ")


def test_the_command_keeps_float_weights(
    checkpoint: ModelMaker, float_model: ModelMaker, tmp_path: Path, gold: Path
) -> None:
    made = tmp_path / "model"
    made.mkdir()  # empty: that is fine
    result = run(checkpoint("klue"), made, "--float", "--test", gold)
    assert result.exit_code == 0, result.output
    assert {path.name for path in made.iterdir()} == FLOAT_FILES
    assert settings_of(made)["nertag"]["quantisation"] is None
    card = (made / "README.md").read_text(encoding="utf-8")
    (row,) = [line for line in card.splitlines() if line.startswith("| gold.conll")]
    before, after = row.split(" | ")[1:3]
    assert before == after
    texts = all_sentences()
    taggers = [load(str(folder), device="cpu") for folder in (made, float_model("klue"))]
    one, two = [
        [[(e.start, e.end, e.label) for e in t.entities] for t in tagger.stream(texts)]
        for tagger in taggers
    ]
    assert one == two


@pytest.mark.parametrize("method", [name for name in METHODS if name != "rows"])
def test_the_command_knows_every_method(
    checkpoint: ModelMaker, tmp_path: Path, gold: Path, method: str
) -> None:
    made = tmp_path / "model"
    options = ["--calibrate", gold] if METHODS[method].needs_text else []
    result = run(checkpoint("bert"), made, "--method", method, *options)
    assert result.exit_code == 0, result.output
    assert f"{method}, " in result.stderr.splitlines()[-1]
    name = "int8" if METHODS[method].for_torch else method
    assert settings_of(made)["nertag"]["quantisation"] == name
    assert "Not measured" in (made / "README.md").read_text(encoding="utf-8")


def counts_of(right: int) -> SpanCounts:
    return SpanCounts(Counter(PER=100), Counter(PER=100), Counter(PER=right))


@pytest.fixture
def _scores(monkeypatch: pytest.MonkeyPatch) -> None:
    """The float model has 90 right of 100; the others lose more, the faster they are."""
    right = {
        FLOAT: 90, "rows": 87, "calibrated": 86, "tuned": 84, "dynamic": 80, "blocks8": 89,
        "blocks4": 50,
    }  # fmt: skip
    monkeypatch.setattr(
        method_scores,
        "evaluate",
        lambda tagger, *_: SimpleNamespace(counts=counts_of(right[tagger.model.folder.name])),
    )
    monkeypatch.setattr(
        method_scores,
        "words_per_second",
        lambda taggers, test: {method: 1000.0 - right[method] for method in taggers},
    )


@pytest.mark.usefixtures("_scores")
def test_the_command_leaves_nothing_of_a_refused_model(
    checkpoint: ModelMaker, tmp_path: Path, gold: Path
) -> None:
    result = run(checkpoint("bert"), tmp_path / "model", "--test", gold)
    line = complaint(result, 1)
    assert "rows loses 3.00 points of F1, more than --max-f1-loss 0.3" in line
    assert [path.name for path in tmp_path.iterdir()] == ["gold.conll"]
    result = run(checkpoint("bert"), tmp_path / "model", "--test", gold, "--max-f1-loss", 3.1)
    assert result.exit_code == 0, result.output


# The best method


@pytest.mark.usefixtures("_scores")
@pytest.mark.parametrize(
    ("allowed", "calibrates", "best"),
    [(1.5, True, "blocks8"), (3.5, True, "rows"), (5, True, "calibrated"), (5, False, "rows")],
)
def test_the_fastest_within_the_loss_is_kept(
    checkpoint: ModelMaker, tmp_path: Path, gold: Path, allowed: float, calibrates: bool, best: str
) -> None:
    made = tmp_path / "model"
    options = ["--calibrate", gold] if calibrates else []
    result = run(
        checkpoint("bert"), made, "--best", "--test", gold, "--max-f1-loss", allowed, *options
    )
    assert result.exit_code == 0, result.output
    tried = [name for name in METHODS if calibrates or not METHODS[name].needs_text]
    table = [line.split() for line in result.stdout.splitlines() if line]
    assert table[0] == ["gold.conll", "loss", "MB", "load", "words/s"]
    assert [row[0] for row in table[1:]] == [FLOAT, *tried]
    assert table[2][1:3] == ["0.8700", "3.00"]
    assert result.stderr.splitlines()[-1].startswith(f"nertag-export: {made}: {best}, ")
    for name in ("calibrated", "tuned"):
        assert (f"{name} is left out: it needs --calibrate" in result.stderr) is not calibrates
    assert {path.name for path in made.iterdir()} == FILES
    assert {path.name for path in tmp_path.iterdir()} == {"gold.conll", "model"}
    assert "| gold.conll | 90.0 |" in (made / "README.md").read_text(encoding="utf-8")


@pytest.mark.usefixtures("_scores")
def test_no_method_within_the_loss(checkpoint: ModelMaker, tmp_path: Path, gold: Path) -> None:
    result = run(checkpoint("bert"), tmp_path / "model", "--best", "--test", gold)
    assert complaint(result, 1) == (
        "nertag-export: no method keeps the loss of F1 within --max-f1-loss 0.3: "
        "rows 3.00, dynamic 10.00, blocks8 1.00, blocks4 40.00"
    )
    assert "blocks4" in result.stdout, "what each costs is shown all the same"
    assert [path.name for path in tmp_path.iterdir()] == ["gold.conll"]


# What is refused


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--best"], "--best needs a --test file or a --recipe to compare the methods on"),
        (["--best", "--float", "--test", "GOLD"], "--best looks for the best quantised model"),
        (["--best", "--method", "rows", "--test", "GOLD"], "--best tries every method: leave out "),
        (["--method", "calibrated"], "calibrated int8 needs text: give --calibrate FILE"),
        (["--method", "tuned"], "tuned int8 needs text: give --calibrate FILE"),
        (["--method", "calibrated", "--calibrate", "nowhere"], "no such file: nowhere"),
        (["--method", "calibrated", "--calibrate", "EMPTY"], "there is no text to calibrate on"),
    ],
)
def test_options_that_do_not_fit(
    checkpoint: ModelMaker, tmp_path: Path, gold: Path, options: list[str], says: str
) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("\n")
    places = {"GOLD": str(gold), "EMPTY": str(empty)}
    result = run(checkpoint("bert"), tmp_path / "model", *(places.get(o, o) for o in options))
    assert says in complaint(result, 2)
    assert {path.name for path in tmp_path.iterdir()} == {"gold.conll", "empty.txt"}


def test_a_directory_that_is_not_empty_is_refused(checkpoint: ModelMaker, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    line = complaint(run(checkpoint("bert"), tmp_path), 2)
    assert "exists and is not an empty directory" in line
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    line = complaint(run(checkpoint("bert"), tmp_path / "notes.txt"), 2)
    assert "exists and is not an empty directory" in line
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_what_is_no_checkpoint_is_refused(
    tmp_path: Path, float_model: ModelMaker, checkpoint: ModelMaker
) -> None:
    made = tmp_path / "model"
    assert "no such directory" in complaint(run(tmp_path / "nowhere", made), 2)
    assert "no model.safetensors" in complaint(run(float_model("bert"), made), 2)
    missing = tmp_path / "missing.conll"
    line = complaint(run(checkpoint("bert"), made, "--test", missing), 2)
    assert f"no such file: {missing}" in line
    assert not made.exists()


@pytest.mark.parametrize("missing", [["optimum"], ["torch", "transformers", "onnx", "optimum"]])
def test_missing_packages_are_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: list[str]
) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *more: None if name in missing else real(name)
    )
    line = complaint(run(tmp_path, tmp_path / "model"), 2)
    assert line == (
        f"nertag-export: {missing[0]} is not installed; "
        'exporting needs: pip install "nertag[train]"'
    )
    result = run("--help")
    assert result.exit_code == 0
    assert "OUT_DIR" in result.stdout
    assert "--max-f1-loss" in result.stdout
