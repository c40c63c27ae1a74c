"""The Hugging Face Trainer with batches by tokens, masked loss and two learning rates.

Source: https://huggingface.co/docs/transformers/main_classes/trainer
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.utils.data import DataLoader
from transformers import Trainer

from export.training.masked_loss import mean_loss

if TYPE_CHECKING:
    from collections.abc import Callable

    from export.training.batches import BatchList
    from export.training.distillation import Distillation

_NO_DECAY = ("bias", "LayerNorm.weight", "layer_norm.weight")


class TokenTrainer(Trainer):  # type: ignore[misc]
    """A Trainer over the windows of a `TrainingSet`, whose steps are the batches of `batches`; the
    teachers of `distillation`, if there are any, are on its device. `dev_scores` gives the `f1` of
    a network, and what else is to be logged."""

    def __init__(
        self,
        *,
        batches: BatchList,
        head_rate: float,
        label_smoothing: float,
        dev_scores: Callable[[Any], dict[str, float]],
        distillation: Distillation | None = None,
        **settings: Any,
    ) -> None:
        super().__init__(**settings)
        self.optimizer: Any
        self.control: Any
        self._batches = batches
        self._head_rate = head_rate
        self._label_smoothing = label_smoothing
        self._dev_scores = dev_scores
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
        """The mean loss of a batch, with the teachers' part, and the output if asked."""
        labels, allowed = inputs.pop("labels"), inputs.pop("allowed")
        teaching = self._distillation
        output = model(**inputs, **(teaching.options if teaching else {}))
        loss = mean_loss(output.logits, labels, allowed, self._label_smoothing)
        if teaching:
            with self.accelerator.autocast():
                lesson = teaching.lesson(inputs)
            loss = teaching.mixed(loss, output, lesson, labels, inputs["attention_mask"])
        return (loss, output) if return_outputs else loss

    def scores(self) -> dict[str, float]:
        """The dev scores of the model as it is. All processes have to call this."""
        return self._dev_scores(self.model)

    def evaluate(self, *_: Any, metric_key_prefix: str = "eval", **__: Any) -> dict[str, float]:
        """The dev scores, logged and told to the callbacks as those of any Trainer are."""
        scores = {f"{metric_key_prefix}_{name}": one for name, one in self.scores().items()}
        self.log(dict(scores))
        self.control = self.callback_handler.on_evaluate(
            self.args, self.state, self.control, scores
        )
        return scores

    def _determine_best_metric(self, metrics: dict[str, float], trial: Any) -> bool:
        """Of checkpoints that are equally good the last is the best: it has learnt the most."""
        if metrics[f"eval_{self.args.metric_for_best_model}"] == self.state.best_metric:
            self.state.best_metric = None
        return bool(super()._determine_best_metric(metrics, trial))

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
