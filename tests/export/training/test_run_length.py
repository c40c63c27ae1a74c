"""How many steps a run has by the size of its train sets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from export.corpora.source import Source
from export.training.fine_tuning import fine_tune
from export.training.preparation import prepare
from export.training.recipe import Recipe
from export.training.run_length import ENOUGH_STEPS, RunLength, run_length, settled, thinned
from tests.support.paths import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.tiny_models import ModelMaker

SOURCE = Source("x")


def _length(sentences: int, processes: int = 1, **settings: int) -> RunLength:
    recipe = Recipe("b", (SOURCE,), (SOURCE,), **settings)  # type: ignore[arg-type]
    return run_length(recipe, [30] * sentences, [1.0] * sentences, processes)


@pytest.mark.parametrize("sentences", [10, 100, 300, 1000, 3000])
@pytest.mark.parametrize("processes", [1, 2])
def test_a_small_corpus_has_enough_steps(sentences: int, processes: int) -> None:
    length = _length(sentences, processes)
    assert length.epochs * length.steps >= ENOUGH_STEPS
    assert length.batch_tokens <= 1536
    assert length.epochs >= 3


def test_of_a_small_corpus_batches_become_smaller_before_epochs_become_more() -> None:
    assert _length(700) == RunLength(epochs=8, steps=50, batch_tokens=420)
    assert _length(40) == RunLength(epochs=80, steps=5, batch_tokens=256)


def test_a_large_corpus_has_the_usual_length() -> None:
    assert _length(20_000) == RunLength(epochs=3, steps=393, batch_tokens=1536)


def test_what_is_said_is_kept() -> None:
    assert _length(300, epochs=3, batch_tokens=1536) == RunLength(3, 6, 1536)
    assert _length(300, epochs=2).epochs == 2
    assert _length(300, batch_tokens=1536) == RunLength(67, 6, 1536)
    assert _length(20_000, epochs=1).epochs == 1


def test_weights_count_as_sentences_do() -> None:
    recipe = Recipe("b", (SOURCE,), (SOURCE,))
    assert run_length(recipe, [30] * 100, [3.0] * 100, 1) == _length(300)


def test_a_corpus_without_batches_has_no_steps() -> None:
    recipe = Recipe("b", (SOURCE,), (SOURCE,))
    assert run_length(recipe, [30], [1e-9], 1).steps == 0


@pytest.mark.parametrize(
    ("sentences", "width", "settings", "rate", "frozen"),
    [
        (300, 384, {}, 1e-4, True),
        (300, 768, {}, 5e-5, True),
        (20_000, 1024, {}, 5e-5, False),
        (300, 384, {"rate": 3e-5, "freeze_embeddings": False}, 3e-5, False),
        (20_000, 768, {"rate": 2e-4, "freeze_embeddings": True}, 2e-4, True),
    ],
)
def test_rate_and_frozen_embeddings_follow_encoder_and_corpus(
    sentences: int, width: int, settings: dict[str, float], rate: float, frozen: bool
) -> None:
    recipe = Recipe("b", (SOURCE,), (SOURCE,), **settings)  # type: ignore[arg-type]
    found = settled(recipe, width, [30] * sentences, [1.0] * sentences)
    assert (found.rate, found.freeze_embeddings) == (rate, frozen)


@pytest.mark.parametrize(
    ("epochs", "said", "kept"),
    [
        (8, None, list(range(1, 9))),
        (40, None, list(range(4, 41, 4))),
        (45, None, list(range(5, 46, 5))),
        (40, 40, list(range(1, 41))),
    ],
)
def test_few_of_many_epochs_are_evaluated(epochs: int, said: int | None, kept: list[int]) -> None:
    recipe = Recipe("b", (SOURCE,), (SOURCE,), epochs=said)
    assert list(thinned(list(range(1, epochs + 1)), recipe)) == kept


def test_a_run_says_and_takes_its_steps(tiny_base: ModelMaker, tmp_path: Path) -> None:
    train, dev = (Source(str(SAMPLES / f"{role}.conll"), role) for role in ("train", "dev"))
    recipe = Recipe(str(tiny_base("xlmr")), (train,), (dev,), rate=1e-3)
    said = list[str]()
    run = prepare(recipe, None, said.append)
    steps = fine_tune(run, tmp_path, said.append, False)[0].state.global_step
    length = run_length(recipe, run.train.lengths, run.train.window_weights, 1)
    assert f"{run.sentences} sentences: {length}; rate 0.001, embeddings frozen" in said
    assert steps == length.epochs * length.steps >= ENOUGH_STEPS
    assert len([message for message in said if "dev F1" in message]) <= 10
