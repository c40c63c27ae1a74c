"""The mean of the last evaluations' weights: what it is, when it is chosen, what a resume keeps."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from export.training.averaging import (
    KeepWeights,
    average_if_better,
    blend,
    check_base,
    mean_weights,
)
from tagcli.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path


class _Trainer:
    """A trainer with a model of two weights, whose average scores `f1` on the dev set."""

    def __init__(self, f1: float) -> None:
        self.model = torch.nn.Linear(2, 1)
        self.model.bias.requires_grad_(False)
        self.state = SimpleNamespace(best_metric=0.5, best_global_step=2, global_step=0)
        self.accelerator = SimpleNamespace(wait_for_everyone=lambda: None)
        self._f1 = f1

    def scores(self) -> dict[str, float]:
        return {"f1": self._f1}

    def step(self, number: int, kept: KeepWeights, *, save: bool = True) -> None:
        """Every weight becomes the step's number; the callback sees an evaluation there."""
        self.state.global_step = number
        torch.nn.init.constant_(self.model.weight, number)
        given: tuple[Any, ...] = (None, self.state, None)
        kept.on_evaluate(*given, model=self.model)
        if save:
            kept.on_save(*given)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_the_mean_is_that_of_float64(tmp_path: Path) -> None:
    torch.manual_seed(0)
    rows = [{"a": torch.randn(3, 4) * 10**i, "b": torch.randn(2)} for i in range(7)]
    files = [tmp_path / f"{i}.safetensors" for i in range(7)]
    for row, path in zip(rows, files, strict=True):
        save_file(row, path)
    found = dict(mean_weights(files))
    for name in ("a", "b"):
        expected = torch.stack([row[name] for row in rows]).double().mean(0)
        assert torch.allclose(found[name], expected, rtol=1e-14, atol=0)


def test_only_the_last_files_and_trained_weights_are_kept(tmp_path: Path) -> None:
    trainer, kept = _Trainer(0.5), KeepWeights(tmp_path, 2)
    for number in (3, 9, 10, 11):
        trainer.step(number, kept)
    assert _names(tmp_path) == ["weights-10.safetensors", "weights-11.safetensors"]
    assert set(load_file(tmp_path / "weights-10.safetensors")) == {"weight"}


def test_a_resume_finds_what_its_checkpoint_needs(tmp_path: Path) -> None:
    trainer, kept = _Trainer(0.5), KeepWeights(tmp_path, 2)
    trainer.step(1, kept)
    trainer.step(2, kept)
    trainer.step(3, kept, save=False)  # killed before the checkpoint
    trainer.state.global_step = 2
    KeepWeights(tmp_path, 2).on_train_begin(*(None, trainer.state, None))  # type: ignore[arg-type]
    assert _names(tmp_path) == ["weights-1.safetensors", "weights-2.safetensors"]


@pytest.mark.parametrize(("f1", "weight"), [(0.6, 2.5), (0.5, 2.5), (0.4, 7.0)])
def test_the_mean_is_chosen_if_it_is_no_worse(tmp_path: Path, f1: float, weight: float) -> None:
    trainer: Any = _Trainer(f1)
    kept, said = KeepWeights(tmp_path, 2), list[str]()
    for number in (1, 2, 3):
        trainer.step(number, kept)
    torch.nn.init.constant_(trainer.model.weight, 7.0)  # the best checkpoint
    made = average_if_better(trainer, tmp_path, 2, said.append)
    assert made is not None
    assert made.as_dict() == {"f1": f1, "best_f1": 0.5, "steps": [2, 3], "chosen": f1 >= 0.5}
    assert trainer.model.weight.tolist() == [[weight, weight]]
    kind = "mean" if f1 >= 0.5 else "best checkpoint"
    assert said == [
        f"mean of the weights at steps 2, 3: dev F1 {f1:.4f}; best checkpoint, step 2: 0.5000; "
        f"the {kind} is kept"
    ]


def test_without_an_evaluation_there_is_no_mean(tmp_path: Path) -> None:
    trainer: Any = _Trainer(0.9)
    assert average_if_better(trainer, tmp_path, 2, str) is None


def test_the_mean_has_the_share_of_each() -> None:
    model, base = torch.nn.Linear(2, 3), torch.nn.Linear(2, 3)
    expected = {
        name: 0.75 * one.detach() + 0.25 * dict(base.named_parameters())[name].detach()
        for name, one in model.named_parameters()
    }
    blend(model, base, 0.25)
    for name, one in model.named_parameters():
        assert torch.allclose(one, expected[name])
        assert one.requires_grad


def test_what_is_the_same_stays_to_the_bit() -> None:
    model, base = torch.nn.Linear(7, 5), torch.nn.Linear(7, 5)
    model.load_state_dict(base.state_dict())
    blend(model, base, 0.3)
    assert torch.equal(model.weight, base.weight)


def test_a_base_with_other_labels_is_refused(tmp_path: Path) -> None:
    labels = {str(number): f"B-{number}" for number in (10, *range(10))}
    (tmp_path / "config.json").write_text(json.dumps({"id2label": labels}), encoding="utf-8")
    check_base(tmp_path, [f"B-{number}" for number in range(11)])
    with pytest.raises(UsageError, match="base_share needs a base with the run's own labels"):
        check_base(tmp_path, ["O"])
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="has none"):
        check_base(tmp_path, ["O"])
