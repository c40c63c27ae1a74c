"""The Hugging Face Trainer with batches by tokens, masked loss and two learning rates.

Source: https://huggingface.co/docs/transformers/main_classes/trainer
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2
from torch.utils.data import DataLoader
from transformers import EvalPrediction, Trainer
from transformers.modeling_outputs import TokenClassifierOutput

from export.corpora.labelling import IGNORED
from export.training.batches import BatchList
from export.training.distillation import Distillation
from export.training.masked_loss import mask_unannotated, mean_loss
from export.training.training_set import TrainingSet

_NO_DECAY = ("bias", "LayerNorm.weight", "layer_norm.weight")


class TokenTrainer(Trainer):  # type: ignore[misc]
    """A Trainer over a `TrainingSet`, whose steps are the batches of `batches`; the teachers of
    `distillation`, if there are any, are on its device."""

    def __init__(
        self,
        *,
        batches: BatchList,
        head_rate: float,
        label_smoothing: float,
        distillation: Distillation | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.optimizer: Any
        self._batches = batches
        self._head_rate = head_rate
        self._label_smoothing = label_smoothing
        self._distillation = distillation and distillation.to(self.args.device)

    def get_train_dataloader(self) -> DataLoader[Any]:
        """The planned batches of this process; they are dealt out already, so nothing is left for
        accelerate to prepare."""
        return DataLoader(
            self.train_dataset, batch_sampler=self._batches, collate_fn=self.data_collator
        )

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,  # noqa: ARG002 - the Trainer gives it by this name
    ) -> Any:
        """The mean loss of a batch, in training with the teachers' part, and the masked logits if
        asked."""
        labels, allowed = inputs.pop("labels"), inputs.pop("allowed")
        inputs.pop("language", None)
        teaching = self._distillation if model.training else None
        output = model(**inputs, **(teaching.options if teaching else {}))
        logits = output.logits
        smoothing = self._label_smoothing if model.training else 0.0
        loss = mean_loss(logits, labels, allowed, smoothing)
        if teaching:
            with self.accelerator.autocast():
                lesson = teaching.lesson(inputs)
            loss = teaching.mixed(loss, output, lesson, labels, inputs["attention_mask"])
        if not return_outputs:
            return loss
        return loss, TokenClassifierOutput(logits=mask_unannotated(logits, allowed))

    def create_optimizer(self) -> Any:
        """AdamW with a rate of its own for the head, and no decay of biases and norms."""
        if self.optimizer is None:
            self.optimizer = torch.optim.AdamW(
                self._parameter_groups(),
                lr=self.args.learning_rate,
                eps=self.args.adam_epsilon,
                fused=True,
            )
        return self.optimizer

    def _parameter_groups(self) -> list[dict[str, Any]]:
        prefix = f"{self.model.base_model_prefix}."
        groups: dict[tuple[float, float], list[Any]] = {}
        for name, parameter in self.model.named_parameters():
            if parameter.requires_grad:
                rate = self.args.learning_rate if name.startswith(prefix) else self._head_rate
                decay = 0.0 if name.endswith(_NO_DECAY) else self.args.weight_decay
                groups.setdefault((rate, decay), []).append(parameter)
        return [
            {"params": parameters, "lr": rate, "weight_decay": decay}
            for (rate, decay), parameters in groups.items()
        ]


def best_labels(logits: torch.Tensor, _labels: Any) -> torch.Tensor:
    """The label of every position, shape (batch, tokens): all that the metrics need of logits."""
    return logits.argmax(dim=-1)


def make_metrics(
    dev: TrainingSet, labels: Sequence[str]
) -> Callable[[EvalPrediction], dict[str, float]]:
    """Strict span F1 (seqeval, IOB2) over all sentences and by language."""

    def compute(prediction: EvalPrediction) -> dict[str, float]:
        gold_ids, language_ids = prediction.label_ids
        known = gold_ids != IGNORED
        rows = zip(prediction.predictions, gold_ids, known, strict=True)
        names = [
            ([labels[i] for i in found[keep]], [labels[i] for i in gold[keep]])
            for found, gold, keep in rows
        ]
        scores = {"f1": _f1(names)}
        for number, language in enumerate(dev.languages):
            chosen = np.flatnonzero(language_ids == number)
            scores[f"f1_{language}"] = _f1([names[i] for i in chosen])
        return scores

    return compute


def _f1(rows: Sequence[tuple[list[str], list[str]]]) -> float:
    found, gold = [row[0] for row in rows], [row[1] for row in rows]
    if not any(label != "O" for row in gold + found for label in row):
        return 0.0
    score = f1_score(gold, found, mode="strict", scheme=IOB2, zero_division=0)
    return float(score)
