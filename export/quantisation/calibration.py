"""What goes into a float model's weight products, seen on text."""

from __future__ import annotations

import tempfile
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from export.quantisation.graph import Graph, save_model
from export.quantisation.int8_graph import Activations, Products, smoothing, weight_products
from tagcli.errors import UsageError
from tagcli.models.directory import ONNX
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input
from tagcli.tagger import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy.typing as npt

    from tagcli.inference.encoding import ModelInput
    from tagcli.records import Document

    Feed = dict[str, npt.NDArray[np.int64]]

RECORDS = 256
"""How many records are looked at, over all files."""

_ROWS_KEPT = 3  # of so many rows of an input one is kept for its range
_PERCENTILE = 99.99
_SMALLEST = 1e-6
# An input whose largest value is so many times that of a usual row has outliers in single rows
_OUTLIERS = 8.0
_USUAL_CHANNELS = 99.8  # per cent; the others are no greater than these, once levelled


def calibration_inputs(
    float_model: Path, files: Sequence[Path], records: int = RECORDS
) -> list[ModelInput]:
    """The model's inputs for so many records of all files, spread over them, as tagging makes
    them."""
    tagger = load(str(float_model), backend="onnx", device="cpu")
    windows: list[ModelInput] = []
    for path in files:
        documents = [d for d in read_documents(Input(str(path)), None, ReaderOptions()) if d.text]
        windows += tagger.inputs(_spread(documents, records // len(files)))
    if not windows:
        raise UsageError("there is no text to calibrate on: give --calibrate FILE")
    return windows


def feed_of(window: ModelInput) -> Feed:
    """The inputs of a graph by their names, shape (1, tokens)."""
    ids = window.ids[None]
    return {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
    }


def _spread(documents: Sequence[Document], count: int) -> Iterator[Document]:
    step = max(1, len(documents) // max(1, count))
    return islice(documents, 0, step * count, step)


def see_activations(
    graph: Graph, feeds: Iterable[Feed], fix_all: bool = False
) -> dict[str, Activations]:
    """The smoothing and range of every input of a weight product; unless `fix_all`, no range for
    those with outliers in single rows, which one scale serves badly."""
    products = {one.name: one for one in weight_products(graph)}
    largest: dict[str, npt.NDArray[np.float32]] = {}
    kept: dict[str, list[npt.NDArray[np.float32]]] = {name: [] for name in products}
    for values in _values(graph, list(products), feeds):
        for name, rows in zip(products, values, strict=True):
            most = np.abs(rows).max(axis=0)
            largest[name] = np.maximum(largest[name], most) if name in largest else most
            kept[name].append(rows[::_ROWS_KEPT].copy())  # a view would keep all
    return {
        name: _activations(one, largest[name], np.concatenate(kept[name]), fix_all)
        for name, one in products.items()
    }


def _activations(
    products: Products,
    largest: npt.NDArray[np.float32],
    rows: npt.NDArray[np.float32],
    fix_all: bool,
) -> Activations:
    factors, percentile = smoothing(products, largest), _PERCENTILE
    of_rows = np.abs(rows / factors).max(axis=1)
    if of_rows.max() > _OUTLIERS * np.median(of_rows):
        if not fix_all:
            return Activations(factors)
        factors, percentile = level(factors, largest), 100
    low, high = np.percentile(rows / factors, [100 - percentile, percentile])
    return Activations(factors, (float(low), float(high)))


def level(
    factors: npt.NDArray[np.float32], largest: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """The smoothing `factors`, shape (channels,), greater for the few channels that stand out all
    the same: the outliers of a transformer are in one or two, whose weights can take them over."""
    usual = np.percentile(largest / factors, _USUAL_CHANNELS)
    levelled: npt.NDArray[np.float32] = np.maximum(factors, largest / max(usual, _SMALLEST))
    return levelled.astype(np.float32)


def _values(graph: Graph, names: list[str], feeds: Iterable[Feed]) -> Iterator[list[Any]]:
    """The values of these names for every input, each of shape (tokens, channels)."""
    import onnxruntime
    from onnx import TensorProto, helper

    model = graph.finished()
    known = {value.name for value in model.graph.output}
    model.graph.output.extend(
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
        for name in names
        if name not in known
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ONNX
        save_model(model, path)
        del model
        session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        wanted = {value.name for value in session.get_inputs()}
        for feed in feeds:
            values = session.run(names, {name: feed[name] for name in wanted})
            yield [value.reshape(-1, value.shape[-1]) for value in values]
