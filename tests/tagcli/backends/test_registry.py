from __future__ import annotations

import sys
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import tagcli.backends.registry as backends
from tagcli import Tagger, UsageError, load
from tagcli.models.directory import read_model
from tests.support.tiny_models import (
    SENTENCES,
    SHAPES,
    ModelMaker,
    TaggerMaker,
    all_sentences,
    require,
)

if TYPE_CHECKING:
    from collections.abc import Callable

every_shape = pytest.mark.parametrize("shape", SHAPES)
IDS = np.array([[0, 9, 30, 31, 2], [0, 40, 2, 1, 1]], np.int64)
MASK = np.array([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]], np.int64)


@pytest.fixture(scope="session")
def torch_tagger(checkpoint: ModelMaker) -> TaggerMaker:
    def make(shape: str, **options: Any) -> Tagger:
        return load(str(checkpoint(shape)), backend="torch", device="cpu", threads=1, **options)

    return make


def found(tagger: Tagger, texts: list[str]) -> list[list[Any]]:
    return [
        [(e.start, e.end, e.label, e.text) for e in tagged.entities]
        for tagged in tagger.stream(texts)
    ]


def scores(tagger: Tagger, texts: list[str]) -> list[float]:
    return [e.score for tagged in tagger.stream(texts) for e in tagged.entities]


@pytest.mark.parametrize("shape", [*SHAPES, "nertag"])
def test_onnx_and_torch_find_the_same(
    tiny_tagger: TaggerMaker, torch_tagger: TaggerMaker, shape: str
) -> None:
    onnx, torch = tiny_tagger(shape), torch_tagger(shape)
    assert (onnx.backend.name, torch.backend.name) == ("onnx", "torch")
    assert onnx.backend.device == torch.backend.device == "cpu"
    texts = [*all_sentences(), "", " ".join(SENTENCES["ko"]), ", ".join(SENTENCES["de"] * 4)]
    assert found(onnx, texts) == found(torch, texts)
    assert scores(onnx, texts) == pytest.approx(scores(torch, texts), abs=1e-3)
    assert scores(onnx, texts)


def test_the_bundled_model_on_both_backends(bundled_tagger: Tagger) -> None:
    require("torch", "transformers")
    torch = load(None, backend="torch", device="cpu")
    assert (bundled_tagger.backend.name, torch.backend.name) == ("onnx", "torch")
    texts = all_sentences()
    expected = [set(entities) for entities in found(bundled_tagger, texts)]
    same = sum(len(a & set(b)) for a, b in zip(expected, found(torch, texts), strict=True))
    assert same > 0.9 * sum(map(len, expected)) > 0


@every_shape
def test_backends_give_the_same_logits_with_and_without_padding(
    tiny_tagger: TaggerMaker, torch_tagger: TaggerMaker, shape: str
) -> None:
    pad = tiny_tagger(shape).model.pad_id
    ids = np.where(MASK == 1, IDS, pad)
    results = [maker(shape).backend.run(ids, MASK) for maker in (tiny_tagger, torch_tagger)]
    for logits in results:
        assert logits.shape == (2, 5, 7)
        assert logits.dtype == np.float32
    np.testing.assert_allclose(results[0][MASK == 1], results[1][MASK == 1], atol=2e-3)
    alone = tiny_tagger(shape).backend.run(ids[1:, :3], MASK[1:, :3])
    np.testing.assert_allclose(alone[0], results[0][1, :3], atol=2e-3)


def test_auto_takes_onnx_where_it_is(checkpoint: ModelMaker, float_model: ModelMaker) -> None:
    assert load(str(float_model("bert")), device="cpu").backend.name == "onnx"
    assert load(str(checkpoint("bert")), device="cpu").backend.name == "torch"


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_are_taken(float_model: ModelMaker, threads: int) -> None:
    texts = all_sentences()
    tagger = load(str(float_model("xlmr")), device="cpu", threads=threads)
    assert tagger.backend.workers == threads
    expected = found(load(str(float_model("xlmr")), device="cpu", threads=1), texts)
    assert found(tagger, texts) == expected


def test_without_threads_the_usable_cores_are_taken(
    float_model: ModelMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backends, "usable_cores", lambda: 5)
    assert load(str(float_model("xlmr")), device="cpu").backend.workers == 5


# What a user is told


def notes_of(folder: Path, **options: Any) -> list[str]:
    notes: list[str] = []
    load(str(folder), note=notes.append, **options)
    return notes


def installed(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    real = metadata.version

    def version(name: str) -> str:
        if not name.startswith("onnxruntime"):
            return real(name)
        if name in names:
            return "1.31.0"
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)


@pytest.fixture
def _no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backends, "gpu_is_present", lambda: False)


