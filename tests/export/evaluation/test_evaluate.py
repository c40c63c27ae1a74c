from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from export.corpora.source import Source
from export.corpora.sources import Corpus, load_source
from export.evaluation.evaluate import (
    ALIASES,
    SCORED_TYPES,
    EvaluationOptions,
    SpanCounts,
    evaluate,
    gold_names,
)
from tagcli import DataError, Document
from tagcli.errors import UsageError
from tagcli.readers.base import token_offsets
from tagcli.tagger import Tagger
from tagcli.writers.conll import token_tags
from tests.support.sure_tagger import BIO, SCHEMES, WORDS, own_name, sure_tagger
from tests.support.tiny_models import SENTENCES, TaggerMaker, all_sentences

if TYPE_CHECKING:
    from pathlib import Path

GOLD = "".join(f"{word}\t{tag}\n" for word, tag in zip(WORDS, BIO, strict=True))


def _gold(path: Path) -> Corpus:
    return load_source(Source(str(path), "test", repair="conlleval"))


def _counts(tagger: Tagger, path: Path, types: tuple[str, ...] | None = None) -> SpanCounts:
    return evaluate(tagger, _gold(path), EvaluationOptions(types)).counts


def conll_of(tagger: object, sentences: list[list[str]], flip: int = 0) -> tuple[str, int]:
    """A CoNLL file with the tagger's own tags as gold, all O from sentence `flip` on."""
    documents = [Document(" ".join(words), tokens=token_offsets(words)) for words in sentences]
    out, total = [], 0
    results = [tagged for tagged in tagger.run(documents) if tagged is not None]  # type: ignore[attr-defined]
    for number, (words, tagged) in enumerate(zip(sentences, results, strict=True)):
        tags = token_tags(tagged.document.tokens.tolist(), tagged.entities)
        if flip and number >= flip:
            tags = ["O"] * len(tags)
        total += sum(tag.startswith("B-") for tag in tags)
        out.append("".join(f"{word} x {tag}\n" for word, tag in zip(words, tags, strict=True)))
    return "\n".join(out), total


def test_counts_by_hand() -> None:
    counts = SpanCounts()
    counts.add({(0, 1, "PER"), (2, 3, "LOC"), (5, 6, "LOC")}, {(0, 1, "PER"), (2, 4, "LOC")})
    counts.add({(0, 1, "ORG")}, {(0, 1, "PER")})
    assert counts.correct.total() == 1
    assert counts.predicted == {"PER": 1, "LOC": 2, "ORG": 1}
    assert counts.gold == {"PER": 2, "LOC": 1}
    assert counts.f1() == pytest.approx(2 * 1 / (4 + 3))
    assert counts.f1("PER") == pytest.approx(2 / 3)
    assert counts.f1("LOC") == counts.f1("ORG") == counts.f1("MISC") == 0


def test_nothing_counted_is_zero() -> None:
    assert SpanCounts().f1() == 0


@pytest.mark.parametrize("shape", ["xlmr", "klue", "electra"])
def test_own_predictions_as_conll_gold_are_all_right(
    tiny_tagger: TaggerMaker, tmp_path: Path, shape: str
) -> None:
    tagger = tiny_tagger(shape)
    content, total = conll_of(tagger, [s.split() for s in all_sentences()])
    path = tmp_path / "gold.conll"
    path.write_text(f"-DOCSTART- x O\n\n{content}\n", encoding="utf-8")
    counts = _counts(tagger, path)
    assert counts.f1() == 1
    assert counts.gold.total() == counts.predicted.total() == total > 10


