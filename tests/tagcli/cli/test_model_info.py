from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from tagcli.cli import model_info as listing
from tagcli.cli.model_info import labels_by_language, model_page, models_table
from tagcli.models import directory as models
from tagcli.models.config import CONFIG
from tagcli.models.directory import BUNDLED, DEFAULT, ONNX, TOKENIZER, read_model
from tests.support.tiny_models import ModelMaker, edit_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def bundled(float_model: ModelMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two models in place of those that come along."""
    for name, own in (
        ("aside", {}),
        ("base", {"license": "CC BY 4.0", "test_f1": {"de": 0.9, "ko": 0.8}}),
    ):
        shutil.copytree(float_model("nertag"), tmp_path / name)
        edit_json(tmp_path / name / CONFIG, nertag=own)
    monkeypatch.setattr(models, "BUNDLED", tmp_path)
    monkeypatch.setattr(listing, "BUNDLED", tmp_path)
    return tmp_path


def test_a_row_a_model_and_the_default_first(bundled: Path) -> None:
    lines = models_table().splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["name", "base", "aside"]
    assert "85.0  CC BY 4.0  " in lines[1]
    assert "unknown" in lines[2]
    assert "base is the default" in lines[4]
    assert lines[-1].endswith(str(bundled))


def test_columns_are_in_line(bundled: Path) -> None:
    head, *rows = models_table().splitlines()[:3]
    assert len({row.index(" MB") for row in rows}) == 1
    assert all(row[head.index("labels") - 1] == " " for row in rows)
    assert all(row[head.index("labels")] != " " for row in rows)


def test_languages_with_the_same_labels_stand_together(
    model_copy: Callable[[str], Path],
) -> None:
    folder = model_copy("nertag")
    types = {"de": ["PER"], "en": ["PER"], "ko": ["PER", "ORG"]}
    edit_json(folder / CONFIG, nertag={"labels_by_language": types})
    assert labels_by_language(read_model(folder)).startswith("de, en: PER; fr, it: ")
    assert labels_by_language(read_model(folder)).endswith("ko: PER ORG")


def described(folder: Path, **config: object) -> Path:
    """A folder that read_model takes, with 1.5 MB of a config."""
    labels = {0: "O", 1: "B-PER", 2: "I-PER", 3: "B-LOC", 4: "I-LOC"}
    content = {"id2label": labels, "max_position_embeddings": 128, "blank": " " * 1_500_000}
    (folder / CONFIG).write_text(json.dumps(content | config), encoding="utf-8")
    (folder / TOKENIZER).write_text("{}", encoding="utf-8")
    return folder


def facts(folder: Path) -> dict[str, list[str]]:
    """The page of a model, taken apart."""
    found: dict[str, list[str]] = {}
    for line in model_page(read_model(folder)).splitlines():
        name, text = line[:14].strip(), line[14:]
        if name:
            found[name] = []
        last = list(found)[-1]
        found[last].append(text)
    return found


def test_the_page_of_a_model_that_says_nothing(tmp_path: Path) -> None:
    assert facts(described(tmp_path)) == {
        "place": [str(tmp_path)],
        "files": ["config.json, tokenizer.json"],
        "size": ["2 MB"],
        "backends": ["none: it has no weights"],
        "quantisation": ["none"],
        "layers": ["unknown"],
        "pieces": ["unknown"],
        "window": ["128 tokens"],
        "scheme": ["BIO"],
        "languages": ["unknown"],
        "labels": ["PER LOC"],
        "licence": ["unknown"],
        "F1": ["unknown"],
    }


def test_the_page_of_a_model_that_says_all(tmp_path: Path) -> None:
    own = {
        "scheme": "BIO2", "quantisation": "int8", "license": "mit", "test_f1": {"a": 1, "b": 0.5},
        "labels_by_language": {"de": ["PER"], "en": ["PER"], "ko": ["PER", "LOC"]},
    }  # fmt: skip
    described(tmp_path, nertag=own, num_hidden_layers=3, vocab_size=70)
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / ONNX).write_bytes(b" " * 3_000_000)
    (tmp_path / "weights.safetensors").write_bytes(b"")
    found = facts(tmp_path)
    assert found["files"] == ["config.json, onnx/model.onnx, tokenizer.json, weights.safetensors"]
    assert found["size"] == ["5 MB"]
    assert found["backends"] == ["onnx, torch"]
    assert (found["quantisation"], found["scheme"]) == (["int8"], ["BIO2"])
    assert (found["layers"], found["pieces"], found["licence"]) == (["3"], ["70"], ["mit"])
    assert found["languages"] == ["de, en, ko"]
    assert found["labels"] == ["de, en: PER", "ko: PER LOC"]
    assert found["F1"] == [" 75.0  mean", "100.0  a", " 50.0  b"]


def test_many_labels_are_cut_into_lines(tmp_path: Path) -> None:
    names = [f"TYPE{number}" for number in range(40)]
    labels = ["O", *(f"{prefix}-{name}" for name in names for prefix in "BI")]
    described(tmp_path, id2label=dict(enumerate(labels)))
    assert max(map(len, facts(tmp_path)["labels"])) <= 66
    assert " ".join(facts(tmp_path)["labels"]).split() == names


def test_what_a_stranger_wrote_moves_no_cursor(tmp_path: Path) -> None:
    described(tmp_path, nertag={"license": "\x1b[2Jmit", "test_f1": {"\x1b[31m": 1}})
    assert facts(tmp_path)["licence"] == ["␛[2Jmit"]
    assert "\x1b" not in model_page(read_model(tmp_path))


def test_the_page_of_the_bundled_model() -> None:
    found = facts(BUNDLED / DEFAULT)
    assert found["place"] == [str(BUNDLED / DEFAULT)]
    assert found["languages"] == ["de, en, fr, it, ko"]
    assert found["labels"][-1].startswith("ko: PER ORG LOC MISC DAT")
    assert len(found["F1"]) > 10
