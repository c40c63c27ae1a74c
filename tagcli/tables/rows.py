"""Rows of Arrow tables as documents: what else a row has stays in its batch until it is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tagcli.errors import DataError, UsageError, to_nobody
from tagcli.records import Document

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROWS = 1024
"""How many rows of a batch are taken at once."""


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
    """A record batch of which one column is text; `tell` hears, if anybody wants the others as JSON
    has them, of those that JSON cannot hold."""

    def __init__(self, batch: Any, column: str, tell: Callable[[list[str]], None]) -> None:
        self.batch = batch
        self._column = column
        self._tell = tell

    @cached_property
    def row_bytes(self) -> int:
        """How many bytes a row takes, in the mean."""
        return int(self.batch.nbytes // max(1, self.batch.num_rows))

    @cached_property
    def json_columns(self) -> dict[str, Any]:
        """All other columns that JSON can hold, with values that it can hold."""
        from tagcli.tables.json_values import json_type, json_values

        others = [one for one in self.batch.schema if one.name != self._column]
        held = [one.name for one in others if json_type(one.type) is not None]
        self._tell([f"{one.name} ({one.type})" for one in others if one.name not in held])
        return {name: json_values(self.batch.column(name)) for name in held}

    def documents(self, source: str, rows_before: int) -> Iterator[Document | DataError]:
        """A document a row, counted from 1, or what is wrong with it."""
        for index, text in enumerate(self.batch.column(self._column)):
            row = rows_before + index + 1
            try:
                value = text.as_py()
            except UnicodeDecodeError as error:
                bytes_of = getattr(text, "value", text).as_buffer().to_pybytes()
                raw = bytes_of.decode("utf-8", "backslashreplace")
                yield DataError(source, row, f"the text is not UTF-8: {error}", raw)
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
    batches: Iterable[Any], column: str, source: str, note: Callable[[str], None] = to_nobody
) -> Iterator[Document | DataError]:
    """The documents of the batches of a table whose text column was checked, row by row; `note` is
    told once which columns do not come out where JSON is asked for."""
    told = set[str]()

    def tell(left_out: list[str]) -> None:
        if left_out and not told:
            told.update(left_out)
            note(f"{source}: JSON has no such values, left out: {', '.join(left_out)}")

    rows = 0
    for batch in batches:
        for start in range(0, batch.num_rows, ROWS):  # so that results come early
            part = TextBatch(batch.slice(start, ROWS), column, tell)
            yield from part.documents(source, rows + start)
        rows += batch.num_rows
