"""A training run from a recipe to a model directory: fine-tune, keep the best, export, measure."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from export.corpora.labelling import Labeller, misfit_note
from export.corpora.overlap import without_held_out
from export.corpora.sources import Corpus, load_source
from export.training.base_model import (
    base_units,
    find_base,
    load_tokenizer,
    make_model,
    pad_id,
    window_limit,
)
from export.training.batches import BatchList
from export.training.recipes import RECIPE, Recipe, make_recipe, read_recipe, recipe_toml
from export.training.resumption import last_checkpoint, step_of, stopped_early
from export.training.run_results import METRICS, add_onnx, measure, save_model
from export.training.signals import noted_signals
from export.training.training_set import (
    Collator,
    TrainingSet,
    label_names,
    make_set,
    types_by_language,
)
from tagcli.errors import NertagError, UsageError
from tagcli.inference.encoding import Encoder
from tagcli.languages import unit_of
from tagcli.models.directory import TOKENIZER
from tagcli.tagger import OVERLAP_TOKENS

if TYPE_CHECKING:
    from export.training.distillation import Distillation

CHECKPOINTS, LOG = "checkpoints", "log.jsonl"
_MILESTONES = "milestones"  # in CHECKPOINTS: the weights to average
_EVAL_BATCH = 32


class InterruptedRun(NertagError):  # noqa: N818 - no error of anybody's
    """The run was stopped by a signal, after a checkpoint."""

    exit_code = 130


@dataclass(frozen=True, slots=True)
class Run:
    """What a recipe becomes before the first step: sets, labels, the encoder's folder, and the
    teachers if it has any."""

    recipe: Recipe
    base: Path
    labels: list[str]
    train: TrainingSet
    dev: TrainingSet
    test: list[Corpus]
    nertag: dict[str, Any]
    distillation: Distillation | None


def prepare(recipe: Recipe, data_dir: Path | None, say: Callable[[str], None]) -> Run:
    """Read the sources and turn them into windows. Raises NertagError for what is wrong."""
    base = find_base(recipe.base, data_dir)
    train = [load_source(source, data_dir) for source in recipe.train]
    dev = [load_source(source, data_dir) for source in recipe.dev]
    test = [load_source(source, data_dir) for source in recipe.test]
    for corpus in (*train, *dev, *test):
        if corpus.repaired:
            say(f"{corpus.name}: {corpus.repaired} tags repaired ({corpus.source.repair})")
    if recipe.drop_held_out:
        before = sum(len(corpus.examples) for corpus in train)
        train = without_held_out(train, (*dev, *test))
        dropped = before - sum(len(corpus.examples) for corpus in train)
        say(f"{dropped} train sentences left out that stand in a dev or test set too")
    for corpus in train:
        if not corpus.types and not recipe.needs_no_gold:
            raise UsageError(f"{corpus.name} annotates nothing, and there is no teacher")
    labels = label_names(train)
    types = list(dict.fromkeys(label[2:] for label in labels[1:]))
    for corpus in dev:
        if unknown := set(corpus.types).difference(types):
            raise UsageError(f"{corpus.name} has {min(unknown)}, which no train source has")
    limit = window_limit(base)
    units = base_units(base) if recipe.units is None else dict(recipe.units)
    labeller = Labeller(
        Encoder(base / TOKENIZER),
        limit,
        OVERLAP_TOKENS,
        partial(unit_of, units),
        {label: number for number, label in enumerate(labels)},
    )
    train_set = make_set(train, labeller, labels)
    dev_set = make_set(dev, labeller, labels, by_length=True)
    if not train_set.lengths:
        raise UsageError("nothing is left to train on: no train source has a sentence of its own")
    for corpus, count in zip((*train, *dev), train_set.misfits + dev_set.misfits, strict=True):
        if count:
            say(misfit_note(corpus.name, count))
    by_language = types_by_language(train, train_set)
    distillation = None
    if recipe.has_teacher:
        from export.training.distillation import load_teachers

        read = {name: unit_of(units, name) for name in {*by_language, *train_set.languages}}
        distillation = load_teachers(recipe, labels, read, base, data_dir)
        distillation.check_lengths(max(train_set.lengths))
        if recipe.needs_no_gold:
            by_language = distillation.with_types(by_language)
    nertag = {
        "scheme": "BIO2",
        "units": units,
        "word_label": "first",
        "labels_by_language": by_language,
        "max_tokens": limit,
        "quantisation": None,
        "license": recipe.license,
    }
    sentences, tokens = sum(len(corpus.examples) for corpus in train), sum(train_set.lengths)
    say(f"{sentences} sentences, {tokens} tokens to train on; types {', '.join(types)}")
    return Run(recipe, base, labels, train_set, dev_set, test, nertag, distillation)


def run_recipe(
    recipe: Recipe,
    out_dir: Path,
    say: Callable[[str], None],
    *,
    data_dir: Path | None = None,
    resume: bool = False,
) -> Path:
    """Train as the recipe says and leave a model directory at `out_dir`: safetensors, ONNX,
    recipe, log, metrics and card.

    `resume` goes on from the last checkpoint in `out_dir`. Raises UsageError, DataError, or
    InterruptedRun after a signal.
    """
    import transformers

    from export.training.averaging import average_if_better
    from export.training.callbacks import logged_seconds

    transformers.logging.set_verbosity_error()
    is_first = int(os.environ.get("RANK", "0")) == 0
    if is_first:
        _check_out_dir(out_dir, recipe, resume)
    run = prepare(recipe, data_dir, say)
    _check(run)
    if is_first and not resume:
        out_dir.mkdir(parents=True, exist_ok=True)
        (out_dir / RECIPE).write_text(recipe_toml(recipe), encoding="utf-8")
    trainer, interrupted = _fine_tune(run, out_dir, say, resume)
    if interrupted():
        raise InterruptedRun(f"stopped; --resume goes on from {out_dir / CHECKPOINTS}")
    averaged = None
    if recipe.average:
        folder = out_dir / CHECKPOINTS / _MILESTONES
        averaged = average_if_better(trainer, folder, recipe.average, say)
    f1 = averaged.f1 if averaged and averaged.chosen else trainer.state.best_metric
    if recipe.base_share:
        f1 = _blend(trainer, run, say)
    if not trainer.is_world_process_zero():
        return out_dir
    save_model(trainer.model, trainer.processing_class, run.base / TOKENIZER, out_dir)
    say("exporting to ONNX")
    add_onnx(out_dir)
    made = {
        "dev_f1": f1,
        "best_step": trainer.state.best_global_step,
        "average": averaged and averaged.as_dict(),
        "steps": trainer.state.global_step,
        "minutes": round(logged_seconds(out_dir / LOG) / 60, 1),
        "dev_history": [entry for entry in trainer.state.log_history if "eval_f1" in entry],
        "parameters": sum(p.numel() for p in trainer.model.parameters()),
    }
    measure(recipe, run.test, out_dir, made, say)
    shutil.rmtree(out_dir / CHECKPOINTS)
    return out_dir


def _check(run: Run) -> None:
    """Say what is wrong with the base or the weights of sources before anything is written."""
    from export.training.averaging import check_base

    if run.recipe.base_share:
        check_base(run.base, run.labels)
    make_model(run.base, run.recipe, run.labels, run.nertag)
    _batches(run)


def _blend(trainer: Any, run: Run, say: Callable[[str], None]) -> float:
    """Blend the trainer's model with the base; the dev F1 of the mean. All processes call this."""
    from export.training.averaging import blend

    share = run.recipe.base_share
    blend(trainer.model, make_model(run.base, run.recipe, run.labels, run.nertag), share)
    f1 = trainer.predict(trainer.eval_dataset, metric_key_prefix="mean").metrics["mean_f1"]
    say(f"mean with the base's weights, which count for {share:g}: dev F1 {f1:.4f}")
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


