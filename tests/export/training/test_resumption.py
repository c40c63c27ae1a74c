"""Checkpoints that are whole, and what a run makes of those that are not."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
import torch
from safetensors.torch import load_file

from export.corpora.source import Source
from export.training import run as training
from export.training.recipes import Recipe
from export.training.resumption import checkpoints_after, last_checkpoint, seal
from tests.support.paths import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.tiny_models import ModelMaker

# Sealed folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three checkpoints, the second the best, and weights that they share."""
    for step in (10, 20, 30):
        checkpoint = tmp_path / f"checkpoint-{step}"
        checkpoint.mkdir()
        (checkpoint / "model.safetensors").write_bytes(bytes([step]) * 1000)
        (checkpoint / "optimizer.pt").write_bytes(b"")
        state = {"best_global_step": min(step, 20), "global_step": step}
        (checkpoint / "trainer_state.json").write_text(json.dumps(state))
        shared = tmp_path / "milestones" / f"weights-{step}.safetensors"
        shared.parent.mkdir(exist_ok=True)
        shared.write_bytes(bytes([step]))
        seal(checkpoint)
    return tmp_path


def found(folder: Path) -> tuple[str | None, list[str]]:
    """The last checkpoint, and what is said of others."""
    said: list[str] = []
    last = last_checkpoint(folder, said.append)
    return last and last.name, said


def test_the_newest_of_whole_checkpoints_is_the_last(folder: Path) -> None:
    assert found(folder) == ("checkpoint-30", [])
    shutil.rmtree(folder / "checkpoint-30")
    assert found(folder) == ("checkpoint-20", [])


def test_without_checkpoints_there_is_none(tmp_path: Path) -> None:
    assert found(tmp_path) == (None, [])
    assert found(tmp_path / "nothing") == (None, [])
    (tmp_path / "checkpoint-x").mkdir()
    assert found(tmp_path) == (None, [])


def test_a_folder_that_was_moved_is_whole(folder: Path, tmp_path: Path) -> None:
    (folder / "new").mkdir()
    for path in [*folder.glob("checkpoint-*"), folder / "milestones"]:
        path.rename(folder / "new" / path.name)
    assert found(folder / "new") == ("checkpoint-30", [])


