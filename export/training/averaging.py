"""The mean of the weights at a run's last evaluations, and whether it is the better model.

Source: "Model soups: averaging weights of multiple fine-tuned models improves accuracy without
increasing inference time" (Wortsman et al., 2022), https://arxiv.org/abs/2203.05482, here of
points of one run.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from tagcli.errors import UsageError
from tagcli.models.config import read_config

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

_PREFIX = "weights-"


@dataclass(frozen=True, slots=True)
class Averaging:
    """What an average came to: its dev F1, that of the best single checkpoint, the steps whose
    weights it is the mean of, and whether it was chosen."""

    f1: float
    best_f1: float
    steps: list[int]
    chosen: bool

    def as_dict(self) -> dict[str, Any]:
        """For metrics.json."""
        return asdict(self)


class KeepWeights(TrainerCallback):  # type: ignore[misc]
    """Writes the trained weights of the last `count` evaluations into `folder`, one file each.

    A file is written before its checkpoint, and an older one removed after it: whichever
    checkpoint a run resumes from, the files that it needs are there.
    """

    def __init__(self, folder: Path, count: int) -> None:
        self._folder = folder
        self._count = count

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Remove the files of steps that a resumed run has yet to take."""
        for path in _files(self._folder):
            if _step(path) > state.global_step:
                path.unlink()

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        model: Any = None,
        **_: Any,
    ) -> None:
        """Write the weights of this step."""
        self._folder.mkdir(parents=True, exist_ok=True)
        weights = {name: one.detach().contiguous() for name, one in _trained(model)}
        save_file(weights, self._folder / f"{_PREFIX}{state.global_step}.safetensors")

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        """Remove what is older than the last `count`."""
        for path in _files(self._folder)[: -self._count]:
            path.unlink()


def average_if_better(
    trainer: Any, folder: Path, count: int, note: Callable[[str], None]
) -> Averaging | None:
    """Give the trainer's model, which is the best single checkpoint, the mean of the weights that
    KeepWeights left in `folder`, if its dev F1 is at least as high.

    All processes have to call this; `note` is a progress callback. None if there was no evaluation.
    """
    trainer.accelerator.wait_for_everyone()
    files = _files(folder)[-count:]
    if not files:
        return None
    best = [(name, one.detach().cpu().clone()) for name, one in _trained(trainer.model)]
    _set_weights(trainer.model, mean_weights(files))
    f1 = trainer.scores()["f1"]
    best_f1 = trainer.state.best_metric
    made = Averaging(f1, best_f1, [_step(path) for path in files], f1 >= best_f1)
    if not made.chosen:
        _set_weights(trainer.model, best)
    note(
        f"mean of the weights at steps {', '.join(map(str, made.steps))}: dev F1 {f1:.4f}; "
        f"best checkpoint, step {trainer.state.best_global_step}: {best_f1:.4f}; "
        f"the {'mean' if made.chosen else 'best checkpoint'} is kept"
    )
    return made


def mean_weights(files: Sequence[Path]) -> Iterator[tuple[str, torch.Tensor]]:
    """Name and mean, in float64, of every weight in safetensors files that have the same names;
    one weight at a time is in memory."""
    with ExitStack() as stack:
        opened = [stack.enter_context(safe_open(path, framework="pt")) for path in files]
        for name in list(opened[0].keys()):
            total = sum(file.get_tensor(name).double() for file in opened)
            yield name, total / len(files)


def _set_weights(model: Any, weights: Iterable[tuple[str, torch.Tensor]]) -> None:
    with torch.no_grad():
        for name, weight in weights:
            model.get_parameter(name).copy_(weight)


def _trained(model: Any) -> Iterator[tuple[str, Any]]:
    """Names and parameters that are not frozen, and so may differ between two steps."""
    return ((name, one) for name, one in model.named_parameters() if one.requires_grad)


def _files(folder: Path) -> list[Path]:
    """By step."""
    return sorted(folder.glob(f"{_PREFIX}*.safetensors"), key=_step)


def _step(path: Path) -> int:
    return int(path.stem.removeprefix(_PREFIX))


def check_base(base: Path, labels: Sequence[str]) -> None:
    """Raise UsageError for a base that is no token classifier with these labels in this order."""
    named = read_config(base).get("id2label", {})
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
