"""Parquet: the rows of tables with all their columns as they came, or records with theirs found."""

from __future__ import annotations

import io
from itertools import groupby
from typing import TYPE_CHECKING, Any, Protocol

from tagcli.errors import DataError, NertagError, UsageError, reason_of
from tagcli.optional_packages import needed
from tagcli.tables.entities import pa, tagged_batches, with_entities
from tagcli.tables.rows import Row
from tagcli.writers.parquet_records import Records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tagcli.records import TaggedDocument
    from tagcli.writers.base import WriterOptions

_GROUP_BYTES = 1 << 24
_GROUP_ROWS = 20_000
_SOURCE = "source"


class Rows(Protocol):
    """What documents become in a table."""

    def size(self, tagged: TaggedDocument) -> int:
        """About how many bytes it takes; raises DataError for one that does not fit."""

    def schema(self, tagged: list[TaggedDocument]) -> Any:
        """The columns; where they depend on the documents, on these, which are the first."""

    def batches(self, tagged: list[TaggedDocument]) -> Iterator[Any]:
        """The documents, once the schema has been asked for."""


class ParquetWriter:
    """Writes a row group when it holds enough; the columns are those of the first input."""

    def __init__(self, options: WriterOptions) -> None:
        self._options = options
        self._pieces = _Pieces()
        self._file: Any = None
        self._table: TableRows | None = None
        self._rows: Rows | None = None
        self._held: list[TaggedDocument] = []
        self._held_bytes = 0

    def begin_table(self, schema: Any, source: str) -> None:
        """Take the columns of the first table; raises UsageError where entities cannot be added."""
        if self._table is None:
            self._table = TableRows(schema, source, self._options.show_source)

    def record(self, tagged: TaggedDocument) -> bytes:
        """The bytes of a row group, when it has enough."""
        if tagged.document.holds_only_comments:
            return b""
        if self._rows is None:
            is_row = isinstance(tagged.document.fields, Row)
            self._rows = self._table if is_row and self._table else Records(self._options)
        self._held_bytes += self._rows.size(tagged)
        self._held.append(tagged)
        if len(self._held) >= _GROUP_ROWS or self._held_bytes >= _GROUP_BYTES:
            self._write_group(self._rows)
        return self._pieces.drained()

    def tail(self) -> bytes:
        """The last row group, and where in the file all of them are."""
        self._write_group(self._rows or self._table or Records(self._options))
        self._file.close()
        return self._pieces.drained()

    def cut_short(self) -> bytes:
        """The same, if there were any documents."""
        return b"" if self._rows is None else self.tail()

    def _write_group(self, rows: Rows) -> None:
        held, self._held, self._held_bytes = self._held, [], 0
        schema = rows.schema(held)
        try:
            if self._file is None:
                parquet = needed("pyarrow.parquet", "parquet", "Parquet")
                self._file = parquet.ParquetWriter(self._pieces, schema)
            if held:
                table = pa.Table.from_batches(rows.batches(held), schema)
                self._file.write_table(table, row_group_size=table.num_rows)
        except pa.ArrowException as error:
            problem = f"Parquet cannot hold what is to be written: {reason_of(error)}"
            raise NertagError(problem) from error


class TableRows:
    """Rows of tables with the columns of the first."""

    def __init__(self, schema: Any, source: str, show_source: bool) -> None:
        self._first = source
        self._given = schema
        self._schema = with_entities(schema, source)
        self._show_source = show_source
        if show_source and _SOURCE in schema.names:
            problem = f"{source} has a column {_SOURCE!r} already, where its name is to stand"
            raise UsageError(f"{problem}: give it alone")
        if show_source:
            self._schema = self._schema.insert(0, pa.field(_SOURCE, pa.string()))

    def size(self, tagged: TaggedDocument) -> int:
        """The share of its batch."""
        document = tagged.document
        if not isinstance(document.fields, Row):
            problem = f"is no row of a table, as those of {self._first} are"
            raise DataError(document.source, document.line, problem)
        rows = document.fields.batch
        if not rows.batch.schema.equals(self._given):
            raise UsageError(f"{document.source} has other columns than {self._first}")
        return rows.row_bytes

    def schema(self, _: list[TaggedDocument]) -> Any:
        """The columns of the table, and its entities."""
        return self._schema

    def batches(self, tagged: list[TaggedDocument]) -> Iterator[Any]:
        """Rows with their entities, and with their source where that is shown."""
        if not self._show_source:
            return tagged_batches(tagged, self._schema)
        return self._with_source(tagged)

    def _with_source(self, tagged: Iterable[TaggedDocument]) -> Iterator[Any]:
        bare = self._schema.remove(0)
        for source, several in groupby(tagged, key=lambda one: one.document.source):
            for batch in tagged_batches(several, bare):
                names = pa.array([source] * batch.num_rows, pa.string())
                yield pa.RecordBatch.from_arrays([names, *batch.columns], schema=self._schema)


class _Pieces(io.RawIOBase):
    """A file that hands on what is written to it."""

    def __init__(self) -> None:
        self._written: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        """It is for writing."""
        return True

    def write(self, data: Any) -> int:
        """Take all of it."""
        piece = bytes(data)
        self._written.append(piece)
        self._position += len(piece)
        return len(piece)

    def tell(self) -> int:
        """How much was written."""
        return self._position

    def drained(self) -> bytes:
        """What was written since this was asked for."""
        data = b"".join(self._written)
        self._written.clear()
        return data
