"""The JSONL reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.reading import fails, read, tokens_of

if TYPE_CHECKING:
    from tagcli.errors import DataError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


def test_jsonl_text_and_fields() -> None:
    record = {"id": 7, "text": "Berlin", "meta": {"a": [1, None, 0.5]}, "entities": [1]}
    (document,) = read("jsonl", json.dumps(record))
    assert document.text == "Berlin"
    assert document.tokens is None
    assert dict(document.fields) == {name: record[name] for name in ("id", "meta", "entities")}
    assert list(document.fields) == ["id", "meta", "entities"]


def test_jsonl_text_field() -> None:
    (document,) = read("jsonl", '{"body": "Rom", "text": "other"}', text_field="body")
    assert document.text == "Rom"
    assert document.fields["text"] == "other"


def test_jsonl_tokens() -> None:
    (document,) = read("jsonl", '{"tokens": ["New York", "", "각"], "id": 1}')
    assert document.text == "New York  각"
    assert tokens_of(document) == ["New York", "", "각"]
    assert document.fields["tokens"] == ["New York", "", "각"]
    (empty,) = read("jsonl", '{"tokens": []}')
    assert empty.text == ""
    assert tokens_of(empty) == []


def test_jsonl_text_comes_before_tokens() -> None:
    (document,) = read("jsonl", '{"tokens": ["a"], "text": "Rom"}')
    assert document.text == "Rom"
    assert document.fields["tokens"] == ["a"]


def test_jsonl_keeps_escapes_and_pairs() -> None:
    (document,) = read("jsonl", '{"text": "a\\nb\\u2028\\ud83d\\ude00"}')
    assert document.text == "a\nb\u2028😀"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"text": "a"',
        '{"text": "a"} x',
        "[1]",
        '"a"',
        "null",
        "7",
        "Berlin",
        '{"id": 1}',
        '{"text": 7}',
        '{"text": null}',
        '{"tokens": "a"}',
        '{"tokens": ["a", 1]}',
        '{"text": "a", "x": NaN}',
        '{"text": "a", "x": -Infinity}',
        '{"text": "a", "x": 1e999}',
        '{"text": "\\ud800"}',
        '{"text": "a\\u0000b", "x": }',
        '{"text": "a", "x": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"text": "a", "x": ' + "9" * 5000 + "}",
        '{"text": "a", "x": ' + "9" * 5000 + ".5}",
        '{"text": "a", "text": "b"}',
        '{"text": "a", "x": {"y": 1, "z": 2, "y": 1}}',
        '{"tokens": ["a"], "' + "x" * 500 + '": 1, "' + "x" * 500 + '": 2}',
    ],
)
def test_jsonl_errors_name_file_and_line(line: str) -> None:
    message = fails("jsonl", '{"text": "before"}\n' + line)
    assert message.startswith("file:2: ")
    assert len(message) < 300


def test_jsonl_a_bad_record_can_be_left_out() -> None:
    told: list[DataError] = []
    lines = ['{"text": "a"}', "{", "[]", '{"text": "b"}']
    documents = read("jsonl", "\n".join(lines), on_error=told.append)
    assert [document.text for document in documents] == ["a", "b"]
    assert [error.line for error in told] == [2, 3]


@given(st.dictionaries(st.text(), JSON, max_size=4), st.text())
def test_jsonl_fields_are_read_as_json_reads_them(fields: dict[str, Any], text: str) -> None:
    (document,) = read("jsonl", json.dumps(fields | {"text": text}))
    assert document.text == text
    assert document.fields == {name: fields[name] for name in fields if name != "text"}


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ({"tokenized_text": ["Anna", "lebt"], "ner": [[0, 0, "person"]]}, "Anna lebt"),
        ({"id": 1, "data": {"text": "Anna lebt"}, "annotations": []}, "Anna lebt"),
        ({"data": {"text": "no"}, "text": "Anna"}, "Anna"),
        ({"text": "Anna", "tokens": ["no"]}, "Anna"),
    ],
)
def test_where_other_tools_have_their_text(record: dict[str, object], text: str) -> None:
    (document,) = read("jsonl", json.dumps(record))
    assert document.text == text
    assert {name: record[name] for name in document.fields} == document.fields
