"""Tables of Arrow in, the same tables with their entities out: pyarrow, and all that gives or takes
its streams (polars, pandas, DuckDB, datasets)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tagcli.errors import DataError, UsageError
from tagcli.records import IDLE
from tagcli.tables.entities import SCHEMA, pa, tagged_batches, with_entities
from tagcli.tables.rows import check_text_column, documents_of

if TYPE_CHECKING:
    from tagcli.records import Document
    from tagcli.tagger import Tagger

__all__ = ["SCHEMA", "tag_table"]

_NAME = "the table"


def tag_table(table: Any, column: str, tagger: Tagger) -> Any:
    """A pyarrow.RecordBatchReader with the columns of `table`, as they are, and one more, that of
    SCHEMA, with the entities of the text `column`.

    `table` is a RecordBatchReader, of which no more than a few batches are held, a Table, or
    whatever else gives a stream of Arrow. Raises UsageError for a column that is not there or has
    no text, and for a table that has a column `entities`.
    """
    reader = _reader(table)
    check_text_column(reader.schema, column, _NAME)
    schema = with_entities(reader.schema, _NAME)
    documents = map(_whole, documents_of(reader, column, _NAME))
    tagged = (one for one in tagger.run(documents) if one is not IDLE)
    return pa.RecordBatchReader.from_batches(schema, tagged_batches(tagged, schema))


def _reader(table: Any) -> Any:
    if isinstance(table, pa.RecordBatchReader):
        return table
    if isinstance(table, pa.RecordBatch):
        return pa.RecordBatchReader.from_batches(table.schema, [table])
    if not hasattr(table, "__arrow_c_stream__"):
        raise UsageError(f"a table of Arrow is wanted, and this is of type {type(table).__name__}")
    return pa.RecordBatchReader.from_stream(table)


def _whole(document: Document | DataError) -> Document:
    if isinstance(document, DataError):
        raise document
    return document
