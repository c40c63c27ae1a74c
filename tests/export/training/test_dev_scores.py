"""The dev F1 of training beside what `nertag-eval` gives on the same sentences."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch
from click.testing import CliRunner

from export.commands.evaluate import main as nertag_eval
from export.corpora.source import Source
from export.corpora.sources import load_source
from export.training import run as training
from export.training.dev_scores import DevScorer
from export.training.recipe import Recipe
from tagcli.inference.encoding import Encoder
from tagcli.models.directory import TOKENIZER, read_model
from tests.support.paths import SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.tiny_models import ModelMaker

WORDS = Source(str(SAMPLES / "dev.conll"), "dev")
KOREAN = Source(str(SAMPLES / "ko.dev.jsonl"), "dev", language="ko")


def _evaluated(model: Path, source: Source) -> dict[str, Any]:
    """The micro-average of `nertag-eval`."""
    language = ["--lang", source.language] if source.language else []
    done = CliRunner().invoke(
        nertag_eval, [str(model), source.place, "--format", "json", "--bootstrap", "0", *language]
    )
    assert done.exit_code == 0, done.output
    result: dict[str, Any] = json.loads(done.stdout)[0]
    return result


def _f1(model: Path, source: Source) -> float:
    return float(_evaluated(model, source)["micro"]["f1"])


@pytest.mark.parametrize("source", [WORDS, KOREAN], ids=["words", "Korean"])
def test_it_is_what_nertag_eval_gives(
    tiny_base: ModelMaker, tmp_path: Path, source: Source
) -> None:
    train = Source(source.place.replace("dev", "train"), language=source.language)
    recipe = Recipe(
        str(tiny_base("xlmr")), (train,), (source,), rate=3e-3, head_rate=5e-3, epochs=6,
        batch_tokens=150, freeze_embeddings=False,
    )  # fmt: skip
    said = list[str]()
    out = training.run_recipe(recipe, tmp_path / "out", said.append)
    metrics = json.loads((out / "metrics.json").read_text(encoding="utf-8"))
    expected = _f1(out, source)
    assert 0 < expected < 1
    assert round(metrics["dev_f1"], 4) == round(expected, 4)
    assert any(f"dev F1 {expected:.4f}" in message for message in said)


@pytest.mark.parametrize("source", [WORDS, KOREAN], ids=["words", "Korean"])
def test_labels_that_cannot_follow_each_other_are_read_as_nertag_reads_them(
    checkpoint: ModelMaker, source: Source
) -> None:
    from transformers import AutoModelForTokenClassification

    folder = checkpoint("nertag")  # of random weights
    network = AutoModelForTokenClassification.from_pretrained(folder)
    corpora = [load_source(source)]
    scorer = DevScorer(read_model(folder), Encoder(folder / TOKENIZER), corpora)
    language = source.language or "latin"
    found = scorer.scores(network.train())
    expected = _f1(folder, source)
    assert found == {"f1": pytest.approx(expected), f"f1_{language}": pytest.approx(expected)}


def test_scores_are_those_of_all_corpora_and_of_each_language(checkpoint: ModelMaker) -> None:
    from transformers import AutoModelForTokenClassification

    folder = checkpoint("nertag")
    network = AutoModelForTokenClassification.from_pretrained(folder)
    sources = (WORDS, replace(KOREAN, language=None))
    model, encoder = read_model(folder), Encoder(folder / TOKENIZER)
    scores = DevScorer(model, encoder, list(map(load_source, sources))).scores(network)
    several = [_evaluated(folder, source)["micro"] for source in sources]
    correct, predicted, gold = (sum(one[name] for one in several) for name in (
        "correct", "predicted", "gold",
    ))  # fmt: skip
    assert scores["f1"] == pytest.approx(2 * correct / (predicted + gold))
    assert set(scores) == {"f1", "f1_ko", "f1_latin"}


def test_weights_that_have_diverged_find_nothing(checkpoint: ModelMaker) -> None:
    from transformers import AutoModelForTokenClassification

    folder = checkpoint("xlmr")
    network = AutoModelForTokenClassification.from_pretrained(folder)
    with torch.no_grad():
        network.classifier.weight.fill_(float("nan"))
    scorer = DevScorer(read_model(folder), Encoder(folder / TOKENIZER), [load_source(WORDS)])
    assert scorer.scores(network)["f1"] == 0
