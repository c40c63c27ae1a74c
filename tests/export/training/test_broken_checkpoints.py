"""Checkpoints for torch with parts that are missing, cut, foreign, pickled or to be run."""

from __future__ import annotations

import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tagcli.errors import UsageError
from tagcli.models.config import CONFIG
from tagcli.models.directory import TOKENIZER
from tagcli.models.int8_weights import WEIGHTS
from tests.support.refusals import (
    TEXT,
    Canary,
    bring_code,
    canary,
    cut,
    labelled,
    one_sentence,
    refusal,
    tagger_of,
    tags_or_is_refused,
)
from tests.support.tiny_models import LABELS, edit_json

SAFETENSORS = "model.safetensors"
INDEX = "model.safetensors.index.json"
Copier = Callable[[str], Path]


@pytest.mark.parametrize("part", [None, 0, 0.5, 0.99])
@pytest.mark.parametrize("name", [CONFIG, TOKENIZER, SAFETENSORS])
def test_a_missing_or_cut_file_of_a_checkpoint(
    checkpoint_copy: Copier, name: str, part: float | None
) -> None:
    folder = checkpoint_copy("bert")
    if part is None:
        (folder / name).unlink()
    else:
        cut(folder / name, part)
    refusal(folder, "torch")


def refused_without_unpickling(folder: Path, left: Path) -> str:
    message = refusal(folder, "torch")
    refusal(folder)
    assert not left.exists()
    return message


@pytest.mark.parametrize("name", [SAFETENSORS, "pytorch_model.bin", "model-00001-of-00001.bin"])
def test_a_pickled_checkpoint(checkpoint_copy: Copier, tmp_path: Path, name: str) -> None:
    pickled, left = canary(tmp_path)
    folder = checkpoint_copy("bert")
    (folder / SAFETENSORS).unlink()
    (folder / name).write_bytes(pickled)
    refused_without_unpickling(folder, left)


@pytest.mark.parametrize("zipped", [False, True])
def test_an_index_that_names_pickles(checkpoint_copy: Copier, tmp_path: Path, zipped: bool) -> None:
    folder = checkpoint_copy("bert")
    pickled, left = canary(tmp_path)
    if zipped:
        pickled = as_torch_saves(Canary(left))
    (folder / SAFETENSORS).unlink()
    (folder / "weights.bin").write_bytes(pickled)
    index = {"metadata": {}, "weight_map": {"classifier.weight": "weights.bin"}}
    (folder / INDEX).write_text(json.dumps(index))
    assert "names 'weights.bin'" in refused_without_unpickling(folder, left)


def as_torch_saves(content: Any) -> bytes:
    import torch

    saved = io.BytesIO()
    torch.save(content, saved)
    return saved.getvalue()


@pytest.mark.parametrize(
    "index",
    ["{", "[]", "{}", '{"weight_map": 1}', '{"weight_map": {"a": 1}}', '{"weight_map": {"a": []}}',
     '{"weight_map": {"a": "../b.safetensors"}}', '{"weight_map": {"a": "b.safetensors"}}'],
)  # fmt: skip
def test_an_index_that_is_refused(checkpoint_copy: Copier, index: str) -> None:
    folder = checkpoint_copy("bert")
    (folder / SAFETENSORS).unlink()
    (folder / INDEX).write_text(index)
    refusal(folder, "torch")


def test_shards_are_read(checkpoint_copy: Copier) -> None:
    folder = checkpoint_copy("bert")
    expected = tagger_of(folder, "torch").tag(TEXT)
    from safetensors import safe_open

    with safe_open(folder / SAFETENSORS, framework="pt") as file:
        names = list(file.keys())
    (folder / SAFETENSORS).rename(folder / "model-00001-of-00001.safetensors")
    shards = dict.fromkeys(names, "model-00001-of-00001.safetensors")
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": shards}))
    assert tagger_of(folder, "torch").tag(TEXT).entities == expected.entities


def test_an_explicit_weights_file_is_not_followed(checkpoint_copy: Copier, tmp_path: Path) -> None:
    folder = checkpoint_copy("bert")
    pickled, left = canary(tmp_path)
    (folder / "weights.bin").write_bytes(pickled)
    index = {"metadata": {}, "weight_map": {"classifier.weight": "weights.bin"}}
    (folder / f"odd.{INDEX}").write_text(json.dumps(index))
    edit_json(folder / CONFIG, transformers_weights=f"odd.{INDEX}")
    assert tagger_of(folder, "torch").tag(TEXT).entities
    assert not left.exists()


def test_code_of_a_known_architecture_is_not_run(checkpoint_copy: Copier, tmp_path: Path) -> None:
    folder = checkpoint_copy("bert")
    left = bring_code(folder, tmp_path)
    assert tagger_of(folder, "torch").tag(TEXT).entities
    assert not left.exists()


