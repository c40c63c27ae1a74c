"""What happens between steps: progress on stderr, evaluations and checkpoints when they are due."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from export.training.resumption import checkpoints_after, seal

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_SECONDS_BETWEEN_LINES = 15.0
_MINUTES_BETWEEN_CHECKPOINTS = 5.0


class Schedule(TrainerCallback):  # type: ignore[misc]
    """Evaluates and saves after the steps `milestones`, saves every few minutes besides, and ends
    the run in order after `max_minutes` or once `interrupted` says so."""

    def __init__(
        self,
        milestones: Collection[int],
        max_minutes: float | None,
        interrupted: Callable[[], bool],
    ) -> None:
        self._milestones = frozenset(milestones)
        self._interrupted = interrupted
        self._last_saved = time.monotonic()
        self._deadline = None if max_minutes is None else self._last_saved + 60 * max_minutes
        self.out_of_time = False

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """The folder may have moved since the best checkpoint was noted."""
        if state.best_global_step:
            best = Path(args.output_dir) / f"checkpoint-{state.best_global_step}"
            state.best_model_checkpoint = str(best)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Set what is due after this step."""
        now = time.monotonic()
        late = self._deadline is not None and now > self._deadline
        due = now - self._last_saved > 60 * _MINUTES_BETWEEN_CHECKPOINTS
        self.out_of_time, stopped, due = _agreed(late, self._interrupted(), due)
        is_milestone = state.global_step in self._milestones or self.out_of_time
        control.should_evaluate |= is_milestone
        control.should_save |= is_milestone or due or stopped
        control.should_training_stop |= self.out_of_time or stopped

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Note when."""
        self._last_saved = time.monotonic()


def _agreed(*flags: bool) -> list[bool]:
    """The flags, true where any process has them so: clocks differ, and all must stop at once."""
    if not torch.distributed.is_initialized():
        return list(flags)
    shared = torch.tensor(flags, dtype=torch.int64)
    if torch.distributed.get_backend() == "nccl":
        shared = shared.cuda()
    torch.distributed.all_reduce(shared, op=torch.distributed.ReduceOp.MAX)
    return [bool(flag) for flag in shared.tolist()]


class SealCheckpoints(TrainerCallback):  # type: ignore[misc]
    """Seals every checkpoint when all processes, and all callbacks before this one, have done their
    part of it. Those of steps that a resumed run has yet to take go."""

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Remove what is left of later steps."""
        if state.is_world_process_zero:
            for checkpoint in checkpoints_after(Path(args.output_dir), state.global_step):
                shutil.rmtree(checkpoint)

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Seal the one that was just written."""
        if torch.distributed.is_initialized():
            torch.distributed.barrier()
        if state.is_world_process_zero:
            seal(Path(args.output_dir) / f"checkpoint-{state.global_step}")


class Progress(TrainerCallback):  # type: ignore[misc]
    """Loss, F1 and time left to the progress callback `note`, and a JSON line for each to `log`,
    whose seconds go on from those of an earlier session."""

    def __init__(self, note: Callable[[str], None], log: Path) -> None:
        self._note = note
        self._log = log
        _cut_to_lines(log)
        self._earlier = logged_seconds(log)
        self._begun = self._spoken = time.monotonic()
        self._first_step = 0

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Time begins here."""
        self._begun = self._spoken = time.monotonic()
        self._first_step = state.global_step

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **_: Any,
    ) -> None:
        """A line of the log, and one for the reader now and then."""
        logs = dict(logs or {})
        elapsed = time.monotonic() - self._begun
        seconds = round(self._earlier + elapsed, 1)
        entry = {"step": state.global_step, "seconds": seconds, **logs}
        entry.pop("epoch", None)
        with self._log.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")
        if "eval_f1" in logs:
            self._note(f"step {state.global_step}: dev F1 {_scores(logs)}")
        elif "loss" in logs and time.monotonic() - self._spoken > _SECONDS_BETWEEN_LINES:
            self._spoken = time.monotonic()
            self._note(
                f"step {state.global_step} of {state.max_steps}, loss {logs['loss']:.3f}, "
                f"{self._left(state, elapsed)} left"
            )

    def _left(self, state: TrainerState, elapsed: float) -> str:
        done = max(1, state.global_step - self._first_step)
        seconds = elapsed / done * (state.max_steps - state.global_step)
        return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"


def logged_seconds(log: Path) -> float:
    """How long a run has trained, in all its sessions, as its log says; 0 without one. Lines that
    are none, as a full disk leaves them, do not count."""
    try:
        lines = log.read_bytes().splitlines()
    except FileNotFoundError:
        return 0.0
    return max(map(_seconds, lines), default=0.0)


def _seconds(line: bytes) -> float:
    try:
        return float(json.loads(line)["seconds"])
    except (ValueError, LookupError, TypeError):
        return 0.0


def _cut_to_lines(log: Path) -> None:
    """Cut off a line without its end, or the next one would be a part of it."""
    if log.exists():
        written = log.read_bytes()
        os.truncate(log, written.rfind(b"\n") + 1)


def _scores(logs: dict[str, float]) -> str:
    parts = [
        f"{name.removeprefix('eval_f1_')} {value:.3f}"
        for name, value in logs.items()
        if name.startswith("eval_f1_")
    ]
    return f"{logs['eval_f1']:.4f}" + (f" ({', '.join(parts)})" if parts else "")
