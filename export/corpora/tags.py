"""Rows of tags in a corpus: which scheme they are in, which are illegal, and their spans."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from tagcli.errors import DataError
from tagcli.readers.columns import cells_of
from tagcli.schemes import OUTSIDE, OUTSIDE_TAG, Span, Tag, chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tagcli.records import Document

REPAIRS = {
    "error": "an illegal tag is an error",
    "conlleval": "an I- that continues nothing opens an entity, as conlleval has it",
    "strict": "an entity that does not begin with B- is dropped, as seqeval's strict mode has it",
}
"""What is done about illegal tags; the keys name the policies."""

CORPUS_SCHEMES = ("BIO", "IOB1", "BIOES")

_TAG = re.compile(r"([BIESLU])-(\S+)")
_SAME = {"L": "E", "U": "S"}  # BILOU says L and U
_AFTER_OPEN = {"B", "I"}


class OddTag(ValueError):  # noqa: N818 - it names what was found
    """A tag that its scheme does not allow; `index` is its place in the row, from 0."""

    def __init__(self, index: int, problem: str) -> None:
        self.index = index
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class TaggedSpans:
    """The entities of a row of tags, by token, and how many tags a policy repaired."""

    spans: tuple[Span, ...]
    repaired: int


def parse_row(labels: Sequence[str]) -> list[Tag]:
    """The tags of a row of labels such as B-PER; raises OddTag for what is no tag."""
    tags = []
    for index, label in enumerate(labels):
        found = _TAG.fullmatch(label)
        if label == OUTSIDE:
            tags.append(OUTSIDE_TAG)
        elif found:
            tags.append(Tag(_SAME.get(found[1], found[1]), found[2]))
        else:
            raise OddTag(index, f"{label!r} is no tag: O, or B-, I-, E- or S- and a type")
    return tags


def recognise_scheme(rows: Iterable[Sequence[Tag]]) -> str:
    """The scheme that allows the most of a corpus's tags; of equals, the first of
    CORPUS_SCHEMES."""
    seen = Counter(chain.from_iterable(map(_with_neighbours, rows)))

    def illegal(scheme: str) -> int:
        return sum(n for neighbours, n in seen.items() if _problem(*neighbours, scheme))

    return min(CORPUS_SCHEMES, key=illegal)


def read_row(tags: Sequence[Tag], scheme: str, repair: str) -> TaggedSpans:
    """The entities of a row in a scheme of CORPUS_SCHEMES under a policy of REPAIRS.

    Raises OddTag for the first illegal tag where the policy is "error".
    """
    illegal = []
    for index, neighbours in enumerate(_with_neighbours(tags)):
        problem = _problem(*neighbours, scheme)
        if problem and repair == "error":
            raise OddTag(index, problem)
        if problem:
            illegal.append(index)
    spans = chunks(tags)
    if repair == "strict":
        spans = [span for span in spans if not any(span[0] <= i < span[1] for i in illegal)]
    return TaggedSpans(tuple(spans), len(illegal))


def _with_neighbours(tags: Sequence[Tag]) -> Iterator[tuple[Tag, Tag, Tag]]:
    """Every tag between the one before it and the one after it."""
    return zip((OUTSIDE_TAG, *tags), tags, (*tags[1:], OUTSIDE_TAG), strict=False)


def _problem(before: Tag, tag: Tag, following: Tag, scheme: str) -> str | None:
    """What is wrong with a tag where it stands; None where its scheme allows it."""
    if tag.prefix == OUTSIDE:
        return None
    name = f"{tag.prefix}-{tag.type}"
    if scheme != "BIOES" and tag.prefix in ("E", "S"):
        return f"{name} in a corpus that is {scheme}"
    if scheme == "IOB1":
        needless = tag.prefix == "B" and before.type != tag.type
        return f"{name} where IOB1 has I-{tag.type}" if needless else None
    is_open = before.type == tag.type and before.prefix in _AFTER_OPEN
    if tag.prefix in ("I", "E") and not is_open:
        return f"{name} continues no entity of its type"
    goes_on = following.type == tag.type and following.prefix in ("I", "E")
    if scheme == "BIOES" and tag.prefix in _AFTER_OPEN and not goes_on:
        return f"{name} opens an entity that no E-{tag.type} ends"
    return None


def write_row(spans: Iterable[Span], count: int, scheme: str) -> list[str]:
    """The labels of `count` units for entities (start, end, type), in a scheme of
    CORPUS_SCHEMES."""
    row = [OUTSIDE] * count
    last_end, last_type = -1, ""
    for start, end, entity_type in spans:
        touches = start == last_end and entity_type == last_type
        for index in range(start, end):
            row[index] = f"I-{entity_type}"
        if scheme != "IOB1" or touches:
            row[start] = f"B-{entity_type}"
        if scheme == "BIOES":
            row[end - 1] = f"{'S' if end - start == 1 else 'E'}-{entity_type}"
        last_end, last_type = end, entity_type
    return row


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
    labels = [cells[-1] for cells in cells_of(document.conll)]
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
