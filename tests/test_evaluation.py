from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import SENTENCES, TaggerMaker, all_sentences

from export.evaluation import SCORED_TYPES, SpanCounts, evaluate
from tagcli import DataError, Document
from tagcli.readers import token_offsets
from tagcli.writers import token_tags


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
    counts = evaluate(tagger, path)
    assert counts.f1() == 1
    assert counts.gold.total() == counts.predicted.total() == total > 10


def test_missing_gold_lowers_precision_only(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    tagger = tiny_tagger("klue")
    sentences = [s.split() for s in SENTENCES["de"]]
    content, total = conll_of(tagger, sentences, flip=2)
    path = tmp_path / "gold.conll"
    path.write_text(content, encoding="utf-8")
    counts = evaluate(tagger, path)
    assert counts.gold.total() == counts.correct.total() == total
    assert counts.predicted.total() > total
    expected = 2 * total / (total + counts.predicted.total())
    assert counts.f1() == pytest.approx(expected)


def test_gold_without_b_is_read_by_conlleval(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    path = tmp_path / "gold.conll"
    path.write_text("Max I-PER\nMüller I-PER\naus O\nKöln I-LOC\nBonn B-LOC\n", encoding="utf-8")
    counts = evaluate(tiny_tagger("xlmr"), path)
    assert counts.gold == {"PER": 1, "LOC": 2}


def test_only_the_scored_types_count(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    tagger = tiny_tagger("klue")
    content, _ = conll_of(tagger, [s.split() for s in all_sentences()])
    path = tmp_path / "gold.conll"
    path.write_text(content + "\nJuni x B-DAT\n1990 x I-DAT\n", encoding="utf-8")
    every = evaluate(tagger, path)
    assert "DAT" not in every.gold
    only = evaluate(tagger, path, types=["LOC"])
    assert set(only.gold) == set(only.predicted) == {"LOC"}
    assert only.gold["LOC"] == every.gold["LOC"] < every.gold.total()


def test_other_names_of_the_types(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    path = tmp_path / "gold.conll"
    tags = ["B-PS", "B-OG", "B-LC", "B-person", "B-location", "B-corporation", "B-group", "B-DT"]
    path.write_text("".join(f"wort {tag}\n" for tag in tags), encoding="utf-8")
    counts = evaluate(tiny_tagger("xlmr"), path)
    assert counts.gold == {"PER": 2, "ORG": 3, "LOC": 2}


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
    counts = evaluate(tagger, path)
    assert counts.f1() == 1
    assert counts.gold.total() > 10
    assert {name for name in SCORED_TYPES if counts.gold[name]} == set(counts.gold)


def test_an_entity_one_letter_short_is_wrong(tiny_tagger: TaggerMaker, tmp_path: Path) -> None:
    tagger = tiny_tagger("xlmr")
    tagged = tagger.tag(SENTENCES["de"][0])
    entities = [{"start": e.start, "end": e.end - 1, "label": e.label} for e in tagged.entities]
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"text": tagged.text, "entities": entities}), encoding="utf-8")
    counts = evaluate(tagger, path)
    assert counts.gold.total() == counts.predicted.total() == len(entities) > 0
    assert counts.f1() == 0


MISSING = "no gold: 'entities' with start, end and label"


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        ({}, MISSING),
        ({"entities": 3}, MISSING),
        ({"entities": [{"start": 0, "end": 6}]}, "'end': 6} is no entity of this text"),
        ({"entities": [[0, 6, "LOC"]]}, "[0, 6, 'LOC'] is no entity of this text"),
        ({"entities": [{"start": 0, "end": 7, "label": "LOC"}]}, "is no entity of this text"),
        ({"entities": [{"start": 2, "end": 2, "label": "LOC"}]}, "is no entity of this text"),
    ],
)
def test_jsonl_without_gold_is_one_sentence(
    tiny_tagger: TaggerMaker, tmp_path: Path, record: dict[str, object], problem: str
) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"text": "Berlin", **record}), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(problem)) as caught:
        evaluate(tiny_tagger("xlmr"), path)
    assert str(caught.value).startswith(f"{path}:1: ")