def test_missing_gold_lowers_precision_only(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    tagger = tiny_tagger("klue")
    sentences = [s.split() for s in SENTENCES["de"]]
    content, total = conll_of(tagger, sentences, flip=2)
    path = tmp_path / "gold.conll"
    path.write_text(content, encoding="utf-8")
    counts = _counts(tagger, path)
    assert counts.gold.total() == counts.correct.total() == total
    assert counts.predicted.total() > total
    expected = 2 * total / (total + counts.predicted.total())
    assert counts.f1() == pytest.approx(expected)


def test_gold_without_b_is_read_by_conlleval(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    path = tmp_path / "gold.conll"
    path.write_text("Max I-PER\nMüller I-PER\naus O\nKöln I-LOC\nBonn B-LOC\n", encoding="utf-8")
    counts = _counts(tiny_tagger("xlmr"), path)
    assert counts.gold == {"PER": 1, "LOC": 2}


def test_only_the_asked_types_count(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    tagger = tiny_tagger("klue")
    content, _ = conll_of(tagger, [s.split() for s in all_sentences()])
    path = tmp_path / "gold.conll"
    path.write_text(content + "\nJuni x B-DAT\n1990 x I-DAT\n", encoding="utf-8")
    every = _counts(tagger, path)
    assert every.gold["DAT"] == 1
    only = _counts(tagger, path, types=("loc",))  # in any case
    assert set(only.gold) == set(only.predicted) == {"LOC"}
    assert only.gold["LOC"] == every.gold["LOC"] < every.gold.total()


def test_other_names_of_the_types(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    path = tmp_path / "gold.conll"
    tags = ["B-PS", "B-OG", "B-LC", "B-person", "B-location", "B-corporation", "B-group", "B-DT"]
    path.write_text("".join(f"wort {tag}\n" for tag in tags), encoding="utf-8")
    counts = _counts(tiny_tagger("xlmr"), path)
    assert counts.gold == {"PER": 2, "ORG": 3, "LOC": 2, "DT": 1}


@pytest.mark.parametrize("shape", ["nertag", "roberta"])
def test_own_predictions_as_jsonl_gold_are_all_right(
    tiny_tagger: TaggerMaker, tmp_path: Path, shape: str
) -> None:
    tagger = tiny_tagger(shape)
    path = tmp_path / "gold.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for tagged in tagger.stream([*all_sentences(), ""]):
            entities = [{"start": e.start, "end": e.end, "label": e.label} for e in tagged.entities]
            file.write(json.dumps({"text": tagged.text, "entities": entities}) + "\n")
    counts = _counts(tagger, path)
    assert counts.f1() == 1
    assert counts.gold.total() > 10
    assert {name for name in SCORED_TYPES if counts.gold[name]} == set(counts.gold)


def test_an_entity_one_letter_short_is_wrong(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    tagger = tiny_tagger("xlmr")
    tagged = tagger.tag(SENTENCES["de"][0])
    entities = [{"start": e.start, "end": e.end - 1, "label": e.label} for e in tagged.entities]
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"text": tagged.text, "entities": entities}), encoding="utf-8")
    counts = _counts(tagger, path)
    assert counts.gold.total() == counts.predicted.total() == len(entities) > 0
    assert counts.f1() == 0


MISSING = "no gold: no 'entities' with start, end and label"


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({}, MISSING),
        ({"entities": 3}, MISSING),
        ({"entities": [{"start": 0, "end": 6}]}, "'end': 6} is no entity of this text"),
        ({"entities": [[0, "LOC"]]}, "[0, 'LOC'] is no entity of this text"),
        ({"entities": [{"start": 0, "end": 7, "label": "LOC"}]}, "is no entity of this text"),
        ({"entities": [{"start": 3, "end": 2, "label": "LOC"}]}, "is no entity of this text"),
        ({"entities": [{"start": 0, "end": 6, "label": ""}]}, "is no entity of this text"),
    ],
)
def test_jsonl_without_gold_is_one_sentence(
    tiny_tagger: TaggerMaker, tmp_path: Path, record: dict[str, object], problem: str
) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"text": "Berlin", **record}), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(problem)) as caught:
        _counts(tiny_tagger("xlmr"), path)
    assert str(caught.value).startswith(f"{path}:1: ")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_models_of_every_scheme_are_scored(
    tiny_tagger: TaggerMaker, tmp_path: Path, scheme: str
) -> None:
    labels, right, _ = SCHEMES[scheme]
    path = tmp_path / "gold.conll"
    path.write_text(GOLD, encoding="utf-8")
    tagger = sure_tagger(tiny_tagger("klue"), labels, WORDS, right)
    counts = evaluate(tagger, _gold(path), EvaluationOptions()).counts
    assert counts.gold == counts.predicted == counts.correct == {"PER": 1, "LOC": 2}


