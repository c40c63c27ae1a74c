"""The torch backend, on the CPU or CUDA: any Hugging Face token-classification checkpoint, and the
int8 models of nertag-export, whose weights it reads as floats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tagcli.errors import NertagError, UsageError, reason_of
from tagcli.languages import AUTO
from tagcli.models.int8_weights import WEIGHTS, float_parameters
from tagcli.models.transformers_checkpoint import (
    check_shards,
    quieten,
    read_transformers_config,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    import numpy.typing as npt

    from tagcli.models.directory import Model

_ADAPTER = "adapter_config.json"
_CPU_BATCH_TOKENS, _CUDA_BATCH_TOKENS = 512, 8192


class TorchBackend:
    """A transformers model in float32, run without gradients."""

    name = "torch"

    def __init__(
        self, model: Model, device: str, threads: int, note: Callable[[str], None]
    ) -> None:
        _check_weights(model)
        try:
            import torch
            import transformers  # noqa: F401
        except ImportError as error:
            raise UsageError(
                f"{error.name} is not installed; the torch backend needs: "
                'pip install "nertag[torch]"'
            ) from error
        if device == "cuda" and not torch.cuda.is_available():
            raise UsageError("--device cuda: torch finds no CUDA device")
        quieten()
        self._torch = torch
        self._folder = model.folder
        wants_cuda = device == "cuda" or (device == AUTO and model.has_safetensors)
        use_cuda = wants_cuda and torch.cuda.is_available()
        torch.set_num_threads(threads)
        self._model = _load(model).to("cuda" if use_cuda else "cpu").eval()
        self.device = self._model.device.type
        self.workers = 1
        self.batch_tokens = _CUDA_BATCH_TOKENS if use_cuda else _CPU_BATCH_TOKENS
        if self._model.config.num_labels != len(model.tag_set.labels):
            raise UsageError(f"labels do not fit: {model.folder} has another number of labels")

    def run(
        self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        """Logits, shape (batch, tokens, labels)."""
        torch = self._torch
        try:
            with torch.inference_mode():
                logits = self._model(
                    input_ids=torch.from_numpy(ids).to(self.device),
                    attention_mask=torch.from_numpy(mask).to(self.device),
                ).logits
        except (RuntimeError, IndexError) as error:
            problem = f"{self._folder} cannot run this input: {reason_of(error)}"
            raise NertagError(problem) from error
        result: npt.NDArray[np.float32] = logits.float().cpu().numpy()
        return result


def _check_weights(model: Model) -> None:
    if (model.folder / _ADAPTER).exists():  # peft would load another model in this one's place
        raise UsageError(
            f"--backend torch: {model.folder} holds an adapter ({_ADAPTER}): "
            "merge it into its model, and remove it"
        )
    if model.has_safetensors:
        check_shards(model.folder)
        return
    if model.has_int8_weights:
        return
    if model.quantisation:
        raise UsageError(
            f"--backend torch: {model.folder} is an {model.quantisation} ONNX model; "
            "torch needs the safetensors it was exported from"
        )
    raise UsageError(f"--backend torch: {model.folder} has no model.safetensors")


def _load(model: Model) -> Any:
    return _load_checkpoint(model) if model.has_safetensors else _load_int8(model)


def _load_int8(model: Model) -> Any:
    """The integer weights of an ONNX model, as floats."""
    import torch
    from transformers import AutoModelForTokenClassification

    path = model.folder / WEIGHTS
    parameters, config = float_parameters(path), read_transformers_config(model.folder)
    try:
        made = AutoModelForTokenClassification.from_config(
            config, dtype=torch.float32, trust_remote_code=False
        )
        missing, _ = made.load_state_dict(parameters, strict=False)
    except Exception as error:  # transformers and torch raise many kinds
        raise UsageError(f"{path} cannot be loaded: {reason_of(error)}") from error
    if missing:
        raise UsageError(f"{path} lacks {missing[0]}: torch needs the checkpoint it was made from")
    return made


def _load_checkpoint(model: Model) -> Any:
    import torch
    from transformers import AutoModelForTokenClassification

    config = read_transformers_config(model.folder)
    try:
        loaded, report = AutoModelForTokenClassification.from_pretrained(
            model.folder,
            config=config,
            dtype=torch.float32,
            output_loading_info=True,
            ignore_mismatched_sizes=True,  # they are told below
            use_safetensors=True,
            trust_remote_code=False,
        )
    except Exception as error:  # transformers raises many kinds
        raise UsageError(f"{model.folder} cannot be loaded: {reason_of(error)}") from error
    if mismatched := report["mismatched_keys"]:
        first = min(mismatched)
        name = first if isinstance(first, str) else first[0]  # beside its shapes: transformers 5
        problem = f"{name} has another shape in the weights than the config says"
        raise UsageError(f"{model.folder} cannot be loaded: size mismatch: {problem}")
    if missing := report["missing_keys"]:
        raise UsageError(
            f"{model.folder} is not a trained token classifier: its weights lack {min(missing)}"
        )
    return loaded