NAMES = ("model.safetensors", "optimizer.pt", "trainer_state.json", "whole.json")
DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": lambda path: path.unlink(),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1] or b"x"),
    "changed": lambda path: path.write_bytes(b"x" + path.read_bytes()[1:]),
    "no file": lambda path: (path.unlink(), path.mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_damaged_checkpoint_is_left_out_and_said(
    folder: Path, name: str, damage: Callable[[Path], object]
) -> None:
    damage(folder / "checkpoint-30" / name)
    last, (said,) = found(folder)
    assert last == "checkpoint-20"
    assert said.startswith(f"{folder / 'checkpoint-30'} is left out: ")
    assert "\n" not in said


def test_a_checkpoint_needs_the_best_one(folder: Path) -> None:
    (folder / "checkpoint-20" / "model.safetensors").write_bytes(b"")
    last, said = found(folder)
    assert last == "checkpoint-10"
    assert [one.partition(" is left out: ")[0] for one in said] == [
        str(folder / "checkpoint-30"), str(folder / "checkpoint-20")
    ]  # fmt: skip
    (folder / "checkpoint-10" / "model.safetensors").unlink()
    assert found(folder)[0] is None


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_checkpoint_needs_what_all_share(folder: Path, damage: Callable[[Path], object]) -> None:
    damage(folder / "milestones" / "weights-30.safetensors")
    assert found(folder)[0] == "checkpoint-20"


def test_what_a_later_checkpoint_needs_no_more_may_be_gone(folder: Path) -> None:
    (folder / "milestones" / "weights-10.safetensors").unlink()
    seal(folder / "checkpoint-30")
    assert found(folder) == ("checkpoint-30", [])
    (folder / "checkpoint-30" / "optimizer.pt").unlink()
    assert found(folder)[0] == "checkpoint-20"


@pytest.mark.parametrize("content", ["", "{", "{}", "[]", "7", "null", '"x"', "[" * 100_000])
def test_a_seal_that_says_nothing(folder: Path, content: str) -> None:
    (folder / "checkpoint-30" / "whole.json").write_text(content)
    last, said = found(folder)
    assert last == "checkpoint-20"
    assert said == [f"{folder / 'checkpoint-30'} is left out: it was not written to its end"]


def test_checkpoints_of_later_steps(folder: Path) -> None:
    names = [path.name for path in checkpoints_after(folder, 10)]
    assert sorted(names) == ["checkpoint-20", "checkpoint-30"]
    assert checkpoints_after(folder, 30) == []


# Runs


class _Killed(BaseException):
    """Ends a run in the middle."""


@dataclass(frozen=True, slots=True)
class Runs:
    """A recipe, the weights that it makes undisturbed, and the folder of a run that was killed."""

    recipe: Recipe
    weights: dict[str, Any]
    killed: Path


def _nothing(message: str) -> None:
    pass


def _killer(count: int) -> Callable[[str], None]:
    """A listener that ends the run at its so many-th evaluation, before that is saved."""
    heard: list[str] = []

    def hear(message: str) -> None:
        heard.extend([message] if "dev F1" in message else [])
        if len(heard) == count:
            raise _Killed

    return hear


@pytest.fixture(scope="module")
def runs(tiny_base: ModelMaker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runs]:
    folder = tmp_path_factory.mktemp("runs")
    sources = {role: (Source(str(SAMPLES / f"{role}.conll"), role),) for role in ("train", "dev")}
    recipe = Recipe(
        str(tiny_base("xlmr")), epochs=4, rate=3e-3, head_rate=5e-3, batch_tokens=400, **sources
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(training, "add_onnx", lambda out_dir: None)
        patch.setattr(training, "measure", lambda *given: None)
        whole = training.run_recipe(recipe, folder / "whole", _nothing)
        with pytest.raises(_Killed):
            training.run_recipe(recipe, folder / "killed", _killer(3))
        yield Runs(recipe, load_file(whole / "model.safetensors"), folder / "killed")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("optimizer.pt", "missing"),
        ("scheduler.pt", "missing"),
        ("rng_state.pth", "missing"),
        ("trainer_state.json", "cut"),
        ("model.safetensors", "changed"),
    ],
)
def test_a_run_goes_on_from_the_checkpoint_before(
    runs: Runs, tmp_path: Path, name: str, kind: str
) -> None:
    out = tmp_path / "out"
    shutil.copytree(runs.killed, out)
    first, second = sorted(
        (out / training.CHECKPOINTS).glob("checkpoint-*"),
        key=lambda path: int(path.name.partition("-")[2]),
    )
    DAMAGES[kind](second / name)
    said: list[str] = []
    training.run_recipe(runs.recipe, out, said.append, resume=True)
    assert [one for one in said if one.startswith(f"{second} is left out: ")]
    assert [one for one in said if one.endswith(f"from {first}")]
    after = load_file(out / "model.safetensors")
    assert after.keys() == runs.weights.keys()
    assert all(torch.equal(after[name], weight) for name, weight in runs.weights.items())


def test_a_run_without_a_whole_checkpoint_begins_anew(runs: Runs, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(runs.killed, out)
    for checkpoint in (out / training.CHECKPOINTS).glob("checkpoint-*"):
        (checkpoint / "optimizer.pt").unlink()
    said: list[str] = []
    training.run_recipe(runs.recipe, out, said.append, resume=True)
    assert sum(" is left out: " in one for one in said) == 2
    assert [one for one in said if one.endswith("from the beginning")]
    after = load_file(out / "model.safetensors")
    assert all(torch.equal(after[name], weight) for name, weight in runs.weights.items())
