"""Rows of labels of a corpus where they stand, and the entities that they say together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from export.corpora.tags import OddTag, TaggedSpans, parse_row, read_row, recognise_scheme
from tagcli.errors import DataError
from tagcli.readers.formats import split_columns
from tagcli.records import Document
from tagcli.schemes import Tag


@dataclass(frozen=True, slots=True)
class LabelRow:
    """The labels of a sentence's tokens. The first stands in `line` of `source` and each of the
    others in the line after; if `one_line`, all stand in that line or record."""

    labels: Sequence[str]
    source: str
    line: int
    one_line: bool = False

    def error(self, odd: OddTag) -> DataError:
        """What is wrong with one of the tags, and where."""
        if self.one_line:
            return DataError(self.source, self.line, f"token {odd.index + 1}: {odd}")
        return DataError(self.source, self.line + odd.index, str(odd))


def conll_row(document: Document) -> LabelRow:
    """The last column of a CoNLL sentence."""
    assert document.conll is not None
    labels = [split_columns(row)[-1] for row in document.conll.tokens]
    return LabelRow(labels, document.source, document.line)


class TagRows:
    """The rows of one corpus. They show its scheme, one of CORPUS_SCHEMES, together; None where
    there are none. Raises DataError for a label that is no tag."""

    def __init__(self, rows: Iterable[LabelRow]) -> None:
        self._rows = [(row, _parsed(row)) for row in rows]
        self.scheme = recognise_scheme(tags for _, tags in self._rows) if self._rows else None

    def entities(self, policy: str) -> Iterator[TaggedSpans]:
        """The entities of every row in turn, by token, under a policy of REPAIRS. Raises DataError
        for an illegal tag where that is "error"."""
        for row, tags in self._rows:
            try:
                yield read_row(tags, self.scheme or "", policy)
            except OddTag as odd:
                raise row.error(odd) from odd


def _parsed(row: LabelRow) -> list[Tag]:
    try:
        return parse_row(row.labels)
    except OddTag as odd:
        raise row.error(odd) from odd
