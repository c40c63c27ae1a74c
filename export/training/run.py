"""A training run from a recipe to a model directory: fine-tune, keep the best, export, measure."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from export.training.base_model import make_model
from export.training.fine_tuning import (
    CHECKPOINTS,
    LOG,
    MILESTONES,
    batches_of,
    fine_tune,
    length_of,
)
from export.training.preparation import Run, prepare
from export.training.recipe import Overrides, Recipe, make_recipe
from export.training.recipes import RECIPE, overridden, read_recipe, recipe_toml
from export.training.run_results import METRICS, add_onnx, export_note, measure, save_model
from export.training.zero_f1 import likely_cause
from tagcli.errors import NertagError, UsageError
from tagcli.models.directory import TOKENIZER
from tagcli.models.transformers_checkpoint import quieten

if TYPE_CHECKING:
    from collections.abc import Callable


class InterruptedRun(NertagError):  # noqa: N818 - no error of anybody's
    """The run was stopped by a signal, after a checkpoint."""

    exit_code = 130


def train(
    recipe_file: str | os.PathLike[str] | None,
    overrides: Overrides,
    out_dir: str | os.PathLike[str],
    note: Callable[[str], None],
    *,
    data_dir: str | os.PathLike[str] | None = None,
    resume: bool = False,
) -> Path:
    """`run_recipe` with the recipe of a file (None: of none, or to `resume` the one in `out_dir`),
    in which `overrides` hold."""
    if resume and recipe_file is None:
        recipe_file = Path(out_dir, RECIPE)
    recipe = overridden(recipe_file, overrides)
    return run_recipe(recipe, out_dir, note, data_dir=data_dir, resume=resume)


def run_recipe(
    recipe: Recipe,
    out_dir: str | os.PathLike[str],
    note: Callable[[str], None],
    *,
    data_dir: str | os.PathLike[str] | None = None,
    resume: bool = False,
) -> Path:
    """Train as the recipe says and leave a model directory at `out_dir`: safetensors, ONNX,
    recipe, log, metrics and card.

    `note` is a progress callback, of several processes that of the first one alone. `resume` goes
    on from the last checkpoint in `out_dir`. Raises UsageError, DataError, or InterruptedRun after
    a signal.
    """
    out_dir, data_dir = Path(out_dir), None if data_dir is None else Path(data_dir)

    quieten()
    is_first = int(os.environ.get("RANK", "0")) == 0
    if is_first:
        _check_out_dir(out_dir, recipe, resume)
    else:
        note = _mute
    run = prepare(recipe, data_dir, note)
    _check(run)
    if is_first and not resume:
        out_dir.mkdir(parents=True, exist_ok=True)
        (out_dir / RECIPE).write_text(recipe_toml(recipe), encoding="utf-8")
    trainer, interrupted = fine_tune(run, out_dir, note, resume)
    if interrupted:
        raise InterruptedRun(f"stopped; --resume goes on from {out_dir / CHECKPOINTS}")
    made = _chosen_weights(trainer, run, out_dir, note)
    if not trainer.is_world_process_zero():
        return out_dir
    save_model(trainer.model, trainer.processing_class, run.base / TOKENIZER, out_dir)
    note("exporting to ONNX")
    add_onnx(out_dir)
    measure(recipe, run.test, out_dir, made, run.licence, note)
    shutil.rmtree(out_dir / CHECKPOINTS)
    if made["dev_f1"] == 0:
        note(f"dev F1 is 0, the model finds nothing right: {likely_cause(run, made['steps'])}")
    else:
        note(f"{out_dir}: try nertag --model {out_dir}")
    note(export_note(out_dir, made["parameters"]))
    return out_dir


def _mute(message: str) -> None:
    """Only the first of several processes speaks."""


def _chosen_weights(
    trainer: Any, run: Run, out_dir: Path, note: Callable[[str], None]
) -> dict[str, Any]:
    """Give the trainer's model the weights that the recipe wants of it, a mean or the best ones;
    what metrics.json says of them. All processes call this."""
    from export.training.averaging import average_if_better
    from export.training.callbacks import logged_seconds

    averaged = None
    if run.recipe.average:
        folder = out_dir / CHECKPOINTS / MILESTONES
        averaged = average_if_better(trainer, folder, run.recipe.average, note)
    f1 = averaged.f1 if averaged and averaged.chosen else trainer.state.best_metric
    if run.recipe.base_share:
        f1 = _blend(trainer, run, note)
    return {
        "dev_f1": f1,
        "best_step": trainer.state.best_global_step,
        "average": averaged and averaged.as_dict(),
        "steps": trainer.state.global_step,
        "minutes": round(logged_seconds(out_dir / LOG) / 60, 1),
        "dev_history": [entry for entry in trainer.state.log_history if "eval_f1" in entry],
        "parameters": sum(p.numel() for p in trainer.model.parameters()),
    }


def _check(run: Run) -> None:
    """Say what is wrong with the base or the weights of sources before anything is written."""
    from export.training.averaging import check_base

    if run.recipe.base_share:
        check_base(run.base, run.labels)
    make_model(run.base, run.recipe, run.labels, run.nertag)
    batches_of(run, length_of(run))


def _blend(trainer: Any, run: Run, note: Callable[[str], None]) -> float:
    """Blend the trainer's model with the base; the dev F1 of the mean. All processes call this."""
    from export.training.averaging import blend

    share = run.recipe.base_share
    blend(trainer.model, make_model(run.base, run.recipe, run.labels, run.nertag), share)
    f1 = trainer.scores()["f1"]
    note(f"mean with the base's weights, which count for {share:g}: dev F1 {f1:.4f}")
    return float(f1)


def _check_out_dir(out_dir: Path, recipe: Recipe, resume: bool) -> None:
    """The folder is new, or with `resume` that of the same recipe."""
    written = out_dir / RECIPE
    if resume:
        if not written.is_file():
            raise UsageError(f"{out_dir} has no run to resume")
        if (out_dir / METRICS).exists():
            raise UsageError(f"{out_dir} is done: there is nothing to resume")
        if _lasting(make_recipe(read_recipe(written))) != _lasting(recipe):
            raise UsageError(f"{written} is another recipe than the one to resume")
        return
    if out_dir.exists() and (not out_dir.is_dir() or any(out_dir.iterdir())):
        raise UsageError(f"{out_dir} exists and is not an empty directory; --resume goes on in it")


def _lasting(recipe: Recipe) -> Recipe:
    """A recipe but for the time it may take, which a resumed run may change."""
    return replace(recipe, max_minutes=None)
