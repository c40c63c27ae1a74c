from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from export.quantisation.graph import Graph
from export.quantisation.int8_graph import (
    WEIGHT_LIMIT,
    Activations,
    Products,
    int8_weight,
    quantise_embeddings,
    quantise_products,
    smoothing,
    weight_products,
)

INPUTS, OUTPUTS = 24, 5
RANDOM = np.random.default_rng(3)
ONE, TWO = (RANDOM.normal(size=(INPUTS, OUTPUTS)).astype(np.float32) for _ in "ab")
BIAS = RANDOM.normal(size=OUTPUTS).astype(np.float32)
OUTLIERS = np.where(np.arange(INPUTS) == 7, 60, 1).astype(np.float32)
"""One channel is far greater than the others, as in transformers."""


def model_of(nodes: list[Any], constants: dict[str, Any], x_type: int, outputs: list[str]) -> Graph:
    made = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("x", x_type, None)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    opsets = [helper.make_opsetid("", 18)]
    return Graph(helper.make_model(made, opset_imports=opsets, ir_version=9))


@pytest.fixture
def graph() -> Graph:
    """Two products of the same input, the first with a bias, and one of two inputs."""
    nodes = [
        helper.make_node("MatMul", ["x", "one"], ["first"]),
        helper.make_node("Add", ["first", "bias"], ["y"]),
        helper.make_node("MatMul", ["x", "two"], ["z"]),
        helper.make_node("Transpose", ["x"], ["turned"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["x", "turned"], ["square"]),
    ]
    constants = {"one": ONE, "two": TWO, "bias": BIAS}
    return model_of(nodes, constants, TensorProto.FLOAT, ["y", "z", "square"])


def run(graph: Graph, x: Any, level: str = "ORT_DISABLE_ALL") -> list[Any]:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    session = onnxruntime.InferenceSession(
        graph.finished().SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    found: list[Any] = session.run(None, {"x": x})
    return found


def inputs(seed: int, *shape: int) -> Any:
    return np.random.default_rng(seed).normal(size=(*shape, INPUTS)).astype(np.float32) * OUTLIERS


def seen_of(graph: Graph, x: Any) -> dict[str, Activations]:
    rows = x.reshape(-1, INPUTS)
    (products,) = weight_products(graph)
    factors = smoothing(products, np.abs(rows).max(axis=0))
    smoothed = rows / factors
    return {"x": Activations(factors, (float(smoothed.min()), float(smoothed.max())))}


def operators(graph: Graph) -> list[str]:
    return [node.op_type for node in graph.finished().graph.node]


# Weights


def test_two_products_fit_sixteen_bits() -> None:
    """Without VNNI a processor adds two products of uint8 and int8 in a saturating int16: so no
    sum may leave it, whatever the activations are."""
    greatest_activation = 255
    worst = 2 * greatest_activation * WEIGHT_LIMIT
    assert worst <= np.iinfo(np.int16).max
    assert -worst >= np.iinfo(np.int16).min
    assert 2 * greatest_activation * 127 > np.iinfo(np.int16).max, "eight bits do not fit"


@settings(max_examples=50)
@given(st.integers(0, 2**32 - 1), st.floats(1e-6, 1e6))
def test_weights_use_seven_bits(seed: int, size: float) -> None:
    weight = (np.random.default_rng(seed).standard_cauchy((9, 4)) * size).astype(np.float32)
    weight[:, 3] = 0
    integers, scale = int8_weight(weight)
    assert integers.dtype == np.int8
    assert np.abs(integers.astype(int)).max() <= WEIGHT_LIMIT
    assert (np.abs(integers[:, :3].astype(int)).max(axis=0) == WEIGHT_LIMIT).all()
    assert (np.abs(integers * scale - weight) <= 0.5001 * scale).all()
    assert (integers[:, 3] == 0).all()


def test_every_weight_of_the_graph_is_of_seven_bits(graph: Graph) -> None:
    for seen in (None, seen_of(graph, inputs(1, 4, 9))):
        changed = Graph(graph.finished())
        assert quantise_products(changed, seen) == 2
        weights = [
            values
            for tensor in changed.finished().graph.initializer
            if (values := numpy_helper.to_array(tensor)).dtype == np.int8 and values.ndim == 2
        ]
        assert len(weights) == 2
        assert max(np.abs(values.astype(int)).max() for values in weights) == WEIGHT_LIMIT


# Products


def test_products_by_their_input(graph: Graph) -> None:
    (products,) = weight_products(graph)
    assert (products.name, products.width) == ("x", INPUTS)
    assert [node.output[0] for node in products.nodes] == ["first", "z"]
    assert (products.weights[0] == ONE).all()
    assert (products.weights[1] == TWO).all()


def test_products_with_the_scale_of_each_row(graph: Graph) -> None:
    x = inputs(2, 3, 8)
    before = run(graph, x)
    quantise_products(graph)
    assert operators(graph).count("MatMulIntegerToFloat") == 2
    assert operators(graph).count("QuantizeLinear") == 1, "one for both products"
    after = run(graph, x)
    for old, new in zip(before[:2], after[:2], strict=True):
        assert np.abs(old - new).max() < 0.05 * np.abs(old).max()
    assert (after[2] == before[2]).all(), "what has no weight is left in float"


def test_products_with_a_fixed_scale(graph: Graph) -> None:
    x = inputs(2, 3, 8)
    before, seen = run(graph, x), seen_of(graph, x)
    quantise_products(graph, seen)
    assert operators(graph).count("MatMulIntegerToFloat") == 2
    assert "Add" not in operators(graph), "the bias is in the product"
    after = run(graph, x)
    for old, new in zip(before[:2], after[:2], strict=True):
        assert np.abs(old - new).max() < 0.05 * np.abs(old).max()
    assert (after[2] == before[2]).all()


def test_what_was_seen_without_a_range_keeps_the_scale_of_each_row(graph: Graph) -> None:
    x = inputs(2, 3, 8)
    before, factors = run(graph, x), seen_of(graph, x)["x"].factors
    quantise_products(graph, {"x": Activations(factors)})
    assert operators(graph).count("ReduceMax") == 1
    after = run(graph, x)
    assert np.abs(before[0] - after[0]).max() < 0.05 * np.abs(before[0]).max()


def test_a_sum_that_is_no_bias_stays(graph: Graph) -> None:
    """One number for all columns is no vector of them."""
    graph.nodes[1].input[1] = graph.add_constant(np.float32([2]))
    x = inputs(2, 3, 8)
    before, seen = run(graph, x), seen_of(graph, x)
    quantise_products(graph, seen)
    assert operators(graph).count("Add") == 1
    assert np.abs(run(graph, x)[0] - before[0]).max() < 0.05 * np.abs(before[0]).max()


@pytest.mark.parametrize("low_high", [(0.5, 3.0), (-3.0, -0.5), (0.0, 0.0), (-2.0, 2.0)])
def test_zero_stays_zero(graph: Graph, low_high: tuple[float, float]) -> None:
    """Padding and unused channels must not add to a product, on whichever side the range is."""
    quantise_products(graph, {"x": Activations(np.ones(INPUTS, np.float32), low_high)})
    y, z, _ = run(graph, np.zeros((1, 2, INPUTS), np.float32))
    assert (y == BIAS).all()
    assert (z == 0).all()


@settings(max_examples=30)
@given(
    seed=st.integers(0, 2**32 - 1), size=st.sampled_from([1e-3, 1, 1e3]), others=st.integers(1, 4)
)
@pytest.mark.parametrize("calibrated", [False, True])
def test_a_row_does_not_depend_on_the_others(
    calibrated: bool, seed: int, size: float, others: int
) -> None:
    """To the last bit, whatever is far greater or smaller in the same batch."""
    graph = model_of(
        [helper.make_node("MatMul", ["x", "one"], ["y"])], {"one": ONE}, TensorProto.FLOAT, ["y"]
    )
    quantise_products(graph, seen_of(graph, inputs(0, 2, 50)) if calibrated else None)
    x = inputs(seed, 1, 6)
    alone = run(graph, x)[0]
    beside = run(graph, np.concatenate([inputs(seed + 1, others, 6) * size, x]))[0]
    assert (beside[-1] == alone[0]).all()


# Smoothing


def test_smoothing_leaves_the_float_product_unchanged() -> None:
    x = inputs(4, 1, 200)[0].astype(np.float64)
    largest = np.abs(x).max(axis=0).astype(np.float32)
    factors = smoothing(Products("x", [], [ONE, TWO]), largest)
    assert factors.shape == (INPUTS,)
    for weight in (ONE, TWO):
        smoothed = (x / factors) @ (weight.astype(np.float64) * factors[:, None])
        np.testing.assert_allclose(smoothed, x @ weight, rtol=1e-9, atol=1e-9)


def test_smoothing_takes_outliers_away() -> None:
    x = inputs(4, 1, 200)[0]
    largest = np.abs(x).max(axis=0)
    factors = smoothing(Products("x", [], [ONE]), largest)
    before, after = (values.max() / np.median(values) for values in (largest, largest / factors))
    assert after < before / 4
    of_weights = np.abs(ONE).max(axis=1)
    np.testing.assert_allclose(largest / factors, of_weights * factors, rtol=1e-5)


def test_smoothing_of_channels_without_values() -> None:
    weight = ONE.copy()
    weight[3] = 0
    largest = np.ones(INPUTS, np.float32)
    largest[5] = 0
    factors = smoothing(Products("x", [], [weight]), largest)
    assert np.isfinite(factors).all()
    assert (factors > 0).all()


# Embeddings


def embedding_graph(table: Any) -> Graph:
    node = helper.make_node("Gather", ["table", "x"], ["y"])
    return model_of([node], {"table": table}, TensorProto.INT64, ["y"])


def test_embeddings_are_within_half_a_step() -> None:
    """Of their own row: a rare piece with large values costs the others nothing."""
    table = RANDOM.normal(size=(50, 16)).astype(np.float32)
    table[7] *= 100
    table[9] = 0
    graph = embedding_graph(table)
    quantise_embeddings(graph)
    kept = [numpy_helper.to_array(t) for t in graph.finished().graph.initializer]
    assert sorted((v.dtype.name, v.shape) for v in kept) == [
        ("float32", (50, 1)),
        ("int8", (50, 16)),
    ]
    ids = np.arange(50).reshape(2, 25)
    values = run(graph, ids)[0]
    step = np.abs(table).max(axis=1, keepdims=True) / 127
    assert values.shape == (2, 25, 16)
    assert (np.abs(values.reshape(50, 16) - table) <= 0.5001 * step).all()


def test_a_small_table_stays_in_float() -> None:
    table = RANDOM.normal(size=(2, 16)).astype(np.float32)
    graph = embedding_graph(table)
    quantise_embeddings(graph)
    assert operators(graph) == ["Gather"]
    assert (run(graph, np.array([[1, 0]]))[0][0] == table[::-1]).all()
