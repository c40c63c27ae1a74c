"""Dynamic int8 weights for the CPU, embeddings included, through optimum; and what they cost."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from export.evaluation import evaluate
from export.onnx_export import write_config
from export.scores import SpanCounts
from tagcli.errors import NertagError
from tagcli.models import ONNX, TOKENIZER, read_model
from tagcli.tagger import load

INT8 = "int8"


def quantise(float_model: Path, out_dir: Path) -> Path:
    """Write a float model directory as an int8 one and return it.

    Weights are int8, per channel, activations are quantised as they come. The weights use 7 of
    the 8 bits (reduced range): on processors without VNNI the products of full-range weights
    saturate and results change from machine to machine (onnxruntime issues 6004, 14642).
    Source: optimum.onnxruntime.ORTQuantizer.
    """
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
    with tempfile.TemporaryDirectory(dir=out_dir.parent) as folder:
        ORTQuantizer.from_pretrained(float_model, file_name=ONNX).quantize(settings, folder)
        quantised = next(Path(folder).glob("*.onnx"))
        out_dir.mkdir(parents=True, exist_ok=True)
        _optimise(quantised, out_dir / ONNX)
    shutil.copyfile(float_model / TOKENIZER, out_dir / TOKENIZER)
    write_config(float_model, out_dir, read_model(float_model), INT8)
    return out_dir


def _optimise(quantised: Path, out_file: Path) -> None:
    """Write the graph with its nodes fused, which onnxruntime would do at every start otherwise."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(out_file)
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.log_severity_level = 3
    onnxruntime.InferenceSession(str(quantised), options, providers=["CPUExecutionProvider"])


@dataclass(frozen=True, slots=True)
class TestScores:
    """F1 of a file, of the float model and of the one made from it (the same if it is float)."""

    file: Path
    before: SpanCounts
    after: SpanCounts


def measure_loss(
    float_model: Path,
    made: Path,
    tests: Iterable[Path],
    max_loss: float,
    tell: Callable[[str], None],
) -> list[TestScores]:
    """F1 of both models on every test file.

    Raises NertagError where quantisation lost more than `max_loss` points of F1.
    """
    scores = []
    for path in tests:
        before = evaluate(load(str(float_model)), path)
        after = before if made == float_model else evaluate(load(str(made)), path)
        scores.append(TestScores(path, before, after))
        tell(f"{path.name}: F1 {before.f1():.4f} as float, {after.f1():.4f} as exported")
        loss = 100 * (before.f1() - after.f1())
        if loss > max_loss:
            raise NertagError(
                f"{path}: int8 loses {loss:.1f} points of F1, more than --max-loss {max_loss}; "
                "export with --float, or allow it"
            )
    return scores
