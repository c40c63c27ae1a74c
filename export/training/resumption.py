"""The checkpoints of a training run: which is the last, and whether the run was over with it."""

from __future__ import annotations

import json
from pathlib import Path

_STATE = "trainer_state.json"


def last_checkpoint(folder: Path) -> Path | None:
    """The newest whole checkpoint, if there is one; its state is what is written last."""
    for checkpoint in sorted(folder.glob("checkpoint-*"), key=step_of, reverse=True):
        try:
            json.loads((checkpoint / _STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        return checkpoint
    return None


def step_of(checkpoint: Path) -> int:
    """The step after which it was written."""
    return int(checkpoint.name.rpartition("-")[2])


def stopped_early(checkpoint: Path, patience: int) -> bool:
    """Whether the run had lost its patience, and so was over, when this was written."""
    state = json.loads((checkpoint / _STATE).read_text(encoding="utf-8"))
    stopping = state.get("stateful_callbacks", {}).get("EarlyStoppingCallback")
    if not patience or stopping is None:
        return False
    return int(stopping["attributes"]["early_stopping_patience_counter"]) >= patience
