"""The steps of a run: the Trainer with its batches, its schedule and its checkpoints."""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

from export.training.base_model import load_tokenizer, make_model, pad_id
from export.training.batches import BatchList
from export.training.resumption import last_checkpoint, step_of, stopped_early
from export.training.run_length import RunLength, run_length, thinned
from export.training.signals import noted_signals
from export.training.training_set import Collator
from tagcli.inference.encoding import Encoder
from tagcli.models.directory import TOKENIZER

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from export.training.preparation import Run
    from export.training.recipe import Recipe

CHECKPOINTS, LOG = "checkpoints", "log.jsonl"
MILESTONES = "milestones"
"""In CHECKPOINTS, the weights to average."""


def fine_tune(
    run: Run, out_dir: Path, note: Callable[[str], None], resume: bool
) -> tuple[Any, bool]:
    """The trainer with the best weights loaded, and whether a signal stopped it; `note` is a
    progress callback, and `resume` goes on from the last checkpoint in `out_dir`."""
    from export.training.averaging import KeepWeights
    from export.training.callbacks import Progress, Schedule, SealCheckpoints

    recipe = run.recipe
    length = length_of(run)
    batches = batches_of(run, length)
    last = last_checkpoint(out_dir / CHECKPOINTS, note) if resume else None
    if last and stopped_early(last, recipe.patience):
        batches.end_after(step_of(last))
    stopped: list[int] = []
    milestones = thinned(batches.milestones(recipe.evaluations), recipe)
    schedule = Schedule(milestones, recipe.max_minutes, lambda: bool(stopped))
    trainer = _trainer(run, out_dir, batches, schedule)
    if trainer.is_world_process_zero():
        trainer.add_callback(Progress(note, out_dir / LOG))
        if recipe.average:
            trainer.add_callback(KeepWeights(out_dir / CHECKPOINTS / MILESTONES, recipe.average))
    trainer.add_callback(SealCheckpoints())  # the last one: all that a checkpoint needs is there
    where = f"{trainer.args.world_size} x {trainer.args.device.type}"
    frozen = ", embeddings frozen" if recipe.freeze_embeddings else ""
    note(f"{run.sentences} sentences: {length}; rate {recipe.rate:g}{frozen}")
    note(f"{len(batches)} steps on {where}, from {last or 'the beginning'}")
    with noted_signals(stopped):
        trainer.train(resume_from_checkpoint=str(last) if last else None)
        trainer.accelerator.wait_for_everyone()
    if schedule.out_of_time:
        note(f"{recipe.max_minutes:g} minutes are over: the best checkpoint so far is kept")
    return trainer, bool(stopped)


def _trainer(run: Run, out_dir: Path, batches: BatchList, schedule: Any) -> Any:
    from transformers import EarlyStoppingCallback, PrinterCallback

    from export.training.dev_scores import DevScorer
    from export.training.trainer import TokenTrainer

    recipe = run.recipe
    callbacks = [schedule]
    if recipe.patience:
        callbacks.append(EarlyStoppingCallback(recipe.patience))
    trainer = TokenTrainer(
        batches=batches,
        head_rate=recipe.head_rate,
        label_smoothing=recipe.label_smoothing,
        dev_scores=DevScorer(run.model, Encoder(run.base / TOKENIZER), run.dev).scores,
        distillation=run.distillation,
        model_init=lambda: make_model(run.base, recipe, run.labels, run.nertag),
        args=training_arguments(recipe, out_dir, len(batches)),
        train_dataset=run.train.dataset,
        eval_dataset=run.dev,
        data_collator=Collator(pad_id(run.base)),
        processing_class=load_tokenizer(run.base),
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def length_of(run: Run) -> RunLength:
    """How many epochs the run has and how large its batches are."""
    return run_length(run.recipe, run.train.lengths, run.train.window_weights, _world_size())


def batches_of(run: Run, length: RunLength) -> BatchList:
    """The batches of all epochs. Raises UsageError where the weights leave nothing to train on."""
    return BatchList(
        run.train.lengths,
        run.train.window_weights,
        batch_tokens=length.batch_tokens,
        seed=run.recipe.seed,
        epochs=length.epochs,
        rank=int(os.environ.get("RANK", "0")),
        world_size=_world_size(),
    )


def _world_size() -> int:
    """How many processes train together, as their launcher says."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def training_arguments(recipe: Recipe, out_dir: Path, steps: int) -> Any:
    """The Trainer's own settings for so many steps, on the device that there is."""
    import torch
    from transformers import TrainingArguments

    has_gpu, bf16 = torch.cuda.is_available(), has_bf16()
    several_on_cpu = _world_size() > 1 and not has_gpu
    return TrainingArguments(
        output_dir=str(out_dir.resolve() / CHECKPOINTS),
        max_steps=steps,  # all epochs are one list of batches
        learning_rate=recipe.rate,
        weight_decay=recipe.weight_decay,
        warmup_steps=math.ceil(steps * recipe.warmup),
        lr_scheduler_type="linear",
        bf16=bf16,
        seed=recipe.seed,
        eval_strategy="steps",
        save_strategy="steps",
        eval_steps=steps + 1,  # the schedule says when
        save_steps=steps + 1,
        save_total_limit=2,
        load_best_model_at_end=True,
        restore_callback_states_from_checkpoint=True,  # how long patience has lasted
        metric_for_best_model="f1",
        greater_is_better=True,
        logging_steps=max(1, min(20, steps // 20)),
        logging_nan_inf_filter=False,
        remove_unused_columns=False,
        use_cpu=several_on_cpu or (bf16 and not has_gpu),  # bf16 is the GPU's unless so
        ddp_backend="gloo" if several_on_cpu else None,
        ddp_find_unused_parameters=False,
        dataloader_pin_memory=has_gpu,
        disable_tqdm=True,
        report_to=[],
    )


def has_bf16() -> bool:
    """Whether the GPU, or without one the processor, multiplies bfloat16 itself."""
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, bool)() for name in names)
