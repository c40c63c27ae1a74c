"""The ONNX backend: onnxruntime on the CPU, or on CUDA where its provider works."""

from __future__ import annotations

from importlib import metadata
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime

from tagcli.errors import NertagError, UsageError, reason_of
from tagcli.models.int8_weights import WEIGHTS, check_whole

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from tagcli.models.directory import Model

_CUDA, _CPU = "CUDAExecutionProvider", "CPUExecutionProvider"
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
_FLOATS = ("tensor(float)", "tensor(float16)", "tensor(double)")
_CPU_BATCH_TOKENS, _CUDA_BATCH_TOKENS = 256, 8192


class OnnxBackend:
    """An onnxruntime session; on the CPU one thread a batch, `threads` batches at a time."""

    name = "onnx"

    def __init__(
        self, model: Model, device: str, threads: int, note: Callable[[str], None]
    ) -> None:
        if model.onnx is None:
            raise UsageError(
                f"{model.folder} has no model.onnx: make one with nertag-export, "
                "or use --backend torch"
            )
        _note_two_packages(note)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # errors come as exceptions, shown as one sentence
        if model.quantisation:  # nertag-export has stored the graph as it is to run
            off = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
            options.graph_optimization_level = off
        if model.has_int8_weights:
            check_whole(model.folder / WEIGHTS)
        self._path = model.onnx
        self._labels = len(model.tag_set.labels)
        self._session = _open(str(model.onnx), options, _providers(model, device))
        used = self._session.get_providers()
        self.device = "cuda" if _CUDA in used else "cpu"
        if device == "cuda" and self.device != "cuda":
            raise UsageError("--device cuda: onnxruntime could not start its CUDA provider")
        self.workers = 1 if self.device == "cuda" else threads
        self.batch_tokens = _CUDA_BATCH_TOKENS if self.device == "cuda" else _CPU_BATCH_TOKENS
        self._inputs = [value.name for value in self._session.get_inputs()]
        self._check_inputs()
        self._check_output()

    def run(
        self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        """Logits, shape (batch, tokens, labels)."""
        known = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        feed = {name: known[name] for name in self._inputs}
        try:
            logits: npt.NDArray[np.float32] = self._session.run(["logits"], feed)[0]
        except Exception as error:  # onnxruntime's exceptions share no public base
            raise NertagError(f"{self._path} cannot run this input: {reason_of(error)}") from error
        if logits.shape != (*ids.shape, self._labels):
            raise NertagError(
                f"{self._path} gives logits of shape {logits.shape} "
                f"for ids of shape {ids.shape} and {self._labels} labels"
            )
        return logits

    def _check_inputs(self) -> None:
        if odd := set(self._inputs).difference(_INPUTS):
            raise UsageError(f"{self._path} wants the input {odd.pop()!r}: not a token classifier")
        if "input_ids" not in self._inputs:
            raise UsageError(f"{self._path} has no input 'input_ids': not a token classifier")
        for value in self._session.get_inputs():
            fixed = [size for size in value.shape if isinstance(size, int)]
            if value.type != "tensor(int64)" or len(value.shape) != 2 or fixed:
                raise UsageError(
                    f"{self._path} wants {value.name} as {value.type} of shape {value.shape}: "
                    "nertag gives int64 in batches of any size and length"
                )

    def _check_output(self) -> None:
        outputs = {value.name: value for value in self._session.get_outputs()}
        if "logits" not in outputs:
            raise UsageError(f"{self._path} has no output 'logits': not a token classifier")
        logits = outputs["logits"]
        if logits.type not in _FLOATS:
            raise UsageError(f"{self._path} gives logits as {logits.type}, not as floats")
        width = logits.shape[-1] if logits.shape else None
        if isinstance(width, int) and width != self._labels:
            raise UsageError(
                f"labels do not fit: {self._path} gives {width}, config.json names {self._labels}"
            )


def planned_device(model: Model, device: str) -> str:
    """Where the model is to run, if the provider for it starts. Raises UsageError where the model
    and the device do not go together."""
    return "cuda" if _CUDA in _providers(model, device) else "cpu"


def _providers(model: Model, device: str) -> list[str]:
    has_cuda = _CUDA in onnxruntime.get_available_providers()
    if device == "cuda":
        if model.quantisation:
            float_model = "a float model (nertag-export --float)"
            raise UsageError(
                f"--device cuda: onnxruntime runs this {model.quantisation} model on the CPU; "
                f"CUDA needs {'--backend torch' if model.has_int8_weights else float_model}"
            )
        if not has_cuda:
            raise UsageError(
                "--device cuda: this onnxruntime has no CUDA provider; "
                "install onnxruntime-gpu in place of onnxruntime"
            )
    if device == "cpu" or model.quantisation or not has_cuda:
        return [_CPU]
    return [_CUDA, _CPU]


def _open(path: str, options: Any, providers: list[str]) -> Any:
    try:
        return onnxruntime.InferenceSession(path, options, providers=providers)
    except Exception as error:  # onnxruntime's exceptions share no public base
        raise UsageError(f"{path} cannot be loaded: {reason_of(error)}") from error


def _note_two_packages(note: Callable[[str], None]) -> None:
    try:
        metadata.version("onnxruntime-gpu")
        metadata.version("onnxruntime")
    except metadata.PackageNotFoundError:
        return
    note(
        "onnxruntime and onnxruntime-gpu are both installed and overwrite each other: "
        "pip uninstall both, then install one"
    )
