"""An ONNX file whose weights lie beside it in a safetensors file."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from tagcli.models.int8_weights import SMOOTHED, WEIGHTS

if TYPE_CHECKING:
    from pathlib import Path

    from onnx import ModelProto, TensorProto

_LEAST_BYTES = 1024  # smaller ones stay in the graph
_PARAMETER = re.compile(r"[A-Za-z_]\w*(\.\w+)+")


def save_with_weights(model: ModelProto, out_file: Path) -> None:
    """Write the graph, and its parameters and large constants to WEIGHTS in the same folder, where
    they are mapped into memory instead of read.

    Source: https://onnx.ai/onnx/repo-docs/ExternalData.html and
    https://huggingface.co/docs/safetensors (format).
    """
    import onnx
    from onnx import numpy_helper
    from safetensors.numpy import save

    apart = {
        tensor.name: tensor
        for tensor in model.graph.initializer
        if _PARAMETER.fullmatch(tensor.name) or tensor.ByteSize() >= _LEAST_BYTES
    }
    path = out_file.parent / WEIGHTS
    arrays = {name: numpy_helper.to_array(tensor) for name, tensor in apart.items()}
    metadata = {entry.key: entry.value for entry in model.metadata_props if entry.key == SMOOTHED}
    path.write_bytes(save(arrays, metadata or None))
    for name, (start, end) in _places(path).items():
        _set_place(apart[name], start, end)
    onnx.save(model, out_file)


def _places(path: Path) -> dict[str, tuple[int, int]]:
    """Where every tensor starts and ends in the file."""
    with path.open("rb") as file:
        header_length = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(header_length))
    first = 8 + header_length
    return {
        name: (first + entry["data_offsets"][0], first + entry["data_offsets"][1])
        for name, entry in header.items()
        if name != "__metadata__"
    }


def _set_place(tensor: TensorProto, start: int, end: int) -> None:
    from onnx import TensorProto

    name, kind, shape = tensor.name, tensor.data_type, list(tensor.dims)
    tensor.Clear()
    tensor.name, tensor.data_type = name, kind
    tensor.dims.extend(shape)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", WEIGHTS), ("offset", start), ("length", end - start)):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, str(value)
