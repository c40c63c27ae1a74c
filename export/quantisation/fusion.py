"""Attention as one operator: fewer passes over memory, and no arithmetic on shapes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from export.quantisation.graph import MICROSOFT, Graph

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onnx import NodeProto

_MASK = "attention_mask"
# What makes scores to add of a mask of tokens; one that also compares positions needs others
_OF_MASK = frozenset((
    "Cast", "Concat", "ConstantOfShape", "Equal", "Expand", "Gather", "Mul", "Reshape", "Shape",
    "Sub", "Unsqueeze", "Where",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Attention:
    """Queries, keys and values, shape (batch, tokens, hidden), what the scores are multiplied by
    (NaN: one by the root of the head size), and the node whose output is the result."""

    query: str
    key: str
    value: str
    scale: float
    last: NodeProto


def fuse_attention(graph: Graph, heads: int) -> int:
    """Replace softmax(QK + mask)V by onnxruntime's MultiHeadAttention; returns how often.

    What does not look like the attention of BERT and its kin is left alone.
    Source: onnxruntime's operator documentation (com.microsoft.MultiHeadAttention).
    """
    if _MASK not in {value.name for value in graph.model.graph.input}:
        return 0
    makers, users = graph.makers(), graph.users()
    softmaxes = [node for node in graph.nodes if node.op_type == "Softmax"]
    found = [one for node in softmaxes if (one := _attention(node, makers, users, graph))]
    if not found:
        return 0
    from onnx import TensorProto

    mask = graph.add("Cast", [_MASK], to=TensorProto.INT32)
    graph.remove(one.last for one in found)
    for one in found:
        inputs = [one.query, one.key, one.value, "", mask]
        own_scale = {} if math.isnan(one.scale) else {"scale": one.scale}
        output = one.last.output[0]
        graph.add(
            "MultiHeadAttention", inputs, output, domain=MICROSOFT, num_heads=heads, **own_scale
        )
    return len(found)


def _attention(
    softmax: NodeProto,
    makers: Mapping[str, NodeProto],
    users: Mapping[str, list[NodeProto]],
    graph: Graph,
) -> _Attention | None:
    masked = makers.get(softmax.input[0])
    if masked is None or masked.op_type != "Add":
        return None
    of_scores = [_maker(name, makers, graph) for name in masked.input]
    scores = next((made for made in of_scores if made and made[0].op_type == "MatMul"), None)
    if not any(_is_mask(name, makers) for name in masked.input):
        return None
    mixed = _user(users, softmax, "MatMul")
    last = _user(users, _user(users, mixed, "Transpose"), "Reshape")
    if scores is None or mixed is None or last is None:
        return None
    sources = [_maker(name, makers, graph) for name in (*scores[0].input, mixed.input[1])]
    query, key, value = (
        source if source and _is_linear(source[0], makers, graph) else None for source in sources
    )
    if query is None or key is None or value is None or value[1] != 1:
        return None
    scale = scores[1] * query[1] * key[1]
    return _Attention(query[0].output[0], key[0].output[0], value[0].output[0], scale, last)


def _is_mask(name: str, makers: Mapping[str, NodeProto]) -> bool:
    """Whether a value is made of the mask of tokens and of shapes only."""
    waiting, seen = [name], set[str]()
    while waiting:
        name = waiting.pop()
        if name in makers and name not in seen:
            if makers[name].op_type not in _OF_MASK:
                return False
            waiting += makers[name].input
        seen.add(name)
    return _MASK in seen


def _user(
    users: Mapping[str, list[NodeProto]], node: NodeProto | None, operator: str
) -> NodeProto | None:
    """The only user of a node's output, if it is this operator."""
    if node is None:
        return None
    found = users[node.output[0]]
    return found[0] if len(found) == 1 and found[0].op_type == operator else None


def _maker(
    name: str, makers: Mapping[str, NodeProto], graph: Graph
) -> tuple[NodeProto, float] | None:
    """What makes a value, but for changes of its shape and scale, and that scale."""
    scale = 1.0
    while (node := makers.get(name)) is not None:
        if node.op_type in ("Mul", "Div"):
            factor = _factor(node.input[1], makers, graph)
            if factor is None:
                return None
            scale *= factor if node.op_type == "Mul" else 1 / factor
        elif node.op_type not in ("Transpose", "Reshape"):
            return node, scale
        name = node.input[0]
    return None


def _factor(name: str, makers: Mapping[str, NodeProto], graph: Graph) -> float | None:
    """A number to scale by; NaN for the root of the head size, which torch's exporter computes."""
    if name in makers:
        return math.nan if makers[name].op_type == "Sqrt" else None
    values = graph.constant(name)
    return float(values.item()) if values is not None and values.size == 1 else None


def _is_linear(node: NodeProto, makers: Mapping[str, NodeProto], graph: Graph) -> bool:
    """Whether this is a weight product, or the addition of its bias."""
    if node.op_type == "MatMul":
        return graph.constant_shape(node.input[1]) is not None
    if node.op_type != "Add":
        return False
    made = [makers[name] for name in node.input if name in makers]
    has_bias = any(graph.constant_shape(name) is not None for name in node.input)
    return has_bias and len(made) == 1 and _is_linear(made[0], makers, graph)