def _fine_tune(
    run: Run, out_dir: Path, say: Callable[[str], None], resume: bool
) -> tuple[Any, Callable[[], bool]]:
    """The trainer with the best weights loaded, and whether a signal stopped it."""
    from transformers import EarlyStoppingCallback, PrinterCallback

    from export.training.averaging import KeepWeights
    from export.training.callbacks import Progress, Schedule, SealCheckpoints
    from export.training.trainer import TokenTrainer, best_labels, make_metrics

    recipe = run.recipe
    batches = _batches(run)
    last = last_checkpoint(out_dir / CHECKPOINTS, say) if resume else None
    if last and stopped_early(last, recipe.patience):
        batches.end_after(step_of(last))
    stopped: list[int] = []
    schedule = Schedule(
        batches.milestones(recipe.evaluations), recipe.max_minutes, lambda: bool(stopped)
    )
    callbacks: list[Any] = [schedule]
    if recipe.patience:
        callbacks.append(EarlyStoppingCallback(recipe.patience))
    trainer = TokenTrainer(
        batches=batches,
        head_rate=recipe.head_rate,
        label_smoothing=recipe.label_smoothing,
        distillation=run.distillation,
        model_init=lambda: make_model(run.base, recipe, run.labels, run.nertag),
        args=_arguments(recipe, out_dir, len(batches)),
        train_dataset=run.train.dataset,
        eval_dataset=run.dev.dataset,
        data_collator=Collator(pad_id(run.base)),
        compute_metrics=make_metrics(run.dev, run.labels),
        preprocess_logits_for_metrics=best_labels,
        processing_class=load_tokenizer(run.base),
        callbacks=callbacks,
    )
    trainer.remove_callback(PrinterCallback)
    if trainer.is_world_process_zero():
        trainer.add_callback(Progress(say, out_dir / LOG))
        if recipe.average:
            trainer.add_callback(KeepWeights(out_dir / CHECKPOINTS / _MILESTONES, recipe.average))
    trainer.add_callback(SealCheckpoints())  # the last one: all that a checkpoint needs is there
    where = f"{trainer.args.world_size} x {trainer.args.device.type}"
    say(f"{len(batches)} steps on {where}, from {last or 'the beginning'}")
    with noted_signals(stopped):
        trainer.train(resume_from_checkpoint=str(last) if last else None)
        trainer.accelerator.wait_for_everyone()
    if schedule.out_of_time:
        say(f"{recipe.max_minutes:g} minutes are over: the best checkpoint so far is kept")
    return trainer, lambda: bool(stopped)


