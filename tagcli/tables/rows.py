"""Rows of Arrow tables as documents: what else a row has stays in its batch until it is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tagcli.errors import DataError, UsageError
from tagcli.records import Document

if TYPE_CHECKING:
    from collections.abc import Iterable


class Row(Mapping[str, Any]):
    """What a row has beside its text, by column, as JSON has it."""

    __slots__ = ("batch", "index")

    def __init__(self, batch: TextBatch, index: int) -> None:
        self.batch = batch
        self.index = index

    def __getitem__(self, name: str) -> Any:
        from tagcli.tables.json_values import json_value

        return json_value(self.batch.json_columns[name][self.index])

    def __iter__(self) -> Iterator[str]:
        return iter(self.batch.json_columns)

    def __len__(self) -> int:
        return len(self.batch.json_columns)

    def __repr__(self) -> str:
        return repr(dict(self))


class TextBatch:
    """A record batch of which one column is text."""

    def __init__(self, batch: Any, column: str) -> None:
        self.batch = batch
        self.column = column

    @cached_property
    def json_columns(self) -> dict[str, Any]:
        """All other columns that JSON can hold, with values that it can hold."""
        from tagcli.tables.json_values import json_type, json_values

        return {
            name: json_values(values)
            for name, values in zip(self.batch.schema.names, self.batch.columns, strict=True)
            if name != self.column and json_type(values.type) is not None
        }

    def documents(self, source: str, rows_before: int) -> Iterator[Document | DataError]:
        """A document a row, counted from 1, or what is wrong with it."""
        for index, text in enumerate(self.batch.column(self.column)):
            row = rows_before + index + 1
            try:
                value = text.as_py()
            except UnicodeDecodeError as error:
                yield DataError(source, row, f"the text is not UTF-8: {error}")
                continue
            is_null = value is None
            yield Document(value or "", source, row, fields=Row(self, index), is_null=is_null)


def check_text_column(schema: Any, column: str, source: str) -> None:
    """Raise UsageError if the table has no such column, or no text in it."""
    names = schema.names
    if column not in names:
        shown = ", ".join(names) or "none"
        raise UsageError(f"{source} has no column {column!r}; its columns are {shown:.300}")
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise UsageError(f"{source} has two columns of the name {twice!r}")
    from pyarrow import types

    kind = schema.field(column).type
    if types.is_dictionary(kind):
        kind = kind.value_type
    if not any(
        is_text(kind) for is_text in (types.is_string, types.is_large_string, types.is_string_view)
    ):
        raise UsageError(f"{source}: column {column!r} has no text, but {kind}")


def documents_of(
    batches: Iterable[Any], column: str, source: str
) -> Iterator[Document | DataError]:
    """The documents of the batches of a table whose text column was checked, row by row."""
    rows = 0
    for batch in batches:
        yield from TextBatch(batch, column).documents(source, rows)
        rows += batch.num_rows
