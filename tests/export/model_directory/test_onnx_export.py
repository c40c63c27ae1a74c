from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from export.model_directory.onnx_export import check_checkpoint, export_float
from tagcli import UsageError
from tagcli.models.config import CONFIG
from tagcli.models.directory import ONNX, TOKENIZER, read_model
from tests.support.path_like import PathLike
from tests.support.tiny_models import SHAPES, ModelMaker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.mark.parametrize("shape", SHAPES)
def test_a_float_export_is_a_model_directory(
    float_model: ModelMaker, checkpoint: ModelMaker, shape: str
) -> None:
    folder = float_model(shape)
    assert {path.name for path in folder.iterdir()} == {ONNX, TOKENIZER, CONFIG}
    config: dict[str, Any] = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    own = config["nertag"]
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


@pytest.mark.parametrize("kind", [str, PathLike])
def test_paths_of_any_kind(
    checkpoint: ModelMaker, tmp_path: Path, kind: Callable[[Path], Any]
) -> None:
    made = export_float(kind(checkpoint("bert")), kind(tmp_path / "made"))
    assert made == tmp_path / "made"
    assert (made / ONNX).is_file()


def test_the_limit_of_the_tokenizer_is_kept(
    checkpoint_copy: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = checkpoint_copy("bert")
    said = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    said["model_max_length"] = 40
    (folder / "tokenizer_config.json").write_text(json.dumps(said))
    assert read_model(export_float(folder, tmp_path / "made")).limit == 40


@pytest.mark.parametrize("shape", SHAPES)
def test_a_checkpoint_without_a_classifier_cannot_be_exported(
    checkpoint_copy: Callable[[str], Path], shape: str
) -> None:
    from safetensors.torch import load_file, save_file

    folder = checkpoint_copy(shape)
    weights = load_file(folder / "model.safetensors")
    body = {name: one for name, one in weights.items() if not name.startswith("classifier")}
    assert len(body) == len(weights) - 2
    save_file(body, folder / "model.safetensors")
    with pytest.raises(UsageError, match="has no classifier: its weights are those of an encoder"):
        check_checkpoint(folder)


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
