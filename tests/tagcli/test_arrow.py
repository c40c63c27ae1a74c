"""Tables of Arrow with their entities."""

from __future__ import annotations

import datetime
import subprocess
import sys
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.word_tagger import WordTagger, found_in

pa = pytest.importorskip("pyarrow")

from tagcli import DataError, UsageError, tag_table  # noqa: E402
from tagcli.arrow import SCHEMA  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = ["Anna in Bern", None, "", "nichts"]


def tagged(table: Any, column: str = "body") -> Any:
    return tag_table(table, column, WordTagger())  # type: ignore[arg-type]


def columns_of_many_types() -> dict[str, Any]:
    moment = datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC)
    return {
        "id": pa.array([1, 2, None, 4], pa.uint16()),
        "when": pa.array([moment, None, moment, moment], pa.timestamp("ns", "Europe/Zurich")),
        "price": pa.array([Decimal("1.10"), None, Decimal("2.00"), None], pa.decimal128(9, 2)),
        "kind": pa.array(["a", "b", None, "a"]).dictionary_encode(),
        "deep": pa.array([{"x": [1, 2], "y": None}, None, {"x": [], "y": "z"}, None]),
        "raw": pa.array([b"\xff", b"", None, b"a"]),
        "none": pa.nulls(4),
    }


TEXT_TYPES = [
    pa.string(), pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())
]  # fmt: skip


@pytest.mark.parametrize("kind", TEXT_TYPES, ids=str)
def test_the_columns_stay_and_the_entities_are_the_last(kind: Any) -> None:
    columns = {**columns_of_many_types(), "body": pa.array(TEXTS, kind)}
    table = pa.table(columns).replace_schema_metadata({"by": "hand"})
    out = tagged(table).read_all()
    assert out.drop_columns(["entities"]).equals(table, check_metadata=True)
    assert out.schema.field("entities") == SCHEMA.field("entities")
    first, null, empty, nothing = out["entities"].to_pylist()
    assert first[1] == {"start": 8, "end": 12, "label": "PER", "text": "Bern", "score": 0.5}
    assert (null, empty, nothing) == (None, [], [])


@given(st.lists(st.lists(st.none() | st.text("Ab 서\0", max_size=9))), st.integers(0, 9))
def test_every_row_gets_its_own_entities(batches: list[list[str | None]], ahead: int) -> None:
    schema = pa.schema([("body", pa.string())])
    columns = [pa.array(one, pa.string()) for one in batches]
    parts = [pa.record_batch([column], schema=schema) for column in columns]
    reader = pa.RecordBatchReader.from_batches(schema, parts)
    out = tag_table(reader, "body", WordTagger(ahead)).read_all()  # type: ignore[arg-type]
    assert out["body"].to_pylist() == [text for one in batches for text in one]
    for text, entities in zip(out["body"].to_pylist(), out["entities"].to_pylist(), strict=True):
        assert entities is None if text is None else len(entities) == len(found_in(text))


def test_a_stream_is_taken_as_it_is_needed() -> None:
    taken = 0

    def batches() -> Iterator[Any]:
        nonlocal taken
        for number in range(100):
            taken += 1
            yield pa.record_batch({"body": ["Anna", "Max"], "n": [number, number]})

    schema = pa.schema([("body", pa.string()), ("n", pa.int64())])
    reader = tagged(pa.RecordBatchReader.from_batches(schema, batches()))
    assert isinstance(reader, pa.RecordBatchReader)
    assert reader.read_next_batch()["n"].to_pylist() == [0, 0]
    assert taken < 10
    assert sum(batch.num_rows for batch in reader) == 198


def test_a_large_batch_comes_out_in_parts() -> None:
    table = pa.table({"body": ["Anna"] * 3000})
    sizes = [batch.num_rows for batch in tagged(table)]
    assert sum(sizes) == 3000
    assert max(sizes) < 2000
    assert [batch.num_rows for batch in tagged(table.to_batches()[0])] == sizes


def test_what_gives_a_stream_of_arrow_will_do() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"body": ["Anna", "max"], "n": [1.5, None]})
    out = tagged(frame).read_all()
    assert [len(one) for one in out["entities"].to_pylist()] == [1, 0]
    with pytest.raises(UsageError, match="of type list"):
        tagged([{"body": "Anna"}])


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"id": [1], "text": ["a"]}, "no column 'body'; its columns are id, text"),
        ({}, "its columns are none"),
        ({"body": [1]}, "column 'body' has no text, but int64"),
        ({"body": ["a"], "entities": [1]}, "'entities' already"),
    ],
)
def test_a_table_that_does_not_do_is_refused(columns: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        tagged(pa.table(columns))
    twice = pa.Table.from_arrays([pa.array(["a"])] * 3, names=["body", "x", "x"])
    with pytest.raises(UsageError, match="two columns of the name 'x'"):
        tagged(twice)


def test_bytes_that_are_no_text_are_named_by_their_row() -> None:
    bad = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff"]).buffers())
    with pytest.raises(DataError, match="the table:1: the text is not UTF-8"):
        tagged(pa.table({"body": bad})).read_all()


def test_without_pyarrow_one_sentence_says_how_to_get_it() -> None:
    code = "import sys; sys.modules['pyarrow'] = None; from tagcli import *\n"
    assert subprocess.run([sys.executable, "-c", code], check=True)
    code += "from tagcli import tag_table"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr.endswith("needs: pip install 'nertag[parquet]'\n")