def _batches(run: Run) -> BatchList:
    return BatchList(
        run.train.lengths,
        run.train.window_weights,
        batch_tokens=run.recipe.batch_tokens,
        seed=run.recipe.seed,
        epochs=run.recipe.epochs,
        rank=int(os.environ.get("RANK", "0")),
        world_size=_world_size(),
    )


def _world_size() -> int:
    """How many processes train together, as their launcher says."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def _arguments(recipe: Recipe, out_dir: Path, steps: int) -> Any:
    import torch
    from transformers import TrainingArguments

    has_gpu, bf16 = torch.cuda.is_available(), _has_bf16()
    several_on_cpu = _world_size() > 1 and not has_gpu
    return TrainingArguments(
        output_dir=str(out_dir.resolve() / CHECKPOINTS),
        max_steps=steps,  # all epochs are one list of batches
        learning_rate=recipe.rate,
        weight_decay=recipe.weight_decay,
        warmup_steps=math.ceil(steps * recipe.warmup),
        lr_scheduler_type="linear",
        per_device_eval_batch_size=_EVAL_BATCH,
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
        label_names=["labels", "language"],
        remove_unused_columns=False,
        use_cpu=several_on_cpu or (bf16 and not has_gpu),  # bf16 is the GPU's unless so
        ddp_backend="gloo" if several_on_cpu else None,
        ddp_find_unused_parameters=False,
        dataloader_pin_memory=has_gpu,
        disable_tqdm=True,
        report_to=[],
    )


def _has_bf16() -> bool:
    """Whether the GPU, or without one the processor, multiplies bfloat16 itself."""
    import torch

    if torch.cuda.is_available():
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    names = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, bool)() for name in names)
