"""Weight products in int8, and embeddings in int8 by row."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from export.quantisation.graph import MICROSOFT, Graph, module_of, weight_of
from tagcli.errors import NertagError
from tagcli.models.int8_weights import BY_COLUMN, BY_ROW, SCALE, SMOOTHED

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt
    from onnx import NodeProto

    Floats = npt.NDArray[np.float32]

# 7 of 8 bits: 255 x 64 x 2 still fits the 16 bits in which processors without VNNI add two
# products (onnxruntime issues 6004 and 14642)
WEIGHT_LIMIT = 64
_ZERO_POINT = 128
_SMALLEST = 1e-6
SMALL_TABLE = 8
"""Rows of an embedding table that is not worth quantising (token types)."""


@dataclass(frozen=True, slots=True)
class Activations:
    """How a product's input is put on a grid: the factors that its channels are divided by, shape
    (inputs,), and its least and greatest value after that; no range: every row has its own."""

    factors: Floats
    smoothed: tuple[float, float] | None = None


@dataclass(slots=True)
class Products:
    """The weight products with the same input, and their weights, shape (inputs, outputs)."""

    name: str
    nodes: list[NodeProto]
    weights: list[Floats]

    @property
    def width(self) -> int:
        """How many channels the input has."""
        return int(self.weights[0].shape[0])


def weight_products(graph: Graph) -> list[Products]:
    """The products with a constant weight, by their input."""
    found: dict[str, Products] = {}
    for node in graph.nodes:
        if node.op_type != "MatMul" or len(graph.constant_shape(node.input[1]) or ()) != 2:
            continue
        products = found.setdefault(node.input[0], Products(node.input[0], [], []))
        products.nodes.append(node)
        weight = graph.constant(node.input[1])
        assert weight is not None
        products.weights.append(weight.astype(np.float32, copy=False))
    return list(found.values())


def by_module(graph: Graph, seen: Mapping[str, Activations]) -> dict[str, Activations]:
    """What was seen of the inputs of products, by the torch modules of these.

    Raises NertagError for a product that is of no module.
    """
    return {
        _module_of(node): seen[products.name]
        for products in weight_products(graph)
        for node in products.nodes
    }


def by_input(graph: Graph, seen: Mapping[str, Activations]) -> dict[str, Activations]:
    """The way back: what was seen, by the inputs of the products of a graph."""
    return {
        products.name: seen[_module_of(products.nodes[0])] for products in weight_products(graph)
    }


def _module_of(node: NodeProto) -> str:
    module = module_of(node)
    if module is None:
        raise NertagError(f"the graph does not say which weights of the checkpoint {node.name} has")
    return module


def int8_weight(weight: Floats) -> tuple[npt.NDArray[np.int8], Floats]:
    """A weight, shape (inputs, outputs), as integers of 7 bits, and the scale of each column."""
    scale = np.abs(weight).max(axis=0) / WEIGHT_LIMIT
    scale[scale == 0] = 1
    return np.rint(weight / scale).astype(np.int8), scale.astype(np.float32)


def uint8_grid(low: float, high: float) -> tuple[float, int]:
    """The scale of integers from 0 to 255 for values of this range and zero, and which is zero."""
    low, high = min(low, 0.0), max(high, low + _SMALLEST, _SMALLEST)
    scale = (high - low) / 255
    return scale, min(max(round(-low / scale), 0), 255)


def smoothing(products: Products, largest: Floats) -> Floats:
    """What to divide each channel of the input by, and multiply its weights with, shape
    (inputs,), so that neither has outliers.

    Source: SmoothQuant (Xiao et al. 2023, https://arxiv.org/abs/2211.10438), alpha 0.5.
    """
    weights = np.max([np.abs(weight).max(axis=1) for weight in products.weights], axis=0)
    factors: Floats = np.sqrt(np.maximum(largest, 1e-5) / np.maximum(weights, 1e-5))
    return factors.astype(np.float32)


def quantise_products(graph: Graph, seen: Mapping[str, Activations] | None = None) -> int:
    """Replace the weight products by int8 ones; returns how many.

    Without `seen` the scale of the input is that of each row, as it comes. With it the scale is
    fixed and the channels are smoothed, but for inputs whose range is None, which keep the scale
    of each row. In neither case do the logits of a sentence depend on others in its batch.
    """
    count = 0
    for products in weight_products(graph):
        before = None if seen is None else seen.get(products.name)
        source = products.name
        if before is not None:
            vector = _add_smoothing(graph, products, before.factors)
            source = graph.add("Mul", [source, vector])
            products.weights = [weight * before.factors[:, None] for weight in products.weights]
        if before is None or before.smoothed is None:
            _by_row(graph, products, source)
        else:
            _fixed(graph, products, source, *before.smoothed)
        count += len(products.nodes)
    return count


def _add_smoothing(graph: Graph, products: Products, factors: Floats) -> str:
    """The constant to multiply the input with, and who is to multiply its weight with it."""
    first = weight_of(products.nodes[0]) or products.nodes[0].input[1]
    vector = graph.set_constant(f"{first}.smoothing", 1 / factors)
    smoothed = json.loads(graph.metadata.get(SMOOTHED, "{}"))
    smoothed |= {name: vector for node in products.nodes if (name := weight_of(node))}
    graph.metadata[SMOOTHED] = json.dumps(smoothed)
    return vector


def _fixed(graph: Graph, products: Products, source: str, low: float, high: float) -> None:
    scale, zero_point = uint8_grid(low, high)
    scale_name = graph.add_constant(np.float32(scale), "scale")
    zero = graph.add_constant(np.uint8(zero_point), "zero")
    quantised = graph.add("QuantizeLinear", [source, scale_name, zero])
    users = graph.users()
    for node, weight in zip(products.nodes, products.weights, strict=True):
        bias = _bias(graph, users[node.output[0]], weight.shape[1])
        output, gone = node.output[0], [node]
        inputs = _product_inputs(graph, node, quantised, weight, scale_name, zero)
        if bias is not None:
            output, gone = bias[0].output[0], [node, bias[0]]
            inputs.append(bias[1])
        graph.remove(gone)
        graph.add("MatMulIntegerToFloat", inputs, output, domain=MICROSOFT)


def _bias(graph: Graph, users: list[NodeProto], width: int) -> tuple[NodeProto, str] | None:
    """The addition of a constant vector that a product leads to, and that vector."""
    if len(users) == 1 and users[0].op_type == "Add":
        for name in users[0].input:
            if graph.constant_shape(name) == (width,):
                return users[0], name
    return None


def _by_row(graph: Graph, products: Products, source: str) -> None:
    shared = {
        "last": [-1],
        "smallest": np.float32(_SMALLEST),
        "share": np.float32(1 / 127),
        "zero": np.uint8(_ZERO_POINT),
        "one": np.float32(1),
        "rows": [-1, products.width],
    }
    names = {name: graph.add_constant(values, name) for name, values in shared.items()}
    largest = graph.add("ReduceMax", [graph.add("Abs", [source]), names["last"]], keepdims=1)
    scale = graph.add("Mul", [graph.add("Max", [largest, names["smallest"]]), names["share"]])
    # a scale a row, since this is one pass over memory
    flat_scale = graph.add("Reshape", [scale, names["last"]])
    zeros = graph.add("Expand", [names["zero"], graph.add("Shape", [flat_scale])])
    rows = graph.add("Reshape", [source, names["rows"]])
    flat = graph.add("QuantizeLinear", [rows, flat_scale, zeros], axis=0)
    quantised = graph.add("Reshape", [flat, graph.add("Shape", [source])])
    graph.remove(products.nodes)
    for node, weight in zip(products.nodes, products.weights, strict=True):
        inputs = _product_inputs(graph, node, quantised, weight, names["one"], names["zero"])
        product = graph.add("MatMulIntegerToFloat", inputs, domain=MICROSOFT)
        graph.add("Mul", [product, scale], node.output[0])


def _product_inputs(
    graph: Graph, node: NodeProto, quantised: str, weight: Floats, scale: str, zero: str
) -> list[str]:
    integers, scales = int8_weight(weight)
    integer_name, weight_scale = _add_integers(
        graph, weight_of(node) or node.input[1], BY_COLUMN, integers, scales
    )
    return [
        quantised,
        integer_name,
        scale,
        weight_scale,
        zero,
        graph.add_constant(np.zeros(len(scales), np.int8), "weight_zero"),
    ]


def quantise_embeddings(graph: Graph) -> None:
    """Embedding tables as int8 with a scale for every row."""
    from onnx import TensorProto

    for node in list(graph.nodes):
        if node.op_type != "Gather":
            continue
        shape = graph.constant_shape(node.input[0]) or ()
        if len(shape) != 2 or shape[0] <= SMALL_TABLE:
            continue
        table: Any = graph.constant(node.input[0])
        scale = np.abs(table).max(axis=1, keepdims=True).astype(np.float32) / 127
        scale[scale == 0] = 1
        integers = np.rint(table / scale).astype(np.int8)
        rows, scales = _add_integers(graph, node.input[0], BY_ROW, integers, scale)
        graph.remove([node])
        taken = graph.add("Gather", [rows, node.input[1]])
        values = graph.add("Cast", [taken], to=TensorProto.FLOAT)
        row_scale = graph.add("Gather", [scales, node.input[1]])
        graph.add("Mul", [values, row_scale], node.output[0])


def _add_integers(
    graph: Graph, parameter: str, kind: str, integers: npt.NDArray[np.int8], scale: Floats
) -> tuple[str, str]:
    """The constants of a quantised parameter, under names that lead back to it."""
    name = f"{parameter}{kind}"
    return graph.set_constant(name, integers), graph.set_constant(f"{name}{SCALE}", scale)
