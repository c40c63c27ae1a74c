"""Ways to make a float model small and fast on the CPU: the registry of methods."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from export.calibration import calibration_inputs, see_activations
from export.fusion import fuse_attention
from export.graph import Graph, save_model
from export.int8_graph import quantise_embeddings, quantise_products
from export.onnx_export import write_config
from tagcli.errors import UsageError
from tagcli.models import CONFIG, ONNX, TOKENIZER, read_model

if TYPE_CHECKING:
    from onnx import ModelProto

DEFAULT = "rows"
# Fused, these are slower than apart (onnxruntime 1.32)
_LEFT_APART = ["SkipLayerNormFusion", "BiasGeluFusion"]
_BLOCK = 32
_WEIGHTS_FILE = "session.optimized_model_external_initializers_file_name"
_WEIGHTS_SIZE = "session.optimized_model_external_initializers_min_size_in_bytes"
_LEAST_WEIGHT_BYTES = 4096


def _rows(float_model: Path, texts: Sequence[Path]) -> ModelProto:
    graph = _fused(float_model)
    quantise_products(graph)
    quantise_embeddings(graph)
    return graph.finished()


def _calibrated(float_model: Path, texts: Sequence[Path]) -> ModelProto:
    if not texts:
        raise UsageError("calibrated int8 needs text: give --calibrate FILE")
    graph = _fused(float_model)
    quantise_products(graph, see_activations(graph, calibration_inputs(float_model, texts)))
    quantise_embeddings(graph)
    return graph.finished()


def _dynamic(float_model: Path, texts: Sequence[Path]) -> ModelProto:
    """Source: optimum.onnxruntime.ORTQuantizer."""
    import onnx
    from onnxruntime.quantization import QuantFormat, QuantizationMode, QuantType
    from optimum.onnxruntime import ORTQuantizer
    from optimum.onnxruntime.configuration import QuantizationConfig

    settings = QuantizationConfig(
        is_static=False,
        format=QuantFormat.QOperator,
        mode=QuantizationMode.IntegerOps,
        activations_dtype=QuantType.QUInt8,
        weights_dtype=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        operators_to_quantize=["MatMul", "Gather"],
    )
    with tempfile.TemporaryDirectory(dir=float_model.parent) as folder:
        ORTQuantizer.from_pretrained(float_model, file_name=ONNX).quantize(settings, folder)
        return onnx.load(next(Path(folder).glob("*.onnx")))


def _blocks(bits: int) -> Callable[[Path, Sequence[Path]], ModelProto]:
    """Source: onnxruntime.quantization.matmul_nbits_quantizer, activations in int8 by block."""

    def make(float_model: Path, texts: Sequence[Path]) -> ModelProto:
        from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

        quantizer = MatMulNBitsQuantizer(
            _fused(float_model).finished(),
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


METHODS: dict[str, tuple[str, Callable[[Path, Sequence[Path]], ModelProto]]] = {
    "rows": ("int8, every token with a scale of its own", _rows),
    "calibrated": ("int8, scales fixed on --calibrate text, channels smoothed", _calibrated),
    "dynamic": ("int8, a scale for each batch, on which results then depend", _dynamic),
    "blocks8": ("8 bits, a scale for 32 weights", _blocks(8)),
    "blocks4": ("4 bits, a scale for 32 weights", _blocks(4)),
}
"""What each method does, and the function from a float model directory and texts to a graph."""


def quantise(
    float_model: Path, out_dir: Path, method: str = DEFAULT, texts: Sequence[Path] = ()
) -> Path:
    """Write a float model directory as a quantised one and return it; `texts` are for methods
    that look at text. Raises UsageError where a method cannot be used."""
    made = METHODS[method][1](float_model, texts)
    out_dir.mkdir(parents=True, exist_ok=True)
    _optimise(made, out_dir / ONNX)
    shutil.copyfile(float_model / TOKENIZER, out_dir / TOKENIZER)
    name = method if method.startswith("blocks") else "int8"
    write_config(float_model, out_dir, read_model(float_model), name)
    return out_dir


def _fused(float_model: Path) -> Graph:
    """The float graph with onnxruntime's portable simplifications, and attention as one node."""
    with tempfile.TemporaryDirectory(dir=float_model.parent) as folder:
        simple = Path(folder) / ONNX
        _rewrite(float_model / ONNX, simple, "ORT_ENABLE_BASIC")
        graph = Graph.load(simple)
    config = json.loads((float_model / CONFIG).read_text(encoding="utf-8"))
    if heads := config.get("num_attention_heads"):
        fuse_attention(graph, int(heads))
    return graph


def _optimise(model: ModelProto, out_file: Path) -> None:
    """Write the graph with its nodes fused, so that no start has to do that again, and its
    weights beside it, where they are mapped into memory instead of read."""
    with tempfile.TemporaryDirectory(dir=out_file.parent) as folder:
        whole = Path(folder) / ONNX
        save_model(model, whole)
        _rewrite(whole, out_file, "ORT_ENABLE_EXTENDED")


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
