from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from export.quantisation.fusion import fuse_attention
from export.quantisation.graph import Graph
from tagcli import load
from tagcli.models.directory import ONNX
from tagcli.records import Document
from tests.support.tiny_models import SHAPES, ModelMaker, all_sentences, edit_json

HEADS, LAYERS = 2, 2


def as_written(model: bytes | str, feed: dict[str, Any]) -> np.ndarray:
    """The logits of the graph as it is: onnxruntime would fuse attention itself."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    names = [value.name for value in session.get_inputs()]
    logits: np.ndarray = session.run(["logits"], {name: feed[name] for name in names})[0]
    return logits


def simplified(model: str, tmp_path: Any) -> Graph:
    """The graph with its constants folded, as quantisation has it before it fuses."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(tmp_path / "simple.onnx")
    onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return Graph.load(tmp_path / "simple.onnx")


def padded(folder: Any) -> dict[str, Any]:
    """Sentences of unlike lengths in one batch, with the model's own padding."""
    tagger = load(str(folder), device="cpu", threads=1)
    rows = [one.ids for one in tagger.inputs(map(Document, ["Köln", *all_sentences()[:5]]))]
    ids = np.full((len(rows), max(map(len, rows))), tagger.model.pad_id, np.int64)
    mask = np.zeros_like(ids)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
        mask[i, : len(row)] = 1
    assert (mask == 0).sum() > 20
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}


def fused_nodes(graph: Graph) -> list[Any]:
    return [node for node in graph.finished().graph.node if node.op_type == "MultiHeadAttention"]


@pytest.mark.parametrize("shape", SHAPES)
def test_fused_attention_gives_the_float_logits(
    float_model: ModelMaker, tmp_path: Any, shape: str
) -> None:
    model, feed = str(float_model(shape) / ONNX), padded(float_model(shape))
    graph = simplified(model, tmp_path)
    assert fuse_attention(graph, HEADS) == LAYERS
    made = graph.finished()
    assert len(fused_nodes(graph)) == LAYERS
    assert not [node for node in made.graph.node if node.op_type == "Softmax"]
    before, after = as_written(model, feed), as_written(made.SerializeToString(), feed)
    seen = feed["attention_mask"].astype(bool)
    np.testing.assert_allclose(after[seen], before[seen], atol=1e-4)


def test_a_scale_of_its_own_is_kept(float_model: ModelMaker, tmp_path: Any) -> None:
    """Scores that are divided by what is not the root of the head size."""
    from onnx import numpy_helper

    graph = simplified(str(float_model("electra") / ONNX), tmp_path)
    makers = graph.makers()
    divisors = {
        node.input[1]
        for node in graph.nodes
        if node.op_type == "Div" and makers[node.input[0]].op_type == "MatMul"
    }
    model = graph.finished()
    for tensor in model.graph.initializer:
        if tensor.name in divisors:
            tensor.CopyFrom(numpy_helper.from_array(np.float32(9), tensor.name))
    before = as_written(model.SerializeToString(), feed := padded(float_model("electra")))
    changed = Graph(model)
    assert fuse_attention(changed, HEADS) == LAYERS
    assert [a.f for n in fused_nodes(changed) for a in n.attribute if a.name == "scale"] == [
        pytest.approx(1 / 9)
    ] * LAYERS
    after = as_written(changed.finished().SerializeToString(), feed)
    seen = feed["attention_mask"].astype(bool)
    np.testing.assert_allclose(after[seen], before[seen], atol=1e-4)


@pytest.mark.parametrize("spoilt", ["query", "value", "scores"])
def test_what_is_not_that_attention_is_left_alone(
    float_model: ModelMaker, tmp_path: Any, spoilt: str
) -> None:
    """Something else than a linear layer before, or more than a scale and a mask on the scores."""
    graph = simplified(str(float_model("bert") / ONNX), tmp_path)
    softmax = next(node for node in graph.nodes if node.op_type == "Softmax")
    makers, users = graph.makers(), graph.users()
    masked = makers[softmax.input[0]]
    scores = next(makers[name] for name in masked.input if makers[name].op_type == "MatMul")
    (mixed,) = users[softmax.output[0]]
    node, at = {"query": (scores, 0), "value": (mixed, 1), "scores": (masked, 0)}[spoilt]
    node.input[at] = graph.add("Tanh", [node.input[at]])
    if spoilt == "scores":  # both of its inputs, for either may be the mask
        node.input[1] = graph.add("Tanh", [node.input[1]])
    assert fuse_attention(graph, HEADS) == LAYERS - 1
    kept = [n.name for n in graph.finished().graph.node if n.op_type == "Softmax"]
    assert kept == [softmax.name]


def test_attention_to_what_came_before_is_left_alone(
    checkpoint_copy: ModelMaker, tmp_path: Any
) -> None:
    """The mask of tokens alone would let every token see all the others."""
    from export.model_directory.onnx_export import export_float

    folder = checkpoint_copy("bert")
    edit_json(folder / "config.json", is_decoder=True)
    graph = simplified(str(export_float(folder, tmp_path / "model") / ONNX), tmp_path)
    assert fuse_attention(graph, HEADS) == 0


def test_a_model_without_a_mask_is_left_alone(float_model: ModelMaker, tmp_path: Any) -> None:
    graph = simplified(str(float_model("bert") / ONNX), tmp_path)
    (mask,) = [value for value in graph.model.graph.input if value.name == "attention_mask"]
    mask.name = "other"
    assert fuse_attention(graph, HEADS) == 0
