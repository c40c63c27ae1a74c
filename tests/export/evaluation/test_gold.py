"""The gold of corpora of all kinds, and the documents for it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from export.corpora.source import Source
from export.corpora.sources import Corpus, load_source
from export.evaluation.gold import documents, read_gold

if TYPE_CHECKING:
    from pathlib import Path

TOKENS = {"tokens": ["in", "Köln"], "entities": [{"start": 3, "end": 7, "label": "LOC"}]}
TEXT = {"text": "Anna", "entities": [{"start": 0, "end": 4, "label": "PER"}]}


def _read(place: Path | str, **settings: str) -> Corpus:
    return load_source(Source(str(place), "test", **settings))  # type: ignore[arg-type]


def _file(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


def _jsonl(folder: Path, *records: object) -> Path:
    return _file(folder, "a.jsonl", "".join(json.dumps(one) + "\n" for one in records))


def test_conll_is_counted_by_token(tmp_path: Path) -> None:
    text = "-DOCSTART-\tO\n\n# one\nAnna\tB-PER\n\n\nin\tO\nNew\tB-LOC\nYork\tI-LOC\n\n# end\n"
    corpus = _read(_file(tmp_path, "a.conll", text))
    gold, found = read_gold(corpus), list(documents(corpus))
    assert (gold.unit, gold.by_token) == ("tokens", [True, True])
    assert gold.spans == [[(0, 1, "PER")], [(1, 3, "LOC")]]
    assert [(one.text, one.line) for one in found] == [("Anna", 4), ("in New York", 7)]
    assert [one.source for one in found] == [str(tmp_path / "a.conll")] * 2
    assert found[1].tokens is not None
    assert found[1].tokens.tolist() == [[0, 2], [3, 6], [7, 11]]


def test_jsonl_is_counted_by_code_point_even_on_tokens(tmp_path: Path) -> None:
    blank = {"text": "", "entities": []}
    corpus = _read(_jsonl(tmp_path, TOKENS, blank, TEXT, {"tokens": []}, TOKENS))
    gold, found = read_gold(corpus), list(documents(corpus))
    assert (gold.unit, gold.by_token) == ("code points", [False] * 3)
    assert gold.spans == [[(3, 7, "LOC")], [(0, 4, "PER")], [(3, 7, "LOC")]]
    assert [one.line for one in found] == [1, 3, 5]
    assert [one.tokens is None for one in found] == [False, True, False]
    assert gold.types == {"LOC", "PER"}


@pytest.mark.parametrize("name", ["a.jsonl", "a.conll"])
def test_gold_on_characters_is_that_of_their_text(tmp_path: Path, name: str) -> None:
    tokens = list("이순신은 서울에서 산다")
    entities = [{"start": 0, "end": 5, "label": "PS"}, {"start": 10, "end": 13, "label": "LC"}]
    tags = ["B-PS", "I-PS", "I-PS", "O", "O", "B-LC", "I-LC", *["O"] * 5]
    text = json.dumps({"tokens": tokens, "entities": entities})
    if name == "a.conll":
        text = "".join(f"{one}\t{tag}\n" for one, tag in zip(tokens, tags, strict=True))
    (example,) = _read(_file(tmp_path, name, text)).examples
    assert example.text == "이순신은 서울에서 산다"
    assert example.spans == ((0, 3, "PS"), (5, 7, "LC"))
    assert example.tokens is None


def test_a_dataset_is_counted_by_token_where_its_gold_stands_on_them(tmp_path: Path) -> None:
    inside = {"tokens": ["Köln,"], "entities": [{"start": 0, "end": 4, "label": "LOC"}]}
    saved = _read(_jsonl(tmp_path, TOKENS, inside)).to_dataset()
    saved.save_to_disk(str(tmp_path / "both"))
    gold = read_gold(_read(f"disk:{tmp_path / 'both'}"))
    assert (gold.unit, gold.by_token) == ("code points", [True, False])
    assert gold.spans == [[(1, 2, "LOC")], [(0, 4, "LOC")]]
    saved.select([0]).save_to_disk(str(tmp_path / "one"))
    assert read_gold(_read(f"disk:{tmp_path / 'one'}")).unit == "tokens"


def test_what_a_source_makes_of_its_text_is_what_is_counted(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.conll", "(\tO\nKöln\tB-LOC\n)\tO\n")
    natural = _read(path, language="de", spacing="natural")
    assert (read_gold(natural).unit, read_gold(natural).spans) == ("code points", [[(1, 5, "LOC")]])
    (document,) = documents(natural)
    assert (document.text, document.tokens) == ("(Köln)", None)
    upper = _read(path, case="upper")
    assert (read_gold(upper).unit, read_gold(upper).spans) == ("tokens", [[(1, 2, "LOC")]])
    assert [one.text for one in documents(upper)] == ["( KÖLN )"]


@pytest.mark.parametrize("place", ["", "b.ann"])
def test_brat_documents_name_their_own_files(tmp_path: Path, place: str) -> None:
    for name, text in (("a", "Bonn"), ("b", "In Köln\nund Bonn"), ("c", "")):
        _file(tmp_path, f"{name}.txt", text)
        _file(tmp_path, f"{name}.ann", "")
    _file(tmp_path, "b.ann", "T1\tLOC 3 7\tKöln\n")
    corpus = _read(tmp_path / place)
    gold, found = read_gold(corpus), list(documents(corpus))
    names = ["b.ann"] if place else ["a.ann", "b.ann"]  # c holds no text
    assert [(one.source, one.line) for one in found] == [(str(tmp_path / x), 1) for x in names]
    assert gold.spans[-1] == [(3, 7, "LOC")]
    assert gold.unit == "code points"
