from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from safetensors.numpy import load_file

from export.quantisation.weights_file import save_with_weights
from tagcli.models.int8_weights import SMOOTHED, WEIGHTS

if TYPE_CHECKING:
    from pathlib import Path

WIDTH = 40


def model(**metadata: str) -> Any:
    """y = x @ weight + bias, with a small constant that no layer owns."""
    generator = np.random.default_rng(1)
    constants = {
        "encoder.weight": generator.normal(size=(WIDTH, WIDTH)).astype(np.float32),
        "encoder.bias": generator.normal(size=WIDTH).astype(np.float32),
        "nertag/one_1": np.ones(1, np.float32),
        "nertag/large_2": np.zeros((WIDTH, WIDTH), np.float32),
    }
    nodes = [
        helper.make_node("MatMul", ["x", "encoder.weight"], ["product"]),
        helper.make_node("Add", ["product", "encoder.bias"], ["sum"]),
        helper.make_node("Mul", ["sum", "nertag/one_1"], ["same"]),
        helper.make_node("MatMul", ["same", "nertag/large_2"], ["nothing"]),
        helper.make_node("Add", ["same", "nothing"], ["y"]),
    ]
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, ["n", WIDTH]) for n in "xy"]
    graph = helper.make_graph(
        nodes, "linear", ends[:1], ends[1:],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )  # fmt: skip
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    helper.set_model_props(made, metadata)
    return made


def run(source: Any) -> Any:
    session = onnxruntime.InferenceSession(source, providers=["CPUExecutionProvider"])
    x = np.linspace(-1, 1, 2 * WIDTH, dtype=np.float32).reshape(2, WIDTH)
    return session.run(["y"], {"x": x})[0]


def test_it_computes_the_same(tmp_path: Path) -> None:
    expected = run(model().SerializeToString())
    save_with_weights(model(), tmp_path / "model.onnx")
    assert np.array_equal(run(str(tmp_path / "model.onnx")), expected)


def test_parameters_and_large_constants_lie_apart(tmp_path: Path) -> None:
    save_with_weights(model(), tmp_path / "model.onnx")
    assert {path.name for path in tmp_path.iterdir()} == {"model.onnx", WEIGHTS}
    stored = load_file(tmp_path / WEIGHTS)
    assert set(stored) == {"encoder.weight", "encoder.bias", "nertag/large_2"}
    whole = onnx.load(tmp_path / "model.onnx")
    for tensor in whole.graph.initializer:
        if tensor.name in stored:
            assert np.array_equal(numpy_helper.to_array(tensor), stored[tensor.name])


def test_metadata_and_bytes(tmp_path: Path) -> None:
    smoothed = json.dumps({"encoder.weight": "nertag/large_2"})
    written = set()
    for name in "ab":
        folder = tmp_path / name
        folder.mkdir()
        save_with_weights(model(**{SMOOTHED: smoothed, "other": "x"}), folder / "model.onnx")
        written.add((folder / WEIGHTS).read_bytes())
    (content,) = written
    header = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    assert header["__metadata__"] == {SMOOTHED: smoothed}


def test_others_may_read_it(tmp_path: Path) -> None:
    save_with_weights(model(), tmp_path / "model.onnx")
    both = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("model.onnx", WEIGHTS)]
    assert both[0] == both[1]
