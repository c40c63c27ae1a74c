"""Tuning a checkpoint to its int8 graph: it learns to give the logits that it gives in float.

Source: LLM-QAT (https://arxiv.org/abs/2305.17888), for what it is taught by.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from export.quantisation.fake_quantisation import round_model
from export.training.batches import BatchList
from tagcli.models.directory import TOKENIZER, read_model
from tagcli.models.transformers_checkpoint import read_transformers_config

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from export.quantisation.int8_graph import Activations
    from tagcli.inference.encoding import ModelInput

_STEPS_A_NOTE = 10
_MOST_GRADIENT = 1.0  # its norm is cut to that


@dataclass(frozen=True, slots=True)
class TuningOptions:
    """How to tune: passes over the inputs, at most so many steps of so many tokens, and the
    greatest learning rate, reached after the share `warmup` of the steps."""

    passes: int = 1
    most_steps: int = 200
    batch_tokens: int = 1024
    learning_rate: float = 1e-5
    warmup: float = 0.1
    seed: int = 17


def tune(
    checkpoint: Path,
    seen: Mapping[str, Activations],
    inputs: Sequence[ModelInput],
    out_dir: Path,
    note: Callable[[str], None],
    options: TuningOptions = TuningOptions(),
) -> Path:
    """Write a checkpoint whose weights lose nothing when they are quantised with the activations
    `seen` of its linear layers, by their names, and return it.

    It is taught by itself in float, on `inputs`; that is a function of the seed alone.
    """
    teacher, student = _load(checkpoint), _load(checkpoint)
    layers = round_model(student, seen)
    batches = _batches(inputs, read_model(checkpoint).pad_id, options)
    _teach(teacher, student, batches, options, note)
    for layer in layers:
        layer.bake()
    student.save_pretrained(out_dir)
    shutil.copyfile(checkpoint / TOKENIZER, out_dir / TOKENIZER)
    return out_dir


def _load(checkpoint: Path) -> Any:
    """In evaluation mode: without dropout both see the same."""
    from transformers import AutoModelForTokenClassification

    model = AutoModelForTokenClassification.from_pretrained(
        checkpoint,
        config=read_transformers_config(checkpoint),
        dtype=torch.float32,
        use_safetensors=True,
        trust_remote_code=False,
    )
    return model.eval()


@dataclass(frozen=True, slots=True)
class Batch:
    """What the model is given, and the positions whose labels are read, shape (batch, tokens)."""

    ids: torch.Tensor
    mask: torch.Tensor
    labelled: torch.Tensor

    def logits(self, model: Any) -> torch.Tensor:
        """Of the labelled positions, shape (positions, labels): of special tokens and the inner
        pieces of words nothing is asked."""
        found = model(input_ids=self.ids, attention_mask=self.mask).logits
        return found[self.labelled]


def _batches(inputs: Sequence[ModelInput], pad_id: int, options: TuningOptions) -> list[Batch]:
    """The batches of every step."""
    planned = BatchList(
        [len(one.ids) for one in inputs],
        [1.0] * len(inputs),
        batch_tokens=options.batch_tokens,
        seed=options.seed,
        epochs=options.passes,
    )
    planned.end_after(options.most_steps)
    return [make_batch([inputs[i] for i in batch], pad_id) for batch in planned]


def make_batch(inputs: Sequence[ModelInput], pad_id: int) -> Batch:
    """The inputs with their padding."""
    shape = (len(inputs), max(len(one.ids) for one in inputs))
    ids = torch.full(shape, pad_id)
    mask, labelled = torch.zeros(shape, dtype=torch.int64), torch.zeros(shape, dtype=torch.bool)
    for place, one in enumerate(inputs):
        ids[place, : len(one.ids)] = torch.from_numpy(one.ids)
        mask[place, : len(one.ids)] = 1
        labelled[place, torch.from_numpy(one.rows)] = True
    return Batch(ids, mask, labelled)


def _teach(
    teacher: Any,
    student: Any,
    batches: Sequence[Batch],
    options: TuningOptions,
    note: Callable[[str], None],
) -> None:
    learning = [one for one in student.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=options.learning_rate, weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: _share_of_rate(step, len(batches), options.warmup)
    )
    losses = []
    for step, batch in enumerate(batches, start=1):
        with torch.no_grad():
            wanted = batch.logits(teacher)
        loss = divergence(wanted, batch.logits(student))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learning, _MOST_GRADIENT)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step % _STEPS_A_NOTE == 0 or step == len(batches):
            note(f"tuning, step {step} of {len(batches)}: KL {np.mean(losses):.5f}")
            losses = []


def _share_of_rate(step: int, steps: int, warmup: float) -> float:
    """Of the greatest learning rate: up to it and down to nothing, both in a line."""
    rising = max(1, round(warmup * steps))
    return min((step + 1) / (rising + 1), (steps - step) / max(1, steps - rising))


def divergence(wanted: torch.Tensor, found: torch.Tensor) -> torch.Tensor:
    """The mean KL in nats of what is found from what is wanted, both logits of shape (positions,
    labels)."""
    wanted, found = (torch.log_softmax(logits, dim=-1) for logits in (wanted, found))
    return torch.nn.functional.kl_div(found, wanted, reduction="batchmean", log_target=True)