@pytest.mark.parametrize("answer", ["y\n", ""])
def test_code_of_an_unknown_architecture_is_not_run(
    checkpoint_copy: Copier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    folder = checkpoint_copy("bert")
    left = bring_code(folder, tmp_path, model_type="odd")
    monkeypatch.setattr("sys.stdin", io.StringIO(answer))
    assert "custom code" in refusal(folder, "torch")
    assert not left.exists()


def as_base(folder: Path) -> None:
    from export.corpora.source import Source
    from export.training.base_model import make_model
    from export.training.recipe import Recipe

    make_model(folder, Recipe("b", (Source("a"),), (Source("a", "dev"),)), LABELS, {})


def as_export(folder: Path) -> None:
    from export.model_directory.onnx_export import export_float

    export_float(folder, folder.parent / "exported")


@pytest.mark.parametrize("use", [as_base, as_export])
def test_shards_that_would_be_unpickled_make_no_model(
    checkpoint_copy: Copier, tmp_path: Path, use: Callable[[Path], None]
) -> None:
    folder = checkpoint_copy("bert")
    pickled, left = canary(tmp_path)
    (folder / SAFETENSORS).unlink()
    (folder / "weights.bin").write_bytes(pickled)
    (folder / INDEX).write_text(json.dumps({"metadata": {}, "weight_map": {"a": "weights.bin"}}))
    with pytest.raises(UsageError, match="no safetensors file of its folder"):
        use(folder)
    assert not left.exists()


def read_as_base(folder: Path) -> None:
    """All that a training run reads of the config of its base."""
    from export.training.base_model import base_units, pad_id, window_limit

    window_limit(folder)
    base_units(folder)
    pad_id(folder)
    as_base(folder)


ODD_CONFIGS = ["", '{"model_type": "be', "[]", "null", "7", '"bert"', "[" * 100_000]


@pytest.mark.parametrize("content", ODD_CONFIGS, ids=lambda content: content[:9])
def test_a_broken_config_makes_no_base(checkpoint_copy: Copier, content: str) -> None:
    folder = checkpoint_copy("bert")
    (folder / CONFIG).write_text(content)
    with pytest.raises(UsageError, match=re.escape(str(folder / CONFIG))) as caught:
        read_as_base(folder)
    one_sentence(folder, caught.value)


@pytest.mark.parametrize("name", ["pad_token_id", "max_position_embeddings", "nertag", "id2label"])
@pytest.mark.parametrize("value", [None, [], {}, "x", [1], {"a": 1}, -1])
def test_odd_settings_of_a_base(checkpoint_copy: Copier, name: str, value: Any) -> None:
    folder = checkpoint_copy("bert")
    edit_json(folder / CONFIG, **{name: value})
    try:
        read_as_base(folder)
    except UsageError as error:
        one_sentence(folder, error)


def test_code_of_a_base_is_not_run(
    checkpoint_copy: Copier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = checkpoint_copy("bert")
    left = bring_code(folder, tmp_path, model_type="odd")
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    with pytest.raises(UsageError, match="custom code"):
        as_base(folder)
    assert not left.exists()


def test_attention_from_the_hub_is_not_fetched(checkpoint_copy: Copier) -> None:
    folder = checkpoint_copy("bert")
    edit_json(folder / CONFIG, _attn_implementation="some-org/some-kernel")
    assert tagger_of(folder, "torch").tag(TEXT).entities


def test_an_adapter_is_refused(checkpoint_copy: Copier) -> None:
    folder = checkpoint_copy("bert")
    (folder / "adapter_config.json").write_text('{"base_model_name_or_path": "some-org/other"}')
    assert "holds an adapter" in refusal(folder, "torch")


def test_a_checkpoint_with_another_ones_labels(checkpoint_copy: Copier) -> None:
    folder = checkpoint_copy("bert")
    edit_json(folder / CONFIG, id2label=labelled(*LABELS[:5]), label2id=None)
    assert "size mismatch" in refusal(folder, "torch")


def test_a_checkpoint_with_another_ones_tokenizer(checkpoint_copy: Copier) -> None:
    folder = checkpoint_copy("bert")
    shutil.copyfile(checkpoint_copy("roberta") / TOKENIZER, folder / TOKENIZER)
    assert "it is another model's tokenizer" in refusal(folder, "torch")


@pytest.mark.parametrize(
    "changes",
    [
        {"model_type": None},
        {"model_type": ["bert"]},
        {"model_type": "gpt2"},
        {"model_type": "clip"},
        {"hidden_size": "x"},
        {"hidden_size": 33},
        {"num_attention_heads": 0},
        {"num_hidden_layers": None},
        {"num_hidden_layers": 3},
        {"hidden_act": "os.system"},
        {"max_position_embeddings": 10},
        {"auto_map": 7},
    ],
)
def test_odd_settings_of_a_checkpoint(checkpoint_copy: Copier, changes: dict[str, Any]) -> None:
    folder = checkpoint_copy("bert")
    edit_json(folder / CONFIG, **changes)
    tags_or_is_refused(folder, "torch")


def int8_copy(checkpoint_copy: Copier) -> Path:
    folder = checkpoint_copy("bert")
    (folder / SAFETENSORS).unlink()
    edit_json(folder / CONFIG, nertag={"quantisation": "int8"})
    return folder


@pytest.mark.parametrize("smoothed", ["5", "[]", "{", "[" * 100_000, '{"w": []}', '{"w": "no"}'])
def test_smoothing_that_cannot_be_read(checkpoint_copy: Copier, smoothed: str) -> None:
    folder = int8_copy(checkpoint_copy)
    from safetensors.numpy import save_file

    tensors = {"w.by_column": np.ones((2, 2), np.int8), "w.scale": np.ones(2, np.float32)}
    save_file(tensors, folder / WEIGHTS, metadata={"smoothed": smoothed})
    assert WEIGHTS in refusal(folder, "torch")


@pytest.mark.parametrize("tensor", [np.ones((), np.int8), np.ones(3, np.int8)])
def test_integers_of_another_shape(checkpoint_copy: Copier, tensor: Any) -> None:
    folder = int8_copy(checkpoint_copy)
    from safetensors.numpy import save_file

    tensors = {"w.by_column": tensor, "w.scale": np.ones(2, np.float32)}
    save_file(tensors, folder / WEIGHTS)
    assert WEIGHTS in refusal(folder, "torch")


def test_pickled_integers(checkpoint_copy: Copier, tmp_path: Path) -> None:
    folder = int8_copy(checkpoint_copy)
    pickled, left = canary(tmp_path)
    (folder / WEIGHTS).write_bytes(pickled)
    assert WEIGHTS in refused_without_unpickling(folder, left)
