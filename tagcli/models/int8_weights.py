"""The weights of an int8 model in one safetensors file, which onnxruntime maps and torch reads.

A weight of a linear layer is stored as integers, shape (inputs, outputs), under its name and
BY_COLUMN, an embedding table, shape (rows, width), under its name and BY_ROW, the scales of either
under the same name and SCALE; other parameters as they are. Where the channels of a layer's input
were smoothed, the file's metadata name the vector, shape (inputs,), that its weight is to be
multiplied with. What else the graph needs lies in the file, too, under names of its own.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tagcli.errors import UsageError, reason_of

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

WEIGHTS = "weights.safetensors"
BY_COLUMN, BY_ROW, SCALE = ".by_column", ".by_row", ".scale"
SMOOTHED = "smoothed"
"""The metadata entry: a JSON object from parameters to names of vectors."""
_LONGEST_HEADER = 100_000_000


def check_whole(path: Path) -> None:
    """Raise UsageError for a file that is no safetensors file or not all of one.

    Source: https://huggingface.co/docs/safetensors (format: the length of the header in eight
    bytes, the header in JSON, the data).
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(min(length, _LONGEST_HEADER)))
            ends = [
                int(entry["data_offsets"][1])
                for name, entry in header.items()
                if name != "__metadata__"
            ]
        said = 8 + length + max(ends, default=0)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError):
        raise UsageError(f"{path} is no safetensors file") from None
    if (size := path.stat().st_size) != said:
        raise UsageError(f"{path} has {size} bytes and should have {said}: it is not whole")


def float_parameters(path: Path) -> dict[str, Tensor]:
    """The parameters in float32, by the names they had in the checkpoint.

    Raises UsageError for a file that cannot be read.

    Source: https://huggingface.co/docs/safetensors (safe_open).
    """
    import torch
    from safetensors import SafetensorError, safe_open

    found: dict[str, Tensor] = {}
    try:
        with safe_open(path, framework="pt") as file:
            smoothed = json.loads((file.metadata() or {}).get(SMOOTHED, "{}"))
            for name in file.keys():  # noqa: SIM118
                parameter, dot, kind = name.rpartition(".")
                if dot + kind not in (BY_COLUMN, BY_ROW):
                    found[name] = file.get_tensor(name)
                    continue
                values = file.get_tensor(name).to(torch.float32) * file.get_tensor(name + SCALE)
                if parameter in smoothed:
                    values *= file.get_tensor(smoothed[parameter])[:, None]
                found[parameter] = values.T if dot + kind == BY_COLUMN else values
    except (SafetensorError, OSError, ValueError, RuntimeError, LookupError, TypeError) as error:
        raise UsageError(f"{path} cannot be read: {reason_of(error)}") from error
    return found
