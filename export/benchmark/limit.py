"""What the processor could do: the rate of matrix products at a model's own shapes."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tagcli.errors import UsageError
from tagcli.inference.batching import Batcher, Job
from tagcli.records import Document
from tagcli.tagger import Tagger, load

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from export.benchmark.comparison import Measured
    from export.benchmark.peers import PeerSettings

Shapes = Counter[tuple[int, int]]

# Operators with a constant weight, and the input that it is
_WEIGHT_INPUT = {
    "MatMul": 1, "MatMulInteger": 1, "MatMulIntegerToFloat": 1, "DynamicQuantizeMatMul": 1,
    "QLinearMatMul": 3,
}  # fmt: skip
SECONDS = 0.3
"""How long a product is repeated."""


def product_shapes(model: Path) -> Shapes:
    """How often an ONNX model multiplies by a weight of shape (inputs, outputs)."""
    import onnx

    graph = onnx.load(model, load_external_data=False).graph
    weights = {w.name: tuple(w.dims) for w in graph.initializer if len(w.dims) == 2}
    shapes: Shapes = Counter()
    for node in graph.node:
        if node.op_type == "MatMulNBits":
            size = {a.name: a.i for a in node.attribute}
            shapes[size["K"], size["N"]] += 1
        elif (at := _WEIGHT_INPUT.get(node.op_type)) and node.input[at] in weights:
            shapes[weights[node.input[at]]] += 1
    return shapes


def operations_per_token(shapes: Shapes) -> int:
    """Multiplications and additions in the weight products of one token."""
    return sum(2 * inputs * outputs * count for (inputs, outputs), count in shapes.items())


def gemm_rates(shapes: Shapes, rows: int, settings: PeerSettings) -> dict[str, float]:
    """Operations a second by library and kind on the threads or the device of the settings,
    `rows` tokens a product.

    ONNX Runtime is asked in both ways, one product on all threads and a product a thread; the
    better one counts.
    """
    threads = settings.threads
    largest = Counter({shape: n for shape, n in shapes.items() if min(shape) >= 64}) or shapes
    rates = {}
    if settings.device == "cuda":
        return {f"torch {kind}": _cuda_rate(kind, largest, rows) for kind in ("fp16", "fp32")}
    for kind in ("int8", "fp32"):
        many = _rate(largest, rows, threads, partial(_onnx, kind, rows, 1))
        one = _rate(largest, rows, 1, partial(_onnx, kind, rows, threads))
        rates[f"onnxruntime {kind}"] = max(many, one)
        torch_rate = _torch_rate(kind, largest, rows, threads)
        if torch_rate is not None:
            rates[f"torch {kind}"] = torch_rate
    return rates


def _rate(
    shapes: Shapes, rows: int, threads: int, make: Callable[[tuple[int, int]], Callable[[], Any]]
) -> float:
    """Operations a second of `threads` threads, each with products of its own."""
    operations = seconds = 0.0
    with ThreadPoolExecutor(threads) as pool:
        for shape, count in shapes.items():
            products = [make(shape) for _ in range(threads)]
            times = list(pool.map(_seconds_each, products))
            seconds += count * max(times) / threads
            operations += count * 2.0 * rows * shape[0] * shape[1]
    return operations / seconds


def _seconds_each(product: Callable[[], Any]) -> float:
    product()
    began, count = time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS:
        product()
        count += 1
    return (time.perf_counter() - began) / count


def _onnx(kind: str, rows: int, threads: int, shape: tuple[int, int]) -> Callable[[], Any]:
    import onnxruntime
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(0)
    operator, types, dtypes = {
        "int8": ("MatMulInteger", (TensorProto.UINT8, TensorProto.INT32), (np.uint8, np.int8)),
        "fp32": ("MatMul", (TensorProto.FLOAT, TensorProto.FLOAT), (np.float32, np.float32)),
    }[kind]
    feed = random.integers(0, 64, (rows, shape[0])).astype(dtypes[0])
    weight = random.integers(-64, 64, shape).astype(dtypes[1])
    graph = helper.make_graph(
        [helper.make_node(operator, ["x", "w"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", types[0], [rows, shape[0]])],
        [helper.make_tensor_value_info("y", types[1], [rows, shape[1]])],
        [numpy_helper.from_array(weight, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    return lambda: session.run(None, {"x": feed})


def _torch_rate(kind: str, shapes: Shapes, rows: int, threads: int) -> float | None:
    """That of one product on all threads; None without torch or without the operator."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(threads)

    def make(shape: tuple[int, int]) -> Callable[[], Any]:
        if kind == "fp32":
            x, w = torch.rand(rows, shape[0]), torch.rand(*shape)
            return lambda: torch.mm(x, w)
        a = torch.randint(-64, 64, (rows, shape[0]), dtype=torch.int8)
        b = torch.randint(-64, 64, shape, dtype=torch.int8)
        return lambda: torch._int_mm(a, b)

    try:
        with torch.inference_mode():
            return _rate(shapes, rows, 1, make)
    except RuntimeError:
        return None


def _cuda_rate(kind: str, shapes: Shapes, rows: int) -> float:
    import torch

    def make(shape: tuple[int, int]) -> Callable[[], Any]:
        dtype = torch.float16 if kind == "fp16" else torch.float32
        x = torch.rand(rows, shape[0], device="cuda", dtype=dtype)
        w = torch.rand(*shape, device="cuda", dtype=dtype)

        def product() -> None:
            torch.mm(x, w)
            torch.cuda.synchronize()

        return product

    return _rate(shapes, rows, 1, make)


@dataclass(frozen=True, slots=True)
class Limit:
    """Operations in the weight products of a token, how many a second each library reaches at
    best, by kind, and how many the model alone and the whole tagging do."""

    operations_per_token: int
    rates: dict[str, float]
    inference: float
    tagging: float
    quantised: bool


def measure_limit(settings: PeerSettings, lines: Sequence[str], nertag: Measured) -> Limit:
    """The rates of products at the model's shapes, and what nertag makes of them."""
    tagger = load(settings.model, device=settings.device, threads=settings.threads)
    if tagger.model.onnx is None:
        raise UsageError(f"{tagger.model.folder} has no model.onnx to take the shapes from")
    shapes = product_shapes(tagger.model.onnx)
    if not shapes:
        raise UsageError(f"{tagger.model.onnx} has no weight products to measure the limit with")
    operations = operations_per_token(shapes)
    documents = [Document(line) for line in lines]
    windows = [Job(None, one.ids, one.rows) for one in tagger.inputs(documents)]
    tokens = sum(len(job.ids) for job in windows if job.ids is not None)
    return Limit(
        operations,
        gemm_rates(shapes, tagger.backend.batch_tokens, settings),
        operations * tokens / _inference_seconds(tagger, windows),
        operations * tokens / statistics.median(nertag.seconds),
        tagger.model.quantisation is not None and settings.device != "cuda",
    )


def _inference_seconds(tagger: Tagger, jobs: Sequence[Job[None]]) -> float:
    """Seconds of the model alone in the batches of tagging: no text in, none out."""
    backend = tagger.backend
    batcher: Batcher[None] = Batcher(
        backend.run, backend.batch_tokens, tagger.model.pad_id, backend.workers
    )
    for _ in range(2):  # the first one warms up
        began = time.perf_counter()
        for _ in batcher.stream(jobs):
            pass
        seconds = time.perf_counter() - began
    return seconds
