from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from export.corpora.source import Source
from export.corpora.sources import Corpus, load_source
from export.evaluation.evaluate import EvaluationOptions
from export.evaluation.scores import SpanCounts
from export.quantisation import method_scores
from export.quantisation.method_scores import (
    FLOAT,
    FileScore,
    MethodScore,
    best_method,
    check_loss,
    method_rows,
    score_methods,
)
from tagcli import NertagError

if TYPE_CHECKING:
    from tests.support.tiny_models import ModelMaker

DE, KO = "de.conll", "ko.jsonl"


def counts_of(right: int) -> SpanCounts:
    """F1 of so many hundredths."""
    return SpanCounts(Counter(PER=100), Counter(PER=100), Counter(PER=right))


def score(method: str, speed: float, **right: int) -> MethodScore:
    """One on files where the float model has 90 right of 100."""
    scores = tuple(
        FileScore({"de": DE, "ko": KO}[name], counts_of(90), counts_of(count))
        for name, count in right.items()
    )
    return MethodScore(method, Path(method), 2_500_000, 0.25, speed, scores)


def test_the_loss_is_in_points_of_f1() -> None:
    assert FileScore(DE, counts_of(90), counts_of(87)).loss == pytest.approx(3)
    assert FileScore(DE, counts_of(90), counts_of(92)).loss == pytest.approx(-2)


def test_the_loss_of_a_method_is_that_of_its_worst_file() -> None:
    assert score("rows", 1, de=92, ko=85).loss == pytest.approx(5)
    assert score("rows", 1).loss == 0


@pytest.mark.parametrize(("allowed", "passes"), [(0.3, False), (2.9, False), (3.1, True)])
def test_a_model_that_loses_too_much_is_refused(allowed: float, passes: bool) -> None:
    one = score("rows", 1, de=90, ko=87)
    if passes:
        check_loss(one, allowed)
        return
    message = f"ko.jsonl: rows loses 3.00 points of F1, more than --max-f1-loss {allowed:g}"
    with pytest.raises(NertagError, match=re.escape(message)):
        check_loss(one, allowed)


def test_what_gains_on_one_file_may_not_lose_on_another() -> None:
    with pytest.raises(NertagError, match=r"^ko\.jsonl"):
        check_loss(score("rows", 1, de=100, ko=80), 5)


# Which is the best

TRIED = [
    score(FLOAT, 900, de=90, ko=90),  # never it, however fast
    score("rows", 400, de=89, ko=90),
    score("calibrated", 500, de=90, ko=89),
    score("dynamic", 800, de=95, ko=80),
]


@pytest.mark.parametrize(("allowed", "best"), [(1.5, "calibrated"), (20, "dynamic")])
def test_the_best_is_the_fastest_within_the_loss(allowed: float, best: str) -> None:
    assert best_method(TRIED, allowed).method == best
    assert best_method(TRIED[::-1], allowed).method == best


def test_no_best_where_all_lose_too_much() -> None:
    with pytest.raises(NertagError) as caught:
        best_method(TRIED, 0.3)
    assert str(caught.value) == (
        "no method keeps the loss of F1 within --max-f1-loss 0.3: "
        "rows 1.00, calibrated 1.00, dynamic 10.00"
    )


def test_a_row_a_method() -> None:
    assert method_rows([score(FLOAT, 90, de=90, ko=90), score("rows", 412.4, de=91, ko=87)]) == [
        ["", "de.conll", "ko.jsonl", "loss", "MB", "load", "words/s"],
        ["float", "0.9000", "0.9000", "0.00", "2.5", "0.25 s", "90"],
        ["rows", "0.9100", "0.8700", "3.00", "2.5", "0.25 s", "412"],
    ]


# Measured


def test_models_are_scored_beside_the_float_one(
    float_model: ModelMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold = tmp_path / "gold.conll"
    gold.write_text("Max B-PER\nMüller I-PER\n\nKöln B-LOC\n", encoding="utf-8")
    test = load_source(Source(str(gold), "test"))
    folders = {name: float_model(shape) for name, shape in (("a", "bert"), ("b", "klue"))}
    right = {"bert": 90, "klue": 85}

    def evaluate(tagger: Any, corpus: Corpus, options: EvaluationOptions) -> Any:
        assert corpus is test
        assert options == EvaluationOptions()
        shape = "klue" if tagger.model.folder == folders["b"] else "bert"
        return SimpleNamespace(counts=counts_of(right[shape]))

    monkeypatch.setattr(method_scores, "evaluate", evaluate)
    told: list[str] = []
    found = score_methods(
        folders["a"], {FLOAT: folders["a"], "b": folders["b"]}, {gold.name: test}, told.append
    )
    assert [one.method for one in found] == [FLOAT, "b"]
    assert [one.folder for one in found] == [folders["a"], folders["b"]]
    assert [one.loss for one in found] == [0, pytest.approx(5)]
    assert told == ["float, gold.conll: F1 0.9000", "b, gold.conll: F1 0.8500"]
    for one in found:
        assert one.size_bytes == sum(path.stat().st_size for path in one.folder.iterdir())
        assert one.load_seconds > 0
        assert one.words_per_second > 0


def test_without_test_files_nothing_is_lost(float_model: ModelMaker) -> None:
    (one,) = score_methods(float_model("bert"), {}, {}, print)
    assert (one.method, one.scores, one.loss, one.words_per_second) == (FLOAT, (), 0, 0)
    check_loss(one, 0)
