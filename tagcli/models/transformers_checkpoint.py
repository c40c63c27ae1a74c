"""Checkpoints of transformers, read so that nothing in them runs and nothing is unpickled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tagcli.errors import UsageError, reason_of

_SINGLE, _INDEX, _SUFFIX = "model.safetensors", "model.safetensors.index.json", ".safetensors"


def quieten() -> None:
    """Have transformers tell errors alone and draw no progress bars; those of the hub stay."""
    from huggingface_hub.utils import are_progress_bars_disabled, enable_progress_bars
    from transformers import logging

    hub_draws = not are_progress_bars_disabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if hub_draws:
        enable_progress_bars()


def read_transformers_config(folder: Path) -> Any:
    """The config of transformers without what would make it run code or read other files. Raises
    UsageError for one that cannot be read."""
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    except Exception as error:  # transformers raises many kinds
        raise UsageError(f"{folder} cannot be loaded: {reason_of(error)}") from error
    config._attn_implementation = None  # with a slash in it, it is code from the hub
    config.transformers_weights = None  # names another file
    return config


def check_shards(folder: Path) -> None:
    """Raise UsageError for an index of weights that names anything but safetensors files of its
    folder: it may name any file, also one that would be unpickled."""
    path = folder / _INDEX
    if (folder / _SINGLE).is_file() or not path.is_file():
        return
    try:
        names = set(json.loads(path.read_text(encoding="utf-8"))["weight_map"].values())
        odd = [name for name in names if Path(name).name != name or not name.endswith(_SUFFIX)]
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read: {reason_of(error)}") from error
    if odd:
        raise UsageError(f"{path} names {odd[0]!r}, which is no safetensors file of its folder")
