"""From a Hugging Face checkpoint to a nertag model directory, through optimum."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagcli.errors import NertagError, UsageError, reason_of
from tagcli.models.config import OWN, read_config, write_config
from tagcli.models.directory import ONNX, TOKENIZER, Model, read_model
from tagcli.models.transformers_checkpoint import check_shards

if TYPE_CHECKING:
    import os

_EXTERNAL_DATA = f"{ONNX}_data"  # where optimum puts the weights of a model above 2 GB


def check_checkpoint(checkpoint: str | os.PathLike[str]) -> Model:
    """The settings of a checkpoint that can be exported; raises UsageError otherwise."""
    checkpoint = Path(checkpoint)
    if not checkpoint.is_dir():
        raise UsageError(f"no such directory: {checkpoint}")
    model = read_model(checkpoint)
    if not model.has_safetensors:
        raise UsageError(f"{checkpoint} has no model.safetensors to export")
    check_shards(checkpoint)
    if not _has_head(checkpoint, len(model.tag_set.labels)):
        raise UsageError(
            f"{checkpoint} has no classifier: its weights are those of an encoder alone, which "
            "nertag-train makes a tagger of (--base)"
        )
    return model


def _has_head(checkpoint: Path, labels: int) -> bool:
    """Whether there are weights from hidden states to logits, whatever they are called."""
    from safetensors import safe_open

    for path in checkpoint.glob("model*.safetensors"):
        try:
            with safe_open(path, framework="np") as file:
                shapes = {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118
        except Exception as error:  # safetensors raises its own kind
            raise UsageError(f"{path} cannot be read: {reason_of(error)}") from error
        if any(
            len(shape) == 2 and shape[0] == labels and "embeddings" not in name
            for name, shape in shapes.items()
        ):
            return True
    return False


def export_float(checkpoint: str | os.PathLike[str], out_dir: str | os.PathLike[str]) -> Path:
    """Write the checkpoint as a float model directory and return it.

    Raises UsageError for what is no checkpoint, NertagError where the export fails.

    Source: optimum.exporters.onnx.main_export (optimum-onnx).
    """
    from optimum.exporters.onnx import main_export

    checkpoint, out_dir = Path(checkpoint), Path(out_dir)
    model = check_checkpoint(checkpoint)
    with tempfile.TemporaryDirectory(dir=out_dir.parent) as folder:
        exported = Path(folder)
        try:
            main_export(str(checkpoint), exported, task="token-classification")
        except Exception as error:  # optimum, transformers and torch raise many kinds
            raise NertagError(f"{checkpoint} cannot be exported: {reason_of(error)}") from error
        out_dir.mkdir(parents=True, exist_ok=True)
        for name in (ONNX, _EXTERNAL_DATA):
            if (exported / name).exists():
                shutil.move(exported / name, out_dir / name)
        shutil.copyfile(checkpoint / TOKENIZER, out_dir / TOKENIZER)
    write_model_config(checkpoint, out_dir, model, quantisation=None)
    return out_dir


def write_model_config(
    checkpoint: Path, out_dir: Path, model: Model, quantisation: str | None
) -> None:
    """The checkpoint's config with what the tagger must know in its `nertag` object.

    `max_tokens` folds in the limit of the tokenizer, whose own config is not kept.
    """
    config = read_config(checkpoint)
    config[OWN] = {
        "scheme": model.tag_set.scheme,
        "units": dict(model.units),
        "word_label": "first",
        "labels_by_language": {k: list(v) for k, v in model.types_by_language.items()},
        "max_tokens": model.limit,
        "quantisation": quantisation,
    }
    if model.licence:
        config[OWN]["license"] = model.licence
    write_config(out_dir, config)


def add_settings(folder: Path, **settings: Any) -> None:
    """Put these into the `nertag` object of the config in `folder`."""
    config = read_config(folder)
    config[OWN] |= settings
    write_config(folder, config)
