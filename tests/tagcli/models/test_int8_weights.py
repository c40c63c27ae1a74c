from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from export.quantisation.methods import METHODS as QUANTISING
from tagcli import UsageError, load
from tagcli.models.directory import read_model
from tagcli.models.int8_weights import WEIGHTS, float_parameters
from tagcli.records import Document
from tests.support.tiny_models import SHAPES, ModelMaker, all_sentences, edit_json

Maker = Callable[[str, str], Path]
METHODS = ("rows", "calibrated")
# Of the largest value of a weight; the grid of smoothed ones is as coarse as their smoothing
FARTHEST = {"rows": 0.01, "calibrated": 0.2}


def checkpoint_parameters(folder: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return load_file(folder / "model.safetensors")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", SHAPES)
def test_every_parameter_of_the_checkpoint_is_there(
    quantised_model: Maker, checkpoint: ModelMaker, shape: str, method: str
) -> None:
    found = float_parameters(quantised_model(shape, method) / WEIGHTS)
    for name, expected in checkpoint_parameters(checkpoint(shape)).items():
        assert found[name].shape == expected.shape, name
        assert str(found[name].dtype) == "torch.float32"
        off = float((found[name] - expected).abs().max())
        assert off <= FARTHEST[method] * float(expected.abs().max()), name


def test_weights_are_on_the_grid(quantised_model: Maker) -> None:
    found = float_parameters(quantised_model("xlmr", "rows") / WEIGHTS)
    weight = found["roberta.encoder.layer.0.intermediate.dense.weight"].numpy()
    steps = weight / (np.abs(weight).max(axis=1, keepdims=True) / 64)
    assert np.abs(steps - np.rint(steps)).max() < 1e-4
    assert len(np.unique(np.rint(steps))) > 20


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("shape", SHAPES)
def test_torch_and_onnx_run_the_same_weights(
    quantised_model: Maker, shape: str, method: str
) -> None:
    folder = str(quantised_model(shape, method))
    onnx, torch = (load(folder, backend=name, device="cpu") for name in ("onnx", "torch"))
    assert (onnx.backend.name, torch.backend.name) == ("onnx", "torch")
    away: list[float] = []
    for window in onnx.inputs(map(Document, all_sentences())):
        ids = window.ids[None]
        one, other = (t.backend.run(ids, np.ones_like(ids)) for t in (onnx, torch))
        away.append(float(np.abs(one - other).mean() / one.std()))
    assert len(away) > 10
    assert 0 < np.mean(away) < 0.1, "the activations are rounded in onnxruntime only"


@pytest.mark.parametrize("method", QUANTISING)
def test_torch_takes_what_the_config_says(quantised_model: Maker, method: str) -> None:
    folder = quantised_model("bert", method)
    assert read_model(folder).has_int8_weights == QUANTISING[method].for_torch
    if QUANTISING[method].for_torch:
        assert load(str(folder), backend="torch", device="cpu").backend.name == "torch"
        return
    with pytest.raises(UsageError, match=f"{method} ONNX model; torch needs the safetensors"):
        load(str(folder), backend="torch", device="cpu")


def test_torch_runs_in_float32_whatever_the_checkpoint_was(
    quantised_model: Maker, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(quantised_model("bert", "rows"), folder)
    edit_json(folder / "config.json", torch_dtype="float16", dtype="float16")
    ids = np.array([[1, 5, 7, 2]])
    of_float32, of_any = (
        load(str(one), backend="torch", device="cpu").backend.run(ids, np.ones_like(ids))
        for one in (quantised_model("bert", "rows"), folder)
    )
    assert of_any.dtype == np.float32
    assert np.array_equal(of_any, of_float32)


def test_without_the_graph_torch_runs_the_weights(quantised_model: Maker, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(quantised_model("bert", "rows"), folder)
    (folder / "model.onnx").unlink()
    assert load(str(folder), device="cpu").backend.name == "torch"


@pytest.mark.train
def test_files_that_are_none(tmp_path: Path) -> None:
    path = tmp_path / WEIGHTS
    with pytest.raises(UsageError, match="cannot be read"):
        float_parameters(path)
    path.write_bytes(b"\x80\x04pickle, never read as one")
    with pytest.raises(UsageError, match=f"{WEIGHTS} cannot be read"):
        float_parameters(path)


def test_a_file_that_is_cut(quantised_model: Maker, tmp_path: Path) -> None:
    whole = (quantised_model("bert", "rows") / WEIGHTS).read_bytes()
    path = tmp_path / WEIGHTS
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UsageError, match="cannot be read"):
        float_parameters(path)
