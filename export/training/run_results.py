"""What a training run leaves: the model in both forms, its metrics and its card."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from export.corpora.sources import Corpus, corpus_names
from export.training.recipes import recipe_toml
from export.training.run_card import corpus_scores, write_run_card
from tagcli.backends.cores import usable_cores
from tagcli.backends.processor import processor_name
from tagcli.models.config import CONFIG, read_config, write_config
from tagcli.models.directory import ONNX, TOKENIZER
from tagcli.tagger import load
from tagcli.version import version as own_version

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from export.training.recipe import Recipe

METRICS = "metrics.json"
_PACKAGES = ("torch", "transformers", "tokenizers", "datasets", "accelerate")


def save_model(model: Any, tokenizer: Any, tokenizer_json: Path, out_dir: Path) -> None:
    """Safetensors, config and tokenizer, whose tokenizer.json is kept as the base has it."""
    model.save_pretrained(out_dir)
    tokenizer.save_pretrained(out_dir)
    shutil.copyfile(tokenizer_json, out_dir / TOKENIZER)
    _name_publicly(out_dir)


def _name_publicly(folder: Path) -> None:
    """The saved config names the class of transformers that loads it, not ours."""
    from export.training.token_classifier import PUBLIC_NAMES

    config = read_config(folder)
    config["architectures"] = [PUBLIC_NAMES.get(name, name) for name in config["architectures"]]
    write_config(folder, config)


def add_onnx(out_dir: Path) -> None:
    """Export the checkpoint in `out_dir` through optimum, beside its safetensors."""
    from export.model_directory.onnx_export import export_float

    with tempfile.TemporaryDirectory(dir=out_dir) as folder:
        made = export_float(out_dir, Path(folder) / "onnx")
        for file in made.glob(f"{ONNX}*"):
            file.rename(out_dir / file.name)
        shutil.copyfile(made / CONFIG, out_dir / CONFIG)


def measure(
    recipe: Recipe,
    tests: Sequence[Corpus],
    out_dir: Path,
    made: dict[str, Any],
    licence: str,
    note: Callable[[str], None],
) -> None:
    """Write metrics.json and the card: what was `made`, and F1 of every test source through the
    tagger on the exported ONNX. `note` is a progress callback."""
    scores: dict[str, Any] = {}
    for name, corpus in zip(corpus_names(tests), tests, strict=True):
        tagger = load(str(out_dir), backend="onnx", device="cpu", lang=corpus.language)
        scores[name] = corpus_scores(tagger, corpus)
        note(f"{name}: F1 {scores[name]['f1']:.4f}")
    metrics = {
        **made,
        "test": scores,
        "seed": recipe.seed,
        "versions": {
            "nertag": own_version() or "from its source",
            **{name: version(name) for name in _PACKAGES},
        },
        "machine": machine(),
        "recipe_sha256": hashlib.sha256(recipe_toml(recipe).encode()).hexdigest(),
    }
    write_run_card(out_dir, recipe, metrics, licence)
    text = json.dumps(metrics, ensure_ascii=False, indent=2)
    (out_dir / METRICS).write_text(text + "\n", encoding="utf-8")


def export_note(out_dir: Path, parameters: int) -> str:
    """How large the folder is, and what nertag-export would make of it: a byte a parameter."""
    size = sum(path.stat().st_size for path in out_dir.iterdir() if path.is_file())
    exported = parameters + (out_dir / TOKENIZER).stat().st_size
    makes = f"nertag-export {out_dir} DIR makes some {exported / 1e6:.0f} MB of it"
    return f"{out_dir} has {size / 1e6:.0f} MB; {makes}, faster on a CPU"


def machine() -> str:
    """Processor, cores and Python, for the record of a figure."""
    import torch

    name = processor_name()
    if torch.cuda.is_available():
        name = f"{torch.cuda.get_device_name()}, {name}"
    return f"{name}, {usable_cores()} cores, Python {platform.python_version()}"
