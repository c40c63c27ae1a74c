from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from export.quantisation.graph import (
    MICROSOFT,
    Graph,
    module_of,
    own_parameters,
    save_model,
    weight_of,
)

if TYPE_CHECKING:
    from pathlib import Path

WEIGHT = np.arange(6, dtype=np.float32).reshape(2, 3)


def value(name: str, *shape: int) -> Any:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


@pytest.fixture
def graph() -> Graph:
    """y = relu(x W), and a node that leads nowhere."""
    made = helper.make_graph(
        [
            helper.make_node("MatMul", ["x", "weight"], ["product"]),
            helper.make_node("Relu", ["product"], ["y"]),
            helper.make_node("Add", ["product", "unused"], ["nowhere"]),
        ],
        "test",
        [value("x", 1, 2)],
        [value("y", 1, 3)],
        [
            numpy_helper.from_array(WEIGHT, "weight"),
            numpy_helper.from_array(np.ones(3, np.float32), "unused"),
        ],
    )
    opset = [helper.make_opsetid("", 17)]
    return Graph(helper.make_model(made, opset_imports=opset, ir_version=9))


def run(graph: Graph, x: list[float]) -> list[float]:
    import onnxruntime

    session = onnxruntime.InferenceSession(
        graph.finished().SerializeToString(), providers=["CPUExecutionProvider"]
    )
    found: list[float] = session.run(None, {"x": np.array([x], np.float32)})[0][0].tolist()
    return found


def operators(graph: Graph) -> list[str]:
    return [node.op_type for node in graph.finished().graph.node]


def test_constants_by_name(graph: Graph) -> None:
    assert (graph.constant("weight") == WEIGHT).all()
    assert graph.constant_shape("weight") == (2, 3)
    for name in ("x", "product", "nothing"):
        assert graph.constant(name) is None
        assert graph.constant_shape(name) is None


def test_makers_and_users(graph: Graph) -> None:
    product, relu, unused = graph.nodes
    assert graph.makers() == {"product": product, "y": relu, "nowhere": unused}
    assert graph.users()["product"] == [relu, unused]
    assert graph.users()["y"] == []


def test_what_nothing_uses_is_left_out(graph: Graph) -> None:
    made = graph.finished().graph
    assert operators(graph) == ["MatMul", "Relu"]
    assert [tensor.name for tensor in made.initializer] == ["weight"]


def test_new_nodes_are_sorted_in(graph: Graph) -> None:
    """A node that is added last may be used first."""
    relu = graph.nodes[1]
    half = graph.add_constant(np.float32(0.5))
    relu.input[0] = graph.add("Mul", [graph.add("Neg", ["product"]), half])
    assert operators(graph) == ["MatMul", "Neg", "Mul", "Relu"]
    assert run(graph, [1, -1]) == [1.5, 1.5, 1.5]
    graph.nodes.reverse()
    assert operators(graph) == ["MatMul", "Neg", "Mul", "Relu"]


def test_a_node_can_take_the_place_of_another(graph: Graph) -> None:
    graph.remove([graph.nodes[1]])
    assert graph.add("Neg", ["product"], "y") == "y"
    assert run(graph, [1, 0]) == [0, -1, -2]


def test_a_shared_value_is_made_once(graph: Graph) -> None:
    graph.remove([graph.nodes[1]])
    square = graph.add("Mul", ["product", "product"])
    graph.add("Add", [square, square], "y")
    assert operators(graph) == ["MatMul", "Mul", "Add"]
    assert run(graph, [1, 0]) == [0, 2, 8]


def test_names_do_not_collide(graph: Graph) -> None:
    names = [graph.add_constant(1.0, "one"), graph.add_constant(1.0, "one")]
    names += [graph.add("Neg", ["x"]), graph.add("Neg", ["x"])]
    assert len(set(names)) == 4


def test_saved_and_loaded(graph: Graph, tmp_path: Path) -> None:
    save_model(graph.finished(), tmp_path / "model.onnx")
    again = Graph.load(tmp_path / "model.onnx")
    assert [node.op_type for node in again.nodes] == ["MatMul", "Relu"]
    assert (again.constant("weight") == WEIGHT).all()
    domains = [opset.domain for opset in again.model.opset_import]
    assert domains.count(MICROSOFT) == 1
    assert [opset.domain for opset in again.finished().opset_import] == domains


def test_a_product_knows_its_module() -> None:
    names = ["/bert/encoder/layer.0/output/dense/MatMul", "/classifier/MatMul_1", "MatMul", ""]
    products = [helper.make_node("MatMul", ["x", "weight"], ["y"], name=name) for name in names]
    assert module_of(products[0]) == "bert.encoder.layer.0.output.dense"
    assert weight_of(products[0]) == "bert.encoder.layer.0.output.dense.weight"
    assert [module_of(product) for product in products[1:]] == [None] * 3
    assert [weight_of(product) for product in products[1:]] == [None] * 3


def test_merged_parameters_are_apart_again(graph: Graph) -> None:
    """Two layers whose biases are equal share one in the exported graph."""
    bias = graph.set_constant("first.bias", np.ones(3, np.float32))
    one = graph.set_constant("onnx::Add_1", np.ones(3, np.float32))
    graph.remove([graph.nodes[1]])
    graph.add("Add", ["product", bias], "sum", name="/first/Add")
    graph.add("Add", [bias, "sum"], "more", name="/second/Add")
    graph.add("Add", ["more", one], "y", name="/third/Add")
    own_parameters(graph)
    assert graph.nodes[-2].input[0] == "second.bias"
    assert graph.nodes[-1].input[1] == one, "no parameter"
    assert (graph.constant("second.bias") == 1).all()
    assert run(graph, [1, 0]) == [3, 4, 5]


def test_metadata_are_stored_with_the_model(graph: Graph, tmp_path: Path) -> None:
    graph.metadata["smoothed"] = "{}"
    save_model(graph.finished(), tmp_path / "model.onnx")
    (entry,) = onnx.load(tmp_path / "model.onnx").metadata_props
    assert (entry.key, entry.value) == ("smoothed", "{}")