def test_types_with_a_blank_are_scored_on_tokens(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    path = tmp_path / "gold.conll"
    path.write_text(GOLD, encoding="utf-8")
    labels, right = ["O", "B-FULL NAME", "I-FULL NAME", "B-LOC"], ["B-FULL NAME", "I-FULL NAME"]
    tagger = sure_tagger(tiny_tagger("klue"), labels, WORDS, [*right, "O", "B-LOC", "O", "B-LOC"])
    found = evaluate(tagger, _gold(path), EvaluationOptions())
    assert found.left_out == {"FULL NAME": 1}
    assert found.counts.correct == {"LOC": 2}


def test_an_alias_is_for_a_type_that_the_model_does_not_know() -> None:
    gold = ["group", "person", "product", "LC", "PER"]
    assert gold_names(gold, ["PER", "ORG"], {}) == {"group": "ORG", "person": "PER"}
    assert gold_names(gold, ["PER", "person", "LC", "LOC"], {}) == {}
    assert gold_names(gold, ["PER", "ORG"], {"group": "group", "product": "O", "absent": "X"}) == {
        "person": "PER", "product": "O",
    }  # fmt: skip


def test_types_that_a_source_declares_and_lacks_are_renamed_too(
    tiny_tagger: TaggerMaker, tmp_path: Path
) -> None:
    path = tmp_path / "gold.conll"
    tags = ["O", "O", "O", "B-LC", "O", "B-LC"]
    path.write_text("".join(f"{w}\t{t}\n" for w, t in zip(WORDS, tags, strict=True)))
    corpus = load_source(Source(str(path), "test", annotates=("LC", "PS")))
    labels, right, _ = SCHEMES["BIO"]
    tagger = sure_tagger(tiny_tagger("klue"), labels, WORDS, right)
    found = evaluate(tagger, corpus, EvaluationOptions())
    assert found.names == {"LC": "LOC", "PS": "PER"}
    assert found.types == ("LOC", "PER")
    score = found.counts.score()
    assert (score.precision, score.recall) == (pytest.approx(2 / 3), 1)
    assert not found.left_out


def test_predictions_are_never_renamed(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    path = tmp_path / "gold.conll"
    gold = GOLD.replace("B-LOC", "B-group").replace("PER", "person")
    path.write_text(gold, encoding="utf-8")
    names = ["O", "B-person", "I-person", "B-group", "B-corporation"]
    right = ["B-person", "I-person", "O", "B-corporation", "O", "B-group"]
    tagger = sure_tagger(tiny_tagger("klue"), names, WORDS, right)
    found = evaluate(tagger, _gold(path), EvaluationOptions())
    assert found.names == {}
    assert found.counts.correct == {"person": 1, "group": 1}
    assert found.left_out == {"corporation": 1}
    mapped = evaluate(tagger, _gold(path), EvaluationOptions(names={"group": "corporation"}))
    assert mapped.counts.correct == {"person": 1, "corporation": 1}
    assert mapped.left_out == {"group": 1}


def test_what_was_not_asked_for_is_not_what_the_gold_lacks(
    tiny_tagger: TaggerMaker, tmp_path: Path
) -> None:
    path = tmp_path / "gold.conll"
    path.write_text(GOLD, encoding="utf-8")
    labels, right = ["O", "B-PER", "I-PER", "B-LOC", "B-MISC"], [*BIO[:4], "B-MISC", "B-LOC"]
    tagger = sure_tagger(tiny_tagger("klue"), labels, WORDS, right)
    found = evaluate(tagger, _gold(path), EvaluationOptions(("PER",)))
    assert found.counts.predicted == {"PER": 1}
    assert found.not_asked == {"LOC": 2}
    assert found.left_out == {"MISC": 1}
    options = EvaluationOptions(("MISC",))  # of the model, not the gold
    asked = evaluate(tagger, _gold(path), options)
    assert asked.counts.predicted == {"MISC": 1}
    assert not asked.left_out


def test_a_type_of_neither_side_is_one_sentence(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    path = tmp_path / "gold.conll"
    path.write_text(GOLD.replace("PER", "person"), encoding="utf-8")
    problem = "nor the model has a type 'PERS'; the types are LOC, ORG, PER"
    with pytest.raises(UsageError, match=problem):
        evaluate(tiny_tagger("xlmr"), _gold(path), EvaluationOptions(("LOC", "PERS")))
    with pytest.raises(UsageError, match=r"'person' of .* is read as 'PER'; the types are "):
        evaluate(tiny_tagger("xlmr"), _gold(path), EvaluationOptions(("person",)))


def test_public_names_are_scored_whoever_has_them(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    """PER, ORG and LOC are also what a model or its gold calls PS, OG and LC."""
    path = tmp_path / "gold.conll"
    path.write_text(own_name(GOLD), encoding="utf-8")
    labels, right, _ = SCHEMES["BIO"]
    usual = sure_tagger(tiny_tagger("klue"), labels, WORDS, right)
    assert _counts(usual, path).correct == {"PER": 1, "LOC": 2}
    own = sure_tagger(
        tiny_tagger("klue"), [own_name(x) for x in labels], WORDS, [own_name(x) for x in right]
    )
    assert _counts(own, path).correct == {"PS": 1, "LC": 2}
    assert set(ALIASES.values()) == set(SCORED_TYPES)


@pytest.mark.parametrize(("lang", "asked"), [("auto", ["ko"]), ("de", [])])
def test_a_corpus_is_tagged_in_its_language(
    tiny_tagger: TaggerMaker,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lang: str,
    asked: list[str],
) -> None:
    path = tmp_path / "gold.conll"
    path.write_text("KBS\tB-ORG\n", encoding="utf-8")
    corpus = load_source(Source(str(path), "test", language="ko"))
    seen: list[str] = []
    as_it_is = Tagger.in_language

    def in_language(tagger: Tagger, language: str) -> Tagger:
        seen.append(language)
        return as_it_is(tagger, language)

    monkeypatch.setattr(Tagger, "in_language", in_language)
    evaluate(tiny_tagger("xlmr").in_language(lang), corpus, EvaluationOptions())
    assert seen == [lang, *asked]