@pytest.mark.usefixtures("_no_gpu")
def test_both_packages_are_noted(float_model: ModelMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, "onnxruntime", "onnxruntime-gpu")
    (note,) = notes_of(float_model("bert"))
    assert "onnxruntime and onnxruntime-gpu are both installed" in note
    assert "\n" not in note


@pytest.mark.usefixtures("_no_gpu")
@pytest.mark.parametrize("name", ["onnxruntime", "onnxruntime-gpu"])
def test_one_package_is_not_noted(
    float_model: ModelMaker, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    installed(monkeypatch, name)
    assert notes_of(float_model("bert")) == []


@pytest.fixture
def _unusable_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    import onnxruntime

    monkeypatch.setattr(backends, "gpu_is_present", lambda: True)
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: ["CPUExecutionProvider"])
    if "torch" in sys.modules:
        monkeypatch.setattr(sys.modules["torch"].cuda, "is_available", lambda: False)


@pytest.mark.usefixtures("_unusable_gpu")
def test_auto_says_that_a_gpu_is_not_used(float_model: ModelMaker, checkpoint: ModelMaker) -> None:
    (note,) = notes_of(float_model("bert"))
    assert "a GPU is there, but onnxruntime has no working CUDA provider" in note
    assert "running on the CPU" in note
    (note,) = notes_of(checkpoint("bert"), backend="torch")
    assert "a GPU is there, but this torch does not see it" in note


@pytest.mark.usefixtures("_unusable_gpu")
@pytest.mark.parametrize("backend", ["onnx", "torch"])
def test_auto_says_how_int8_gets_to_a_gpu(bundled_tagger: Any, backend: str) -> None:
    if backend == "torch":
        require("torch", "transformers")
    (note,) = notes_of(bundled_tagger.model.folder, backend=backend)
    assert "a GPU is there, but int8 starts at once without it (--device cuda takes it" in note


