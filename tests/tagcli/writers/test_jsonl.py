"""The JSONL writer."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.errors import DataError
from tagcli.records import Document, Entity, TaggedDocument
from tests.support.tagged import entity, tagged_text, tagged_tokens
from tests.support.written import MERKEL, MERKEL_ENTITIES, WITH_SOURCE, written


def test_jsonl_of_text() -> None:
    line = written("jsonl", tagged_text(MERKEL, MERKEL_ENTITIES))
    assert line == (
        '{"text": "Angela Merkel mag Rom.", "entities": ['
        '{"start": 0, "end": 13, "label": "PER", "text": "Angela Merkel", "score": 0.5}, '
        '{"start": 18, "end": 21, "label": "LOC", "text": "Rom", "score": 0.5}]}\n'
    )


def test_jsonl_of_a_blank_line() -> None:
    assert json.loads(written("jsonl", tagged_text(""))) == {"text": "", "entities": []}


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        (np.float32(0.9), "0.9"),
        (np.float32(0.123456), "0.1235"),
        (0.99999, "1.0"),
        (np.float64(1), "1.0"),
        (1e-9, "0.0"),
    ],
)
def test_jsonl_scores_are_plain_and_short(score: Any, expected: str) -> None:
    tagged = tagged_text("Rom", [Entity(0, 3, "LOC", "Rom", score)])
    assert f'"score": {expected}}}' in written("jsonl", tagged)


def test_jsonl_does_not_escape_korean() -> None:
    line = written("jsonl", tagged_text("서울 😀", [entity("서울 😀", "서울", "LOC")], 곳="각"))
    assert "\\u" not in line
    assert json.loads(line)["곳"] == "각"


def test_jsonl_of_tokens() -> None:
    tagged = tagged_tokens(["in", "New York", "!"], [(1, 2, "LOC")], fields={"id": 3})
    assert json.loads(written("jsonl", tagged)) == {
        "text": "in New York !",
        "id": 3,
        "entities": [
            {
                "start": 3,
                "end": 11,
                "label": "LOC",
                "text": "New York",
                "score": 0.5,
                "start_token": 1,
                "end_token": 2,
            }
        ],
    }


def test_jsonl_keeps_fields_that_have_its_names() -> None:
    fields = {"source": "dpa", "entities": [1], "input_entities": 2, "text": "old", "id": 5}
    document = Document("Rom", "in.txt", fields=fields)
    tagged = TaggedDocument(document, (entity("Rom", "Rom", "LOC"),), ())
    record = json.loads(written("jsonl", tagged))
    assert record["text"] == "Rom"
    assert record["entities"][0]["text"] == "Rom"
    assert record["source"] == "dpa"
    assert record["input_entities"] in ([1], 2)
    assert sorted(map(str, record.values())) == sorted(
        map(str, ["Rom", record["entities"], *fields.values()])
    )
    record = json.loads(written("jsonl", tagged, WITH_SOURCE))
    assert record["source"] == "in.txt"
    assert len(record) == len(fields) + 3


def test_jsonl_entities_come_back_as_input_entities() -> None:
    assert "input_entities" not in json.loads(written("jsonl", tagged_text("Rom", id=1)))
    tagged = TaggedDocument(Document("Rom", fields={"entities": [{"a": 1}]}), (), ())
    record = json.loads(written("jsonl", tagged))
    assert record == {"text": "Rom", "input_entities": [{"a": 1}], "entities": []}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.text(), st.dictionaries(st.text(), JSON, max_size=4))
def test_jsonl_fields_travel_through(text: str, fields: dict[str, Any]) -> None:
    line = written("jsonl", TaggedDocument(Document(text, fields=fields), (), ()))
    assert line.endswith("\n")
    assert line.count("\n") == 1
    line.encode()
    record = json.loads(line)
    assert record.pop("text") == text
    assert record.pop("entities") == []
    for name in ("text", "entities"):
        if name in fields:
            assert fields[name] in record.values()
    kept = {name: value for name, value in fields.items() if name not in ("text", "entities")}
    assert all(record[name] == value for name, value in kept.items())
    assert len(record) == len(fields)


def test_jsonl_half_a_pair_in_a_field_is_written_escaped() -> None:
    line = written("jsonl", tagged_text("각", id="\ud800"))
    line.encode()
    assert json.loads(line)["id"] == "\ud800"


def test_jsonl_nested_deeper_than_it_can_be_written() -> None:
    nested: list[Any] = []
    for _ in range(200_000):
        nested = [nested]
    with pytest.raises(DataError, match=r"in\.txt:1: nested too deeply"):
        written("jsonl", tagged_text("Rom", nested=nested))
