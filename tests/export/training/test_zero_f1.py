"""What a run says that has found nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from export.corpora.source import Source
from export.training import run as training
from export.training.preparation import prepare
from export.training.recipe import Recipe
from export.training.zero_f1 import likely_cause
from tagcli.errors import UsageError
from tests.support.paths import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.tiny_models import ModelMaker


def _nothing(message: str) -> None:
    pass


def _source(folder: Path, role: str, text: str, **settings: Any) -> Source:
    path = folder / f"{role}.conll"
    path.write_text(text, encoding="utf-8")
    return Source(str(path), role, **settings)


PER, OTHER, NONE = "Anna\tB-PER\nsingt\tO\n", "Anna\tB-per\nsingt\tO\n", "Es\tO\nregnet\tO\n"


@pytest.mark.parametrize(
    ("train", "dev", "settings", "steps", "cause"),
    [
        (PER, NONE, {}, 500, "the dev sets have no entity"),
        (PER + "\n" + OTHER, OTHER, {}, 500, "PER and per count as different types"),
        (PER, PER, {}, 33, "33 steps are few, 400 are usual"),
        (PER, PER, {"rate": 0.05}, 500, "rate = 0.05 is far from what is usual"),
        (PER, PER, {"head_rate": 1e-9}, 500, "head_rate = 1e-09 is far"),
        (PER, PER, {}, 500, "train and dev sets may differ"),
    ],
)
def test_the_cause_is_named(
    tiny_base: ModelMaker, tmp_path: Path, train: str, dev: str, settings: dict[str, float],
    steps: int, cause: str,
) -> None:  # fmt: skip
    sources = (_source(tmp_path, "train", train),), (_source(tmp_path, "dev", dev),)
    recipe = Recipe(str(tiny_base("xlmr")), *sources, **settings)  # type: ignore[arg-type]
    assert cause in likely_cause(prepare(recipe, None, _nothing), steps)


def test_types_that_are_declared_and_do_not_occur_are_no_common_ones(
    tiny_base: ModelMaker, tmp_path: Path
) -> None:
    train = _source(tmp_path, "train", PER, annotates=("PER", "LOC"))
    dev = _source(tmp_path, "dev", "Bern\tB-LOC\n")
    run = prepare(Recipe(str(tiny_base("xlmr")), (train,), (dev,)), None, _nothing)
    assert "no entity of the types of the dev sets (LOC)" in likely_cause(run, 500)


@pytest.mark.parametrize(
    ("label", "hint"), [("per", "they have PER, in other letters"), ("LOC", "they have PER")]
)
def test_types_that_train_lacks_are_told_with_those_that_it_has(
    tiny_base: ModelMaker, tmp_path: Path, label: str, hint: str
) -> None:
    train, dev = _source(tmp_path, "train", PER), _source(tmp_path, "dev", f"Bern\tB-{label}\n")
    with pytest.raises(UsageError, match=f"has {label}, which no train source has: {hint}$"):
        prepare(Recipe(str(tiny_base("xlmr")), (train,), (dev,)), None, _nothing)


def test_a_run_that_found_nothing_does_not_offer_its_model(
    tiny_base: ModelMaker, tmp_path: Path
) -> None:
    train, dev = (Source(str(SAMPLES / f"{role}.conll"), role) for role in ("train", "dev"))
    recipe = Recipe(
        str(tiny_base("xlmr")), (train,), (dev,), epochs=1, batch_tokens=1536, rate=1e-5,
        head_rate=0.05,
    )  # fmt: skip
    said = list[str]()
    out = training.run_recipe(recipe, tmp_path / "out", said.append)
    last, export = said[-2:]
    assert last.startswith("dev F1 is 0, the model finds nothing right: ")
    assert "steps are few" in last
    assert not any("try nertag" in message for message in said)
    size = sum(path.stat().st_size for path in out.iterdir()) / 1e6
    assert export.startswith(f"{out} has {size:.0f} MB; nertag-export {out} DIR makes some ")
