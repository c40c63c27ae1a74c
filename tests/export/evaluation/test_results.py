"""Models on corpora, from Python."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from export.evaluation.arguments import GoldOptions, load_gold
from export.evaluation.evaluate import EvaluationOptions
from export.evaluation.results import score_models
from tagcli.errors import UsageError
from tests.support.sure_tagger import BIO, SCHEMES, WORDS, sure_tagger

if TYPE_CHECKING:
    from pathlib import Path

    from export.corpora.sources import Corpus
    from tagcli.tagger import Tagger
    from tests.support.tiny_models import TaggerMaker

GOLD = "".join(f"{word}\t{tag}\n" for word, tag in zip(WORDS, BIO, strict=True))


@pytest.fixture
def tests(tmp_path: Path) -> dict[str, Corpus]:
    """One that the tagger knows by heart, and one whose first entity it has wrong."""
    found = {}
    for name, text in (("right", GOLD), ("other", GOLD.replace("PER", "LOC"))):
        path = tmp_path / f"{name}.conll"
        path.write_text(text, encoding="utf-8")
        found[name] = load_gold(str(path), GoldOptions())
    return found


@pytest.fixture
def knowing(tiny_tagger: TaggerMaker) -> Tagger:
    labels, right, _ = SCHEMES["BIO"]
    return sure_tagger(tiny_tagger("klue"), labels, WORDS, right)


def test_every_model_is_scored_on_every_test(knowing: Tagger, tests: dict[str, Corpus]) -> None:
    opened: list[str | None] = []
    told: list[str] = []

    def load(model: str | None) -> Tagger:
        opened.append(model)
        return knowing

    results = score_models(
        [None, "m"], tests, load, EvaluationOptions(), resamples=0, wrong=None, note=told.append
    )
    assert opened == [None, "m"]
    pairs = [(model, test) for model in ("base", "m") for test in ("right", "other")]
    assert [(one.model, one.file) for one in results] == pairs
    assert told == [f"{model} on {test}" for model, test in pairs]
    assert {one.rules for one in results} == {"conlleval"}
    right, other = [one.evaluation.counts for one in results[:2]]
    assert right.f1() == 1
    assert (other.correct.total(), other.gold.total()) == (2, 3)
    assert results[0].intervals == {}


def test_a_model_that_is_missing_is_told_before_any_is_scored(
    knowing: Tagger, tests: dict[str, Corpus]
) -> None:
    def load(model: str | None) -> Tagger:
        if model == "missing":
            raise UsageError("no model missing")
        return knowing

    told: list[str] = []
    with pytest.raises(UsageError, match="no model missing"):
        score_models(
            ["m", "missing"], tests, load, EvaluationOptions(),
            resamples=0, wrong=None, note=told.append,
        )  # fmt: skip
    assert told == []


def test_wrong_spans_of_all_tests_are_in_one_file(
    knowing: Tagger, tests: dict[str, Corpus], tmp_path: Path
) -> None:
    told: list[str] = []
    path = tmp_path / "wrong.jsonl"
    (_, other) = score_models(
        ["m"], tests, lambda _: knowing, EvaluationOptions(("LOC", "PER")),
        resamples=10, wrong=path, note=told.append,
    )  # fmt: skip
    (line,) = path.read_text(encoding="utf-8").splitlines()
    one = json.loads(line)
    assert (one["file"], one["kind"]) == (str(tmp_path / "other.conll"), "type")
    assert told[-1] == f"{path}: 1 wrong spans: 1 type"
    assert None in other.intervals


@pytest.mark.parametrize(
    ("models", "name", "problem"),
    [
        (["a", "b"], "wrong.jsonl", "--wrong takes one model"),
        (["a"], "other.conll", r"other\.conll is the gold: --wrong needs another file"),
    ],
)
def test_where_wrong_spans_cannot_go(
    tests: dict[str, Corpus], tmp_path: Path, models: list[str | None], name: str, problem: str
) -> None:
    def load(_: str | None) -> Tagger:
        raise AssertionError("no model is opened for that")

    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(UsageError, match=problem):
        score_models(
            models, tests, load, EvaluationOptions(),
            resamples=0, wrong=tmp_path / name, note=print,
        )  # fmt: skip
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
