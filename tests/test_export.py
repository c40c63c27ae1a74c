from __future__ import annotations

import importlib.util
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from conftest import LABELS, MAX_POSITIONS, NERTAG_OBJECT, SHAPES, ModelMaker, all_sentences

from export import quantisation
from export.cli_export import main
from export.evaluation import SpanCounts
from export.model_card import write_card
from export.onnx_export import check_checkpoint
from export.quantisation import TestScores as Scores
from export.quantisation import quantise
from tagcli import NertagError, UsageError, load
from tagcli.models import CONFIG, ONNX, TOKENIZER, read_model

FILES = {ONNX, TOKENIZER, CONFIG, "README.md"}
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


@pytest.fixture(scope="session")
def int8_model(float_model: ModelMaker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return quantise(float_model("xlmr"), tmp_path_factory.mktemp("int8") / "model")


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.conll"
    path.write_text(GOLD, encoding="utf-8")
    return path


def settings_of(folder: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    return content


# The float export


@pytest.mark.parametrize("shape", SHAPES)
def test_a_float_export_is_a_model_directory(
    float_model: ModelMaker, checkpoint: ModelMaker, shape: str
) -> None:
    folder = float_model(shape)
    assert {path.name for path in folder.iterdir()} == FILES - {"README.md"}
    own = settings_of(folder)["nertag"]
    original = read_model(checkpoint(shape))
    assert own == {
        "scheme": "BIO",
        "units": {},
        "word_label": "first",
        "labels_by_language": {},
        "max_tokens": original.limit,
        "quantisation": None,
    }
    exported = read_model(folder)
    assert exported.tag_set == original.tag_set
    assert (exported.limit, exported.pad_id) == (original.limit, original.pad_id)
    assert (folder / TOKENIZER).read_bytes() == (checkpoint(shape) / TOKENIZER).read_bytes()


def test_the_limit_of_the_tokenizer_is_kept(
    checkpoint_copy: Callable[[str], Path], tmp_path: Path
) -> None:
    from export.onnx_export import export_float

    folder = checkpoint_copy("bert")
    said = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    said["model_max_length"] = 40
    (folder / "tokenizer_config.json").write_text(json.dumps(said))
    assert read_model(export_float(folder, tmp_path / "made")).limit == 40


def test_what_cannot_be_exported(
    float_model: ModelMaker, tmp_path: Path, checkpoint: ModelMaker
) -> None:
    assert check_checkpoint(checkpoint("bert")).has_safetensors
    for folder, says in (
        (tmp_path / "nowhere", "no such directory"),
        (tmp_path, "it has no config.json"),
        (float_model("bert"), "has no model.safetensors to export"),
    ):
        with pytest.raises(UsageError, match=says):
            check_checkpoint(folder)


# int8


def test_int8_is_smaller_and_says_so(int8_model: Path, float_model: ModelMaker) -> None:
    sizes = [(folder / ONNX).stat().st_size for folder in (int8_model, float_model("xlmr"))]
    assert sizes[0] < sizes[1]
    assert {path.name for path in int8_model.iterdir()} == FILES - {"README.md"}
    own, before = settings_of(int8_model)["nertag"], settings_of(float_model("xlmr"))["nertag"]
    assert own == before | {"quantisation": "int8"}
    assert read_model(int8_model).quantisation == "int8"


def test_int8_weights_leave_room_for_their_products(int8_model: Path) -> None:
    """Seven of eight bits, and no large float matrix left, the embeddings included."""
    import onnx

    graph = onnx.load(int8_model / ONNX).graph
    weights = {w.name: onnx.numpy_helper.to_array(w) for w in graph.initializer}
    quantised = [w for w in weights.values() if w.dtype == np.int8 and w.ndim == 2]
    assert len(quantised) >= 13  # six matrices in each of two layers, and the embeddings
    used = {name for node in graph.node if "MatMulInteger" in node.op_type for name in node.input}
    matrices = [w for name, w in weights.items() if name in used and w.dtype == np.int8]
    assert matrices
    assert all(int(np.abs(w.astype(int)).max()) <= 64 for w in matrices if w.ndim == 2)
    words = read_model(int8_model).limit
    floats = [w.size for w in weights.values() if w.dtype == np.float32 and w.ndim == 2]
    assert max(floats, default=0) <= 32 * words


def test_int8_finds_nearly_the_same(int8_model: Path, float_model: ModelMaker) -> None:
    small = load(str(int8_model), device="cpu", threads=1)
    large = load(str(float_model("xlmr")), device="cpu", threads=1)
    found = [
        {(i, e.start, e.label) for i, t in enumerate(tagger.stream(all_sentences()))
         for e in t.entities}
        for tagger in (small, large)
    ]  # fmt: skip
    assert len(found[0] & found[1]) > 0.6 * len(found[1]) > 10


# The card


def test_the_card_of_a_model(float_model: ModelMaker, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in (CONFIG, TOKENIZER):
        (folder / name).write_bytes((float_model("nertag") / name).read_bytes())
    before = SpanCounts(Counter(PER=4), Counter(PER=4), Counter(PER=4))
    after = SpanCounts(Counter(PER=4, LOC=1), Counter(PER=4, LOC=1), Counter(PER=2, LOC=1))
    write_card(folder, [Scores(Path("some/de.conll"), before, after)], "mit")
    card = (folder / "README.md").read_text(encoding="utf-8")
    front = card.split("---")[1]
    assert "license: mit" in front
    assert all(f"- {language}\n" in front for language in NERTAG_OBJECT["labels_by_language"])
    rows = [line.strip("| ").split(" | ") for line in card.splitlines() if line.startswith("|")]
    assert rows[0] == ["file", "F1 in float", "F1 as exported", "PER", "ORG", "LOC"]
    assert rows[2] == ["de.conll", "100.0", "60.0", "50.0", "0.0", "100.0"]
    assert "scheme BIO2" in card
    assert f"at most {MAX_POSITIONS - 2} tokens" in card
    assert "- ko: reads raw, knows PER, ORG, LOC" in card
    assert "- fr: reads words, knows PER" in card


def test_a_card_without_measurements_says_so(float_model: ModelMaker, tmp_path: Path) -> None:
    for name in (CONFIG, TOKENIZER):
        (tmp_path / name).write_bytes((float_model("bert") / name).read_bytes())
    write_card(tmp_path, [], "unknown")
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "Not measured" in card
    assert "|" not in card


# The command


def test_the_command_makes_an_int8_model(
    checkpoint: ModelMaker, tmp_path: Path, gold: Path
) -> None:
    from transformers import AutoConfig

    made = tmp_path / "new" / "model"
    result = run(
        checkpoint("nertag"), made, "--test", gold, "--max-loss", 100, "--license", "cc-by-4.0"
    )
    assert result.exit_code == 0, result.output
    assert {path.name for path in made.iterdir()} == FILES
    assert [path.name for path in made.parent.iterdir()] == ["model"], "nothing else is left"
    config = AutoConfig.from_pretrained(made)
    assert config.model_type == "xlm-roberta"
    assert [config.id2label[i] for i in range(len(LABELS))] == list(LABELS)
    own = NERTAG_OBJECT | {"max_tokens": MAX_POSITIONS - 2, "quantisation": "int8"}
    assert config.nertag == own
    card = (made / "README.md").read_text(encoding="utf-8")
    assert "license: cc-by-4.0" in card
    assert "gold.conll" in card
    assert "weights: int8" in card
    assert "gold.conll: F1 " in result.stderr
    tagger = load(str(made), device="cpu")
    text = "Max Müller aus Köln"
    assert all(text[e.start : e.end] == e.text for e in tagger.tag(text).entities)
    assert tagger.model.tag_set.scheme == "BIO2"


def test_the_command_keeps_float_weights(
    checkpoint: ModelMaker, float_model: ModelMaker, tmp_path: Path, gold: Path
) -> None:
    made = tmp_path / "model"
    made.mkdir()  # empty: that is fine
    result = run(checkpoint("klue"), made, "--float", "--test", gold)
    assert result.exit_code == 0, result.output
    assert {path.name for path in made.iterdir()} == FILES
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


def counts_of(right: int) -> SpanCounts:
    return SpanCounts(Counter(PER=100), Counter(PER=100), Counter(PER=right))


@pytest.fixture
def _losing_three_points(monkeypatch: pytest.MonkeyPatch) -> None:
    def evaluate(tagger: Any, path: Path) -> SpanCounts:
        return counts_of(87 if tagger.model.quantisation else 90)

    monkeypatch.setattr(quantisation, "evaluate", evaluate)


@pytest.mark.usefixtures("_losing_three_points")
@pytest.mark.parametrize("allowed", [1.0, 2.9, 3.1])
def test_a_model_that_loses_too_much_is_refused(
    float_model: ModelMaker, int8_model: Path, gold: Path, allowed: float
) -> None:
    told: list[str] = []
    arguments = (float_model("xlmr"), int8_model, [gold], allowed, told.append)
    if allowed > 3:
        (scores,) = quantisation.measure_loss(*arguments)
        assert (scores.before.f1(), scores.after.f1()) == (0.9, 0.87)
    else:
        with pytest.raises(NertagError, match=r"loses 3\.0 points of F1, more than --max-loss"):
            quantisation.measure_loss(*arguments)
    assert told == ["gold.conll: F1 0.9000 as float, 0.8700 as exported"]


@pytest.mark.usefixtures("_losing_three_points")
def test_the_command_leaves_nothing_of_a_refused_model(
    checkpoint: ModelMaker, tmp_path: Path, gold: Path
) -> None:
    result = run(checkpoint("bert"), tmp_path / "model", "--test", gold)
    assert "int8 loses 3.0 points of F1" in complaint(result, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["gold.conll"]


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
    assert "--max-loss" in result.stdout
