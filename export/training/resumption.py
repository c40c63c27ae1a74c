"""The checkpoints of a training run: which is the last whole one, and whether the run was over with
it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from tagcli.errors import to_nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_STATE = "trainer_state.json"
_SEAL = "whole.json"
_CHECKPOINT = "checkpoint-"


def last_checkpoint(folder: Path, note: Callable[[str], None] = to_nobody) -> Path | None:
    """The newest checkpoint that is as it was sealed, and with it the best one so far, whose
    weights the run may end with; None if there is none. `note` is told of those left out."""
    newest = None
    for checkpoint in sorted(_checkpoints(folder), key=step_of, reverse=True):
        newest = newest or checkpoint
        problem = _problem(checkpoint, checkpoint == newest)
        if problem is None and (best := _best(checkpoint)) != checkpoint:
            problem = _problem(best, is_newest=False)
        if problem is None:
            return checkpoint
        note(f"{checkpoint} is left out: {problem}")
    return None


def step_of(checkpoint: Path) -> int:
    """The step after which it was written."""
    return int(checkpoint.name.rpartition("-")[2])


def checkpoints_after(folder: Path, step: int) -> list[Path]:
    """Those of later steps."""
    return [checkpoint for checkpoint in _checkpoints(folder) if step_of(checkpoint) > step]


def seal(checkpoint: Path) -> None:
    """Write down, now that all of a checkpoint is there, what its files are, and those that all
    checkpoints share: whatever one of them lacks, the run would go on to other weights."""
    folder = checkpoint.parent
    files = [path for path in checkpoint.rglob("*") if path.is_file() and path.name != _SEAL]
    sums = {path.relative_to(folder).as_posix(): _sum(path) for path in (*files, *_shared(folder))}
    (checkpoint / _SEAL).write_text(json.dumps(sums, indent=0), encoding="utf-8")


def stopped_early(checkpoint: Path, patience: int) -> bool:
    """Whether the run had lost its patience, and so was over, when this was written."""
    state = json.loads((checkpoint / _STATE).read_text(encoding="utf-8"))
    stopping = state.get("stateful_callbacks", {}).get("EarlyStoppingCallback")
    if not patience or stopping is None:
        return False
    return int(stopping["attributes"]["early_stopping_patience_counter"]) >= patience


def _checkpoints(folder: Path) -> list[Path]:
    found = folder.glob(f"{_CHECKPOINT}*")
    return [path for path in found if path.name.removeprefix(_CHECKPOINT).isdecimal()]


def _shared(folder: Path) -> Iterator[Path]:
    """The files that belong to no checkpoint alone, such as the weights to average."""
    for path in folder.glob("*/*"):
        if path.is_file() and not path.parent.name.startswith(_CHECKPOINT):
            yield path


def _best(checkpoint: Path) -> Path:
    """The checkpoint of the best step so far."""
    state = json.loads((checkpoint / _STATE).read_text(encoding="utf-8"))
    step = state.get("best_global_step")
    return checkpoint.with_name(f"{_CHECKPOINT}{step}") if step else checkpoint


def _problem(checkpoint: Path, is_newest: bool) -> str | None:
    """What of a checkpoint is not as it was sealed; None where all is. What a later one has no use
    for is removed, so that only the newest has all that is shared."""
    try:
        sums = dict(json.loads((checkpoint / _SEAL).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError):
        sums = {}
    if f"{checkpoint.name}/{_STATE}" not in sums:
        return "it was not written to its end"
    for name, known in sums.items():
        path = checkpoint.parent / name
        if path.is_file():
            if _sum(path) != known:
                return f"{path} is not what was written"
        elif is_newest or path.parent == checkpoint:
            return f"{path} is missing"
    return None


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.blake2b(digest_size=16)).hexdigest()
