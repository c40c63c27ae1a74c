"""Backends run the encoder: the registry, and the choice of backend and device."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tagcli.backends.cores import usable_cores
from tagcli.errors import UsageError
from tagcli.languages import AUTO

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    from tagcli.models.directory import Model

DEVICES = (AUTO, "cpu", "cuda")


class Backend(Protocol):
    """What runs a model: `device` as read back, batches of `batch_tokens` on `workers` threads."""

    name: str
    device: str
    batch_tokens: int
    workers: int

    def run(
        self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        """Logits, shape (batch, tokens, labels), of ids and mask, shape (batch, tokens)."""


def _open_onnx(model: Model, device: str, threads: int, note: Callable[[str], None]) -> Backend:
    from tagcli.backends.onnx import OnnxBackend

    return OnnxBackend(model, device, threads, note)


def _open_torch(model: Model, device: str, threads: int, note: Callable[[str], None]) -> Backend:
    from tagcli.backends.torch import TorchBackend

    return TorchBackend(model, device, threads, note)


BACKENDS = {"onnx": _open_onnx, "torch": _open_torch}


def open_backend(
    model: Model, backend: str, device: str, threads: int | None, note: Callable[[str], None]
) -> Backend:
    """The backend that runs `model`; `note` is told what a user should know.

    auto takes ONNX where the model has it; torch where it has not, and for int8 weights that are
    to run on CUDA, which onnxruntime cannot. Raises UsageError where the model, the backend and
    the device do not go together.
    """
    chosen = usual_backend(model, device) if backend == AUTO else backend
    opened = BACKENDS[chosen](model, device, threads or usable_cores(), note)
    if backend == AUTO and model.onnx is None:
        note(f"{model.folder} has no model.onnx: running on torch{_way_to_onnx(opened)}")
    if opened.device == "cpu" and device == AUTO and gpu_is_present():
        note(f"a GPU is there, but {_why_not(model, chosen)}; running on the CPU")
    return opened


def usual_backend(model: Model, device: str) -> str:
    """What auto takes. Raises UsageError for a model without weights, or with weights for torch
    alone where torch is not installed."""
    if model.onnx is not None:
        return "torch" if device == "cuda" and model.has_int8_weights else "onnx"
    if not (model.has_safetensors or model.has_int8_weights):
        raise UsageError(f"{model.folder} has neither model.onnx nor model.safetensors")
    if missing := [name for name in ("torch", "transformers") if find_spec(name) is None]:
        raise UsageError(
            f"{model.folder} has no model.onnx, and {missing[0]}, which would run its safetensors, "
            'is not installed: pip install "nertag[torch]"'
        )
    return "torch"


def planned_device(model: Model, backend: str, device: str) -> str:
    """Where a backend would run the model, as far as can be told without loading it. Raises
    UsageError where the model and the device do not go together."""
    if backend == "onnx":
        from tagcli.backends.onnx import planned_device

        return planned_device(model, device)
    if device == AUTO:
        return "cuda" if model.has_safetensors and gpu_is_present() else "cpu"
    return device


def _way_to_onnx(opened: Backend) -> str:
    """The command that makes a faster model, where its packages are installed."""
    if opened.device != "cpu" or find_spec("optimum") is None:
        return ""
    return "; nertag-export makes a faster ONNX model of it"


def _why_not(model: Model, backend: str) -> str:
    if backend == "torch" and model.has_safetensors:
        return "this torch does not see it"
    if model.has_int8_weights:
        return "int8 starts at once without it (--device cuda takes it, with torch)"
    if model.quantisation:
        return f"this {model.quantisation} model runs on the CPU only"
    return "onnxruntime has no working CUDA provider (onnxruntime-gpu in place of onnxruntime)"


def gpu_is_present() -> bool:
    """Whether the machine has an NVIDIA GPU with its driver, usable or not."""
    return Path("/dev/nvidia0").exists() or shutil.which("nvidia-smi") is not None
