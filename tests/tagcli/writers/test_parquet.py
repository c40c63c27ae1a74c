"""Parquet out: rows of tables, and records."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from tagcli.errors import DataError, UsageError
from tagcli.records import Document, TaggedDocument
from tagcli.tables.rows import documents_of
from tagcli.writers.base import BinaryWriter, ResumableWriter, WriterOptions
from tagcli.writers.formats import BINARY_FORMATS, format_of_output
from tests.support.tagged import tagged_text
from tests.support.word_tagger import found_in

pa = pytest.importorskip("pyarrow")
from pyarrow import parquet  # noqa: E402

from tagcli.writers import parquet as module  # noqa: E402
from tagcli.writers.parquet import ParquetWriter  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterable

TABLE = pa.table(
    {
        "id": pa.array([1, None, 3], pa.uint8()),
        "body": ["Anna", None, "in Bern"],
        "kind": pa.array(["a", "b", "a"]).dictionary_encode(),
        "raw": [b"\xff", None, b""],
    }
)


def rows(table: Any = TABLE, source: str = "a.parquet") -> list[TaggedDocument]:
    found = []
    for one in documents_of(table.to_batches(), "body", source):
        assert isinstance(one, Document)
        found.append(TaggedDocument(one, found_in(one.text), ()))
    return found


def table_of(data: bytes) -> Any:
    return parquet.read_table(io.BytesIO(data))


def written(writer: BinaryWriter, tagged: Iterable[TaggedDocument]) -> bytes:
    return b"".join(map(writer.record, tagged)) + writer.tail()


def test_rows_keep_their_columns() -> None:
    writer = ParquetWriter(WriterOptions())
    writer.begin_table(TABLE.schema, "a.parquet")
    out = table_of(written(writer, rows()))
    assert out.drop_columns(["entities"]).equals(TABLE)
    assert [one and len(one) for one in out["entities"].to_pylist()] == [1, None, 1]


def test_rows_that_were_skipped_are_not_there() -> None:
    writer = ParquetWriter(WriterOptions())
    writer.begin_table(TABLE.schema, "a.parquet")
    first, _, third = rows()
    out = table_of(written(writer, [first, third]))
    assert out.drop_columns(["entities"]).equals(TABLE.take([0, 2]))


def test_row_groups_are_written_when_there_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_GROUP_ROWS", 2)
    writer = ParquetWriter(WriterOptions())
    writer.begin_table(TABLE.schema, "a.parquet")
    pieces = [writer.record(one) for one in rows()]
    assert [bool(piece) for piece in pieces] == [False, True, False]
    file = parquet.ParquetFile(io.BytesIO(b"".join(pieces) + writer.tail()))
    assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [2, 1]


def test_sources_stand_in_a_column_of_theirs() -> None:
    writer = ParquetWriter(WriterOptions(show_source=True))
    writer.begin_table(TABLE.schema, "a.parquet")
    out = table_of(written(writer, [*rows(), *rows(source="b.parquet")]))
    assert out.column_names == ["source", *TABLE.column_names, "entities"]
    assert out["source"].to_pylist() == ["a.parquet"] * 3 + ["b.parquet"] * 3
    named = TABLE.append_column("source", pa.nulls(3))
    with pytest.raises(UsageError, match="'source' already"):
        ParquetWriter(WriterOptions(show_source=True)).begin_table(named.schema, "a")


def test_what_does_not_fit_the_first_table_is_named() -> None:
    writer = ParquetWriter(WriterOptions())
    writer.begin_table(TABLE.schema, "a.parquet")
    writer.begin_table(TABLE.select(["body"]).schema, "b.parquet")
    written_first = [writer.record(one) for one in rows()]
    assert written_first
    with pytest.raises(UsageError, match=r"b\.parquet has other columns than a\.parquet"):
        writer.record(rows(TABLE.select(["body"]), "b.parquet")[0])
    with pytest.raises(DataError, match="is no row of a table"):
        writer.record(tagged_text("Rom"))


def test_a_table_without_rows_keeps_its_columns() -> None:
    writer = ParquetWriter(WriterOptions())
    writer.begin_table(TABLE.schema, "a.parquet")
    assert writer.cut_short() == b""
    out = table_of(writer.tail())
    assert out.num_rows == 0
    assert out.drop_columns(["entities"]).schema.equals(TABLE.schema)


def test_nothing_is_a_file_without_rows() -> None:
    writer = ParquetWriter(WriterOptions())
    assert table_of(writer.tail()).column_names == ["text", "entities"]


def test_after_an_error_what_there_is_can_be_read() -> None:
    writer = ParquetWriter(WriterOptions())
    data = writer.record(tagged_text("Anna")) + writer.cut_short()
    assert table_of(data)["text"].to_pylist() == ["Anna"]


def test_it_is_no_format_of_text_and_cannot_be_gone_on_with() -> None:
    writer = BINARY_FORMATS["parquet"](WriterOptions())
    assert isinstance(writer, BinaryWriter)
    assert not isinstance(writer, ResumableWriter)
    assert format_of_output("OUT.parquet") == format_of_output("a.pq") == "parquet"
