"""Corpora as Prodigy, doccano and Label Studio import them, and read again."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.corpora.source import Source
from export.corpora.sources import Corpus, load_source
from export.corpus_tools.conversion import CONVERTERS
from tagcli.errors import DataError

NAMES = {"prodigy": "a.jsonl", "doccano": "a.jsonl", "label-studio": "a.json"}
TEXT = "😀 Anna wohnt in Köln. Ja."
GOLD = [(2, 6, "PER"), (16, 20, "LOC")]


def load(text: str, name: str = "a.jsonl") -> Corpus:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8", newline="\n")
        return load_source(Source(str(path)))


def corpus(*records: dict[str, Any]) -> Corpus:
    return load("".join(json.dumps(one) + "\n" for one in records))


def marked(text: str, spans: list[tuple[int, int, str]]) -> dict[str, Any]:
    return {"text": text, "entities": [list(span) for span in spans]}


def converted(source: Corpus, to: str) -> str:
    return "".join(CONVERTERS[to](source, "BIO"))


def test_prodigy() -> None:
    record = json.loads(converted(corpus(marked(TEXT, GOLD)), "prodigy"))
    assert set(record) == {"text", "tokens", "spans"}
    assert record["tokens"][:3] == [
        {"text": "😀", "start": 0, "end": 1, "id": 0, "ws": True},
        {"text": "Anna", "start": 2, "end": 6, "id": 1, "ws": True},
        {"text": "wohnt", "start": 7, "end": 12, "id": 2, "ws": True},
    ]
    assert record["tokens"][4]["ws"] is False  # Köln, in front of the full stop
    assert record["spans"] == [
        {"start": 2, "end": 6, "token_start": 1, "token_end": 1, "label": "PER"},
        {"start": 16, "end": 20, "token_start": 4, "token_end": 4, "label": "LOC"},
    ]


def test_doccano() -> None:
    record = json.loads(converted(corpus(marked(TEXT, GOLD)), "doccano"))
    assert record == {"text": TEXT, "label": [[2, 6, "PER"], [16, 20, "LOC"]]}


def test_label_studio() -> None:
    (task,) = json.loads(converted(corpus(marked(TEXT, GOLD)), "label-studio"))
    (annotation,) = task["annotations"]
    values = [region["value"] for region in annotation["result"]]
    assert task["data"] == {"text": TEXT}
    assert values == [
        {"start": 3, "end": 7, "text": "Anna", "labels": ["PER"]},
        {"start": 17, "end": 21, "text": "Köln", "labels": ["LOC"]},
    ]


@pytest.mark.parametrize("to", NAMES)
def test_tokens_are_their_text(to: str) -> None:
    source = corpus({"tokens": ["In", "Köln", "."], "ner_tags": ["O", "B-LOC", "O"]})
    (one,) = load(converted(source, to), NAMES[to]).examples
    assert (one.text, one.spans) == ("In Köln .", ((3, 7, "LOC"),))


def test_entities_that_overlap_are_none_of_prodigys() -> None:
    source = corpus(marked("Ulm", [(0, 3, "X"), (0, 2, "Y")]))
    with pytest.raises(DataError, match=r"a\.jsonl:1: the entity '.*' overlaps .*: Prodigy cannot"):
        converted(source, "prodigy")


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    """A text of words with entities on some, and letters of all lengths."""
    word = st.sampled_from(["Anna", "😀", "Köln", "서울", "e\u0301", "."])
    words = draw(st.lists(word, min_size=1))
    gap, spans, text = draw(st.sampled_from([" ", "  ", "\n"])), [], ""
    for word in words:
        if draw(st.booleans()):
            spans.append((len(text), len(text) + len(word), draw(st.sampled_from("XY"))))
        text += word + gap
    return marked(text, spans)


@pytest.mark.parametrize("to", NAMES)
@given(st.lists(records(), min_size=1, max_size=4))
def test_an_export_is_the_corpus_again(to: str, given_records: list[dict[str, Any]]) -> None:
    source = corpus(*given_records)
    again = load(converted(source, to), NAMES[to])
    assert [(one.text, one.spans) for one in again.examples] == (
        [(one.text, one.spans) for one in source.examples]
    )
