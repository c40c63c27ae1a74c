"""CSV and its like: a header, then a record a row, as Python's csv module reads them."""

from __future__ import annotations

import csv
import sys
from itertools import chain
from typing import TYPE_CHECKING

from tagcli.errors import DataError
from tagcli.records import IDLE, Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tagcli.readers.base import Lines, ReaderOptions
    from tagcli.readers.inputs import Line

_DELIMITERS = ",;\t|"


def has_column(header: str, name: str) -> bool:
    """Whether a line is a header that names this column."""
    return any(name in cells for cells in _headers(header).values())


def read_separated(lines: Lines, source: str, options: ReaderOptions) -> Iterator[Document | None]:
    """Every row is a document: the text of the column that is called as the text field, and all
    its other cells, as text. Raises DataError for a header without that column."""
    csv.field_size_limit(sys.maxsize)
    rows = _Rows(lines, source, options)
    names: list[str] | None = None
    for line in lines:
        if line is IDLE:
            yield IDLE
            continue
        if names is None and not line.bad and line.text.strip("\ufeff"):
            names = rows.header(line)
            if not names:
                return
            continue
        cells = rows.row(line)
        if cells is None or names is None:
            continue
        if len(cells) != len(names):
            problem = f"the row has {len(cells)} cells, the header {len(names)}"
            options.report(DataError(source, line.number, problem), rows.raw)
            continue
        fields = dict(zip(names, cells, strict=True))
        text = fields.pop(options.text_field)
        yield Document(text, source, line.number, fields=fields)


class _Rows:
    """Makes rows of lines: a quoted cell may go over several."""

    def __init__(self, lines: Lines, source: str, options: ReaderOptions) -> None:
        self._lines = lines
        self._source = source
        self._options = options
        self._delimiter = ","
        self._is_whole = True
        self._texts: list[str] = []

    @property
    def raw(self) -> str:
        """The lines of the row that was asked for last."""
        return "\n".join(self._texts)

    def header(self, line: Line) -> list[str]:
        """The names of the columns, none if these do not do, which was told; from here on cells are
        apart as they are."""
        text, wanted = line.text.lstrip("\ufeff"), self._options.text_field
        found = _headers(text)
        # that which names the column; of several, or of none, that which makes most cells
        self._delimiter = max(found, key=lambda mark: (wanted in found[mark], len(found[mark])))
        names = self.row(line._replace(text=text)) or []
        twice = next((name for name in names if names.count(name) > 1), None)
        if wanted not in names:
            shown = ", ".join(names)
            problem = f"no column {wanted!r} (--text-field); the columns are {shown:.300}"
        elif twice is not None:
            problem = f"two columns of the name {twice!r}: one of two cells would be lost"
        else:
            return names
        self._options.report(DataError(self._source, line.number, problem), self.raw)
        return []

    def row(self, first: Line) -> list[str] | None:
        """The cells of the row that begins with a line; None for a blank line and for a row that is
        no whole one, which was told."""
        self._is_whole, self._texts = not first.bad, []
        reader = csv.reader(self._read(first), delimiter=self._delimiter, strict=True)
        try:
            cells = next(reader, [])
        except csv.Error as error:
            problem = f"broken row: {error}"
            self._options.report(DataError(self._source, first.number, problem), self.raw)
            return None
        return cells if cells and self._is_whole else None

    def _read(self, first: Line) -> Iterator[str]:
        for line in chain([first], self._lines):
            if line is not IDLE:
                self._is_whole = self._is_whole and not line.bad
                self._texts.append(line.text)
                yield line.text + "\n"


def _headers(line: str) -> dict[str, list[str]]:
    """The cells of a header by each mark that they may be apart by."""
    return {mark: next(csv.reader([line], delimiter=mark), []) for mark in _DELIMITERS}