@pytest.mark.train
def test_int8_goes_to_a_gpu_only_when_asked(
    bundled_tagger: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert load(str(bundled_tagger.model.folder), backend="torch").backend.device == "cpu"


@pytest.mark.usefixtures("_unusable_gpu")
def test_cuda_runs_int8_on_torch(bundled_tagger: Any) -> None:
    require("torch", "transformers")
    folder = str(bundled_tagger.model.folder)
    with pytest.raises(UsageError, match="torch finds no CUDA device"):
        load(folder, device="cuda")
    with pytest.raises(UsageError, match="CUDA needs --backend torch"):
        load(folder, backend="onnx", device="cuda")


@pytest.mark.usefixtures("_unusable_gpu")
def test_cpu_as_asked_is_not_noted(float_model: ModelMaker, checkpoint: ModelMaker) -> None:
    assert notes_of(float_model("bert"), device="cpu") == []
    assert notes_of(checkpoint("bert"), device="cpu", backend="torch") == []


@pytest.mark.usefixtures("_unusable_gpu")
@pytest.mark.parametrize("backend", ["onnx", "torch"])
def test_cuda_as_asked_but_not_there(
    float_model: ModelMaker, checkpoint: ModelMaker, backend: str
) -> None:
    folder = (float_model if backend == "onnx" else checkpoint)("bert")
    with pytest.raises(UsageError, match="--device cuda") as caught:
        load(str(folder), backend=backend, device="cuda")
    assert len(str(caught.value).splitlines()) == 1


def test_a_cuda_provider_that_does_not_start(
    float_model: ModelMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has a CUDA provider")
    both = ["CUDAExecutionProvider", "CPUExecutionProvider"]
    monkeypatch.setattr(onnxruntime, "get_available_providers", lambda: both)
    with pytest.raises(UsageError, match="--device cuda") as caught:
        load(str(float_model("bert")), device="cuda")
    assert len(str(caught.value).splitlines()) == 1


def without(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    """As if this package were not installed."""
    monkeypatch.setitem(sys.modules, package, None)


def test_torch_that_is_not_installed(
    checkpoint: ModelMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = checkpoint("bert")
    without(monkeypatch, "torch")
    with pytest.raises(UsageError, match=r'torch is not installed.*"nertag\[torch\]"'):
        load(str(folder), backend="torch")


@pytest.mark.usefixtures("_no_gpu")
@pytest.mark.parametrize("device", ["auto", "cpu"])
def test_auto_says_that_torch_runs_what_has_no_onnx(
    checkpoint: ModelMaker, monkeypatch: pytest.MonkeyPatch, device: str
) -> None:
    folder = checkpoint("bert")
    without(monkeypatch, "optimum")
    assert notes_of(folder, device=device) == [f"{folder} has no model.onnx: running on torch"]
    assert notes_of(folder, device=device, backend="torch") == []


@pytest.mark.train
@pytest.mark.usefixtures("_no_gpu")
def test_auto_names_the_way_to_onnx_where_it_is_open(checkpoint: ModelMaker) -> None:
    folder = checkpoint("bert")
    assert notes_of(folder) == [
        f"{folder} has no model.onnx: running on torch; "
        "nertag-export makes a faster ONNX model of it"
    ]


@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_auto_without_torch_says_what_to_install(
    checkpoint: ModelMaker, monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    folder = checkpoint("bert")
    without(monkeypatch, package)
    with pytest.raises(UsageError) as caught:
        load(str(folder))
    assert str(caught.value) == (
        f"{folder} has no model.onnx, and {package}, which would run its safetensors, "
        'is not installed: pip install "nertag[torch]"'
    )


def test_a_gpu_shows_by_its_device_or_its_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    monkeypatch.setattr(Path, "exists", lambda path: False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    assert not backends.gpu_is_present()
    monkeypatch.setattr(shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    assert backends.gpu_is_present()


@pytest.mark.parametrize("names", [{"input_ids"}, {"input_ids", "attention_mask", "pixels"}])
def test_inputs_of_other_models(model_copy: Callable[[str], Path], names: set[str]) -> None:
    """An input more is refused; a model without token types or mask just gets fewer."""
    from onnx import TensorProto, helper, save

    folder = model_copy("bert")
    inputs = [
        helper.make_tensor_value_info(n, TensorProto.INT64, ["b", "t"]) for n in sorted(names)
    ]
    output = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", "t", 7])
    nodes = [
        helper.make_node("OneHot", ["input_ids", "depth", "values"], ["logits"], axis=-1),
    ]
    constants = [
        helper.make_tensor("depth", TensorProto.INT64, [1], [7]),
        helper.make_tensor("values", TensorProto.FLOAT, [2], [0.0, 1.0]),
    ]
    graph = helper.make_graph(nodes, "tiny", inputs, [output], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    save(model, folder / "model.onnx")
    if "pixels" in names:
        with pytest.raises(UsageError, match="wants the input 'pixels'"):
            load(str(folder), device="cpu")
        return
    tagger = load(str(folder), device="cpu")
    logits = tagger.backend.run(np.array([[3, 1]]), np.array([[1, 1]]))
    assert logits.argmax(axis=2).tolist() == [[3, 1]]


def test_an_output_that_is_no_token_classifiers(model_copy: Callable[[str], Path]) -> None:
    import onnx

    folder = model_copy("bert")
    model = onnx.load(folder / "model.onnx")
    for node in model.graph.node:
        for index, name in enumerate(node.output):
            if name == "logits":
                node.output[index] = "last_hidden_state"
    model.graph.output[0].name = "last_hidden_state"
    onnx.save(model, folder / "model.onnx")
    with pytest.raises(UsageError, match="has no output 'logits'"):
        load(str(folder), device="cpu")


@pytest.mark.cuda
def test_the_bundled_model_on_cuda() -> None:
    """The same weights; the activations are rounded on the CPU only."""
    cpu, cuda = load(None, device="cpu"), load(None, device="cuda")
    assert (cuda.backend.name, cuda.backend.device) == ("torch", "cuda")
    texts = all_sentences()
    expected = [set(entities) for entities in found(cpu, texts)]
    same = sum(len(a & set(b)) for a, b in zip(expected, found(cuda, texts), strict=True))
    assert same > 0.9 * sum(map(len, expected))


@pytest.mark.cuda
@pytest.mark.parametrize("backend", ["onnx", "torch"])
def test_cuda_finds_what_the_cpu_finds(
    float_model: ModelMaker, checkpoint: ModelMaker, backend: str
) -> None:
    import onnxruntime

    if backend == "onnx" and "CUDAExecutionProvider" not in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime has no CUDA provider")
    folder = str((float_model if backend == "onnx" else checkpoint)("xlmr"))
    cpu = load(folder, backend=backend, device="cpu")
    cuda = load(folder, backend=backend, device="cuda")
    assert cuda.backend.device == "cuda"
    texts = all_sentences()
    expected = scores(cpu, texts)
    assert found(cuda, texts) == found(cpu, texts)
    assert scores(cuda, texts) == pytest.approx(expected, abs=5e-3)


def test_read_back_names(tiny_tagger: TaggerMaker) -> None:
    tagger = tiny_tagger("bert")
    assert read_model(tagger.model.folder).onnx == tagger.model.onnx
    assert set(backends.BACKENDS) == {"onnx", "torch"}
    assert backends.DEVICES == ("auto", "cpu", "cuda")
