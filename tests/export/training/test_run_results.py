"""What a run leaves to read: scores on its test sources, and its card."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from export.corpora.source import Source
from export.corpora.sources import Corpus, load_source
from export.training import run_results
from export.training.recipe import Recipe
from export.training.run_card import corpus_scores, write_run_card
from tagcli.records import Document, Entity, TaggedDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tagcli.schemes import Span

RECIPE = Recipe("b", (Source("wiki/de"), Source("a.conll")), (Source("a.conll", "dev"),))
MADE: dict[str, Any] = {
    "dev_f1": 0.5, "best_step": 1, "steps": 2, "minutes": 0.1, "dev_history": [], "parameters": 9,
}  # fmt: skip


class _Tagger:
    """Finds the same entities in every text."""

    def __init__(self, *entities: Span) -> None:
        self._entities = tuple(Entity(s, e, label, "", 1.0) for s, e, label in entities)

    def run(self, documents: Iterable[Document]) -> Iterator[TaggedDocument]:
        return (TaggedDocument(document, self._entities, ()) for document in documents)


def _corpus(folder: Path, text: str, **settings: Any) -> Corpus:
    path = folder / "a.conll"
    path.write_text(text, encoding="utf-8")
    return load_source(Source(str(path), "test", **settings))


def test_gold_of_types_that_the_model_lacks_is_missed(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path, "Anna\tB-PER\nam\tO\nMontag\tB-DAT\n")
    tagger: Any = _Tagger((0, 4, "PER"), (5, 7, "ORG"))  # the gold says nothing of ORG
    scores = corpus_scores(tagger, corpus)
    assert (scores["gold"], scores["predicted"], scores["correct"]) == (2, 1, 1)
    assert scores["f1"] == pytest.approx(2 / 3)
    assert scores["f1_by_type"] == {"DAT": 0.0, "PER": 1.0}


def test_gold_tokens_are_compared_whole(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path, "서울에서\tB-LOC\n산다\tO\n")
    tagger: Any = _Tagger((0, 2, "LOC"))  # without its particle
    assert corpus_scores(tagger, corpus)["f1"] == 1


def test_every_test_source_has_its_own_score_and_language(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    monkeypatch.setattr(
        run_results, "load", lambda *names, **options: asked.append(options["lang"])
    )
    monkeypatch.setattr(
        run_results, "corpus_scores", lambda tagger, corpus: {"f1": 0.0, "f1_by_type": {}}
    )
    text = "Anna\tB-PER\nam\tO\nMontag\tB-DAT\n"
    sources: list[dict[str, Any]] = [
        {"labels": {"PER": "O"}, "language": "de"}, {"labels": {"DAT": "O"}, "language": "fr"},
        {"labels": {"DAT": "O"}},
    ]  # fmt: skip
    tests = [_corpus(tmp_path, text, **settings) for settings in sources]
    run_results.measure(RECIPE, tests, tmp_path, MADE, "MIT", lambda message: None)
    metrics = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    name = f"{tmp_path}/a.conll (test)"
    assert list(metrics["test"]) == [f"{name}: DAT", f"{name}: PER", f"{name}: PER; 2"]
    assert asked == ["de", "fr", "auto"]


@pytest.mark.parametrize(("found", "said"), [("1.2", "1.2"), (None, "from its source")])
def test_a_run_of_the_source_tree_is_measured_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, found: str | None, said: str
) -> None:
    monkeypatch.setattr(run_results, "own_version", lambda: found)
    run_results.measure(RECIPE, [], tmp_path, MADE, "MIT", lambda message: None)
    metrics = json.loads((tmp_path / "metrics.json").read_text(encoding="utf-8"))
    assert metrics["versions"]["nertag"] == said
    assert f"nertag {said}, torch " in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_a_card_has_the_languages_of_the_sources_names(tmp_path: Path) -> None:
    metrics = {**MADE, "test": {}, "seed": 1, "versions": {}, "machine": "here"}
    write_run_card(tmp_path, RECIPE, metrics, "MIT")
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert card.startswith("---\nlicense: mit\n")
    assert "\nlanguage:\n- de\n---" in card
    assert card.endswith("## Licence\n\nMIT\n")


def test_a_card_says_what_the_bases_weights_count_for(tmp_path: Path) -> None:
    metrics = {**MADE, "test": {}, "seed": 1, "versions": {}, "machine": "here"}
    write_run_card(tmp_path, replace(RECIPE, base_share=0.25), metrics, "MIT")
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "dev: 50.0 (step 1, the base's weights for 25% of it)." in card


@pytest.mark.parametrize("chosen", [True, False])
def test_a_card_says_where_the_models_weights_are_from(tmp_path: Path, chosen: bool) -> None:
    average = {"f1": 0.5, "best_f1": 0.4, "steps": [2, 3], "chosen": chosen}
    metrics = {**MADE, "average": average, "test": {}, "seed": 1, "versions": {}, "machine": "here"}
    recipe = replace(
        RECIPE, layers=(0, 4), teacher=("x", "y"), teacher_weight=0.7, teacher_states_weight=1.5
    )
    write_run_card(tmp_path, recipe, metrics, "MIT")
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    weights = "mean of steps 2, 3" if chosen else "step 1"
    assert f"dev: 50.0 ({weights})." in card
    assert "- base: b, layers 0, 4; 0.0 M parameters" in card
    assert "- taught by: x, y (weight 0.7, temperature 2, hidden states 1.5)" in card


def test_the_machine_of_a_figure_says_what_the_run_could_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_results, "processor_name", lambda: "Some CPU")
    monkeypatch.setattr(run_results, "usable_cores", lambda: 3)
    assert re.fullmatch(r"(.*, )?Some CPU, 3 cores, Python 3\.\d+\.\d+", run_results.machine())
