"""A trained model drawn back a part of the way to the model that its training began with.

Source: "Robust fine-tuning of zero-shot models" (Wortsman et al., 2022),
https://arxiv.org/abs/2109.01903.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from tagcli.errors import UsageError
from tagcli.models.directory import CONFIG


def check_base(base: Path, labels: Sequence[str]) -> None:
    """Raise UsageError for a base that is no token classifier with these labels in this order."""
    config = json.loads((base / CONFIG).read_text(encoding="utf-8"))
    named = config.get("id2label", {})
    known = [named[number] for number in sorted(named, key=int)]
    if known != list(labels):
        raise UsageError(
            f"base_share needs a base with the run's own labels, but {base} has "
            f"{', '.join(known) or 'none'}"
        )


def blend(model: Any, base: Any, share: float) -> None:
    """Give the model the mean of its weights and of those of `base`, which has the same shapes and
    counts for `share` of it."""
    weights = dict(base.named_parameters())
    with torch.no_grad():
        for name, weight in model.named_parameters():
            weight.lerp_(weights[name].to(weight), share)
