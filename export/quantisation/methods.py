"""Ways to make a float model small and fast on the CPU: the registry of methods."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from export.model_directory.onnx_export import export_float, write_model_config
from export.quantisation.calibration import calibration_inputs, feed_of, see_activations
from export.quantisation.fusion import fuse_attention
from export.quantisation.graph import Graph, own_parameters, save_model
from export.quantisation.int8_graph import (
    by_input,
    by_module,
    quantise_embeddings,
    quantise_products,
)
from export.quantisation.weights_file import save_with_weights
from tagcli.errors import UsageError, to_nobody
from tagcli.models.config import read_config
from tagcli.models.directory import INT8, ONNX, TOKENIZER, read_model

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Sequence

    from onnx import ModelProto

DEFAULT = "rows"
TUNING_RECORDS = 6_000
"""How many records weights are tuned on, over all files."""

# Fused, these are slower than apart (onnxruntime 1.32)
_LEFT_APART = ["SkipLayerNormFusion", "BiasGeluFusion"]
_BLOCK = 32
_WEIGHTS_FILE = "session.optimized_model_external_initializers_file_name"
_WEIGHTS_SIZE = "session.optimized_model_external_initializers_min_size_in_bytes"
_LEAST_WEIGHT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Origin:
    """What a small model is made of: a checkpoint, its float export (a model directory), texts
    for the methods that look at text, and who is told of progress."""

    checkpoint: Path
    float_model: Path
    texts: Sequence[Path] = ()
    note: Callable[[str], None] = to_nobody


@dataclass(frozen=True, slots=True)
class Method:
    """What a method does, in words, and the function that makes a graph; whether it looks at text,
    and whether torch can read the weights, too."""

    summary: str
    make: Callable[[Origin], ModelProto]
    needs_text: bool = False
    for_torch: bool = False


def _rows(origin: Origin) -> ModelProto:
    graph = _fused(origin.float_model)
    quantise_products(graph)
    quantise_embeddings(graph)
    return graph.finished()


def _calibrated(origin: Origin) -> ModelProto:
    graph = _fused(origin.float_model)
    inputs = calibration_inputs(origin.float_model, origin.texts)
    quantise_products(graph, see_activations(graph, map(feed_of, inputs)))
    quantise_embeddings(graph)
    return graph.finished()


def _tuned(origin: Origin) -> ModelProto:
    from export.quantisation.tuning import tune

    before = _fused(origin.float_model)
    inputs = calibration_inputs(origin.float_model, origin.texts)
    seen = by_module(before, see_activations(before, map(feed_of, inputs), fix_all=True))
    inputs = calibration_inputs(origin.float_model, origin.texts, TUNING_RECORDS)
    with tempfile.TemporaryDirectory(dir=origin.float_model.parent) as folder:
        checkpoint = tune(origin.checkpoint, seen, inputs, Path(folder) / "tuned", origin.note)
        graph = _fused(export_float(checkpoint, Path(folder) / "float"))
    quantise_products(graph, by_input(graph, seen))
    quantise_embeddings(graph)
    return graph.finished()


def _dynamic(origin: Origin) -> ModelProto:
    """Source: onnxruntime.quantization.quantize_dynamic."""
    import onnx
    from onnxruntime.quantization import QuantizationMode, QuantType
    from onnxruntime.quantization.onnx_quantizer import ONNXQuantizer

    quantizer = ONNXQuantizer(
        onnx.load(origin.float_model / ONNX),
        per_channel=True,
        reduce_range=True,
        mode=QuantizationMode.IntegerOps,
        static=False,
        weight_qType=QuantType.QInt8,
        activation_qType=QuantType.QUInt8,
        tensors_range=None,
        nodes_to_quantize=[],
        nodes_to_exclude=[],
        op_types_to_quantize=["MatMul", "Gather"],
    )
    quantizer.quantize_model()
    quantizer.model.topological_sort()
    made: ModelProto = quantizer.model.model
    return made


def _blocks(bits: int) -> Callable[[Origin], ModelProto]:
    """Source: onnxruntime.quantization.matmul_nbits_quantizer, activations in int8 by block."""

    def make(origin: Origin) -> ModelProto:
        from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

        quantizer = MatMulNBitsQuantizer(
            _fused(origin.float_model).finished(),
            bits=bits,
            block_size=_BLOCK,
            is_symmetric=True,
            accuracy_level=4,
        )
        quantizer.process()
        graph = Graph(quantizer.model.model)
        quantise_embeddings(graph)
        return graph.finished()

    return make


METHODS = {
    "rows": Method("int8, every token with a scale of its own", _rows, for_torch=True),
    "calibrated": Method(
        "int8, scales fixed on --calibrate text, channels smoothed",
        _calibrated,
        needs_text=True,
        for_torch=True,
    ),
    "tuned": Method(
        "int8, all scales fixed, weights tuned to that on --calibrate text for some minutes",
        _tuned,
        needs_text=True,
        for_torch=True,
    ),
    "dynamic": Method("int8, a scale for each batch, on which results then depend", _dynamic),
    "blocks8": Method("8 bits, a scale for 32 weights", _blocks(8)),
    "blocks4": Method("4 bits, a scale for 32 weights", _blocks(4)),
}
"""The methods by name."""


def quantise(origin: Origin, out_dir: str | os.PathLike[str], method: str = DEFAULT) -> Path:
    """Write a quantised model directory and return it. Raises UsageError where a method cannot
    be used."""
    out_dir = Path(out_dir)
    if METHODS[method].needs_text and not origin.texts:
        raise UsageError(f"{method} int8 needs text: give --calibrate FILE")
    made, float_model = METHODS[method].make(origin), origin.float_model
    out_dir.mkdir(parents=True, exist_ok=True)
    _optimise(made, out_dir / ONNX)
    shutil.copyfile(float_model / TOKENIZER, out_dir / TOKENIZER)
    name = INT8 if METHODS[method].for_torch else method
    write_model_config(float_model, out_dir, read_model(float_model), name)
    return out_dir


def _fused(float_model: Path) -> Graph:
    """The float graph with onnxruntime's portable simplifications, and attention as one node."""
    with tempfile.TemporaryDirectory(dir=float_model.parent) as folder:
        simple = Path(folder) / ONNX
        _rewrite(float_model / ONNX, simple, "ORT_ENABLE_BASIC")
        graph = Graph.load(simple)
    own_parameters(graph)
    if heads := read_config(float_model).get("num_attention_heads"):
        fuse_attention(graph, int(heads))
    return graph


def _optimise(model: ModelProto, out_file: Path) -> None:
    """Write the graph with its nodes fused, so that no start has to do that again, and its
    weights beside it."""
    import onnx

    with tempfile.TemporaryDirectory(dir=out_file.parent) as folder:
        whole, optimised = Path(folder) / "whole.onnx", Path(folder) / ONNX
        save_model(model, whole)
        _rewrite(whole, optimised, "ORT_ENABLE_EXTENDED")
        save_with_weights(onnx.load(optimised), out_file)


def _rewrite(model: Path, out_file: Path, level: str) -> None:
    """Write a model as onnxruntime simplifies it, its weights beside it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.add_session_config_entry(_WEIGHTS_FILE, f"{out_file.name}_data")
    options.add_session_config_entry(_WEIGHTS_SIZE, str(_LEAST_WEIGHT_BYTES))
    options.optimized_model_filepath = str(out_file)
    options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, level)
    options.log_severity_level = 3
    onnxruntime.InferenceSession(
        str(model), options, providers=["CPUExecutionProvider"], disabled_optimizers=_LEFT_APART
    )
