"""Records of JSON as rows of Parquet."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.errors import DataError
from tagcli.records import Document, TaggedDocument
from tagcli.writers.base import WriterOptions
from tests.support.reading import read
from tests.support.tagged import entity, tagged_text, tagged_tokens

pa = pytest.importorskip("pyarrow")
from pyarrow import parquet  # noqa: E402

from tagcli.writers import parquet as module  # noqa: E402
from tagcli.writers.parquet import ParquetWriter  # noqa: E402


def rows(*tagged: TaggedDocument, **options: Any) -> list[dict[str, Any]]:
    writer = ParquetWriter(WriterOptions(**options))
    data = b"".join(map(writer.record, tagged)) + writer.tail()
    found: list[dict[str, Any]] = parquet.read_table(io.BytesIO(data)).to_pylist()
    return found


def test_text_fields_and_entities() -> None:
    found = entity("Anna", "Anna", "PER", 0.25)
    fields = {"id": 7, "tags": ["a"], "entities": [1]}
    (row,) = rows(TaggedDocument(Document("Anna", fields=fields), (found,), ()))
    assert row == {
        "text": "Anna", "id": 7, "tags": ["a"], "input_entities": [1],
        "entities": [{"start": 0, "end": 4, "label": "PER", "text": "Anna", "score": 0.25}],
    }  # fmt: skip
    assert list(row)[-1] == "entities"
    assert next(iter(rows(tagged_text("a"), show_source=True)[0])) == "source"


def test_given_tokens_have_numbers() -> None:
    first, second = rows(tagged_text("Anna"), tagged_tokens(["in", "Bern"], [(1, 2, "LOC")]))
    (found,) = second["entities"]
    assert (found["start_token"], found["end_token"], first["entities"]) == (1, 2, [])


FIELDS = st.fixed_dictionaries(
    {"a": st.none() | st.integers(-(2**62), 2**62), "b": st.lists(st.text("a서", max_size=3))},
    optional={"c": st.fixed_dictionaries({"d": st.booleans()})},
)


@given(st.lists(FIELDS, min_size=1, max_size=6))
def test_what_goes_in_comes_out_but_for_what_is_null(records: list[dict[str, Any]]) -> None:
    lines = "\n".join(json.dumps({"text": "Rom", **record}) for record in records)
    documents = read("jsonl", lines)
    found = rows(*(TaggedDocument(one, (), ()) for one in documents))
    for record, row in zip(records, found, strict=True):
        assert {name: row.get(name) for name in record} == record


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"id": "seven"}, "field 'id': "),
        ({"id": 1.5}, "field 'id'"),
        ({"id": 2**70}, "field 'id'"),
        ({"id": True}, "field 'id'"),
        ({"other": 1}, "field 'other' is new"),
        ({"deep": {"b": 1}}, "field 'deep' would not come out as it is"),
        ({"name": "\ud800"}, "field 'name'"),
    ],
)
def test_a_record_that_the_columns_cannot_hold_is_a_bad_one(
    monkeypatch: pytest.MonkeyPatch, fields: dict[str, Any], problem: str
) -> None:
    monkeypatch.setattr(module, "_GROUP_ROWS", 2)
    writer = ParquetWriter(WriterOptions())
    first = tagged_text("Rom", id=1, deep={"a": [1]}, name="x")
    data = writer.record(first) + writer.record(first)
    with pytest.raises(DataError, match=f"^in.txt:1: does not fit .*: {problem}"):
        writer.record(tagged_text("Bern", **fields))
    data += writer.record(tagged_text("Ulm", id=None, deep={})) + writer.tail()
    found = parquet.read_table(io.BytesIO(data)).to_pylist()
    assert [row["text"] for row in found] == ["Rom", "Rom", "Ulm"]


def test_values_of_no_one_type_become_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_GROUP_ROWS", 2)
    told: list[str] = []
    given_ids = [1, "one", None, {"a": [1]}]
    tagged = [tagged_text("Rom", id=one, deep={}, odd=[{}]) for one in given_ids]
    found = rows(*tagged, note=told.append)
    assert [json.loads(row["id"]) for row in found] == given_ids
    assert {(row["deep"], row["odd"]) for row in found} == {("{}", "[{}]")}
    assert [one.split(" (")[0] for one in told] == [
        f"field {name!r} is written as text, JSON" for name in ("id", "deep", "odd")
    ]


def test_a_whole_number_among_others_is_one_of_them() -> None:
    assert [row["n"] for row in rows(tagged_text("a", n=1), tagged_text("b", n=2.5))] == [1.0, 2.5]
