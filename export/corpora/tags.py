"""Rows of tags in a corpus: which scheme they are in, which are illegal, and their spans."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from tagcli.errors import DataError
from tagcli.readers.columns import cells_of, split_columns, tag_columns
from tagcli.schemes import OUTSIDE_TAG, Span, Tag, chunks
from tagcli.spellings import (
    BARE,
    NOTHING,
    OUTSIDE,
    USUAL,
    Spelling,
    says_nothing,
    spelling_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from tagcli.records import ConllRows, Document

REPAIRS = {
    "error": "an illegal tag is an error",
    "conlleval": "an I- that continues nothing opens an entity, as conlleval has it",
    "strict": "an entity that does not begin with B- is dropped, as seqeval's strict mode has it",
}
"""What is done about illegal tags; the keys name the policies."""

CORPUS_SCHEMES = ("BIO", "IOB1", "BIOES")
IO = "IO"
"""The scheme of bare types: neighbours of one type are one entity."""

_AFTER_OPEN = {"B", "I"}
_CHUNKS = {
    "ADJP", "ADVP", "CONJP", "INTJ", "LST", "NP", "PP", "PRT", "SBAR", "UCP", "VP",
    "NC", "PC", "VC", "AC",
}  # fmt: skip
"""Types of the shared tasks' chunks, English and German (CoNLL-2000, CoNLL-2003)."""
_BRACKET = re.compile(r"(?:\(([A-Z_]+))?\*\)?")
_KEYED = re.compile(r"(?:.*\|)?(?:ne|ner|name|entity)=([^|]*)(?:\|.*)?", re.IGNORECASE)
"""A tag among others, as CoNLL-U has it in its last column: `SpaceAfter=No|name=B-PER`."""


class OddTag(ValueError):  # noqa: N818 - it names what was found
    """A tag that its scheme does not allow; `index` is its place in the row, from 0."""

    def __init__(self, index: int, problem: str) -> None:
        self.index = index
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class TaggedSpans:
    """The entities of a row of tags, by token, and the tags that a policy repaired."""

    spans: tuple[Span, ...]
    odd: tuple[OddTag, ...]


def recognise_spelling(labels: Iterable[str]) -> Spelling:
    """How the labels of a corpus are written, all of them; the usual way where no one fits."""
    return spelling_of({_tag_of(label) for label in labels}) or USUAL


def parse_row(labels: Sequence[str], spelling: Spelling = USUAL) -> list[Tag]:
    """The tags of a row of labels in a spelling; raises OddTag for what is no tag."""
    tags = []
    for index, label in enumerate(labels):
        parts = spelling.parts(_tag_of(label))
        if parts is None:
            raise OddTag(index, f"{label!r} is no tag: O, or B-, I-, E- or S- and a type")
        tags.append(Tag(*parts))
    return tags


def _tag_of(label: str) -> str:
    """The tag of a cell that may hold more: `name=B-PER` is B-PER."""
    if "=" not in label:
        return label
    found = _KEYED.fullmatch(label)
    return found[1] if found else OUTSIDE


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
    odd = []
    for index, neighbours in enumerate(_with_neighbours(tags)):
        problem = _problem(*neighbours, scheme)
        if problem and repair == "error":
            raise OddTag(index, problem)
        if problem:
            odd.append(OddTag(index, problem))
    spans = chunks(tags)
    if repair == "strict":
        spans = [span for span in spans if not any(span[0] <= o.index < span[1] for o in odd)]
    return TaggedSpans(tuple(spans), tuple(odd))


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
    if scheme in ("IOB1", IO):
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
    """The labels of a sentence's tokens, and the line of each in `source`; of one line, or record,
    there may be several."""

    labels: Sequence[str]
    source: str
    lines: Sequence[int]

    def error(self, odd: OddTag) -> DataError:
        """What is wrong with one of the tags, and where."""
        is_one_line = len(self.lines) > 1 and self.lines[0] == self.lines[-1]
        where = f"token {odd.index + 1}: " if is_one_line else ""
        return DataError(self.source, self.lines[odd.index], f"{where}{odd}")


def conll_row(document: Document, column: int) -> LabelRow:
    """The tags of a CoNLL sentence in a column, from 0. Raises DataError where it has no such
    column."""
    assert document.conll is not None
    lines, rows = _lines(document), document.conll
    cells = cells_of(rows)
    if cells and column >= len(cells[0]):
        problem = f"--tag-column {column + 1}, but the line has {len(cells[0])} columns"
        raise DataError(document.source, lines[0], problem)
    labels = [[row[column]] for row in cells]
    for line, token in rows.lines():
        if token is not None and line != rows.tokens[token]:
            labels[token].append(split_columns(line)[column])
    is_misc = rows.universal is not None and rows.universal.misc == column
    said = [_said(some, is_misc) for some in labels]
    return LabelRow(_without_brackets(said), document.source, lines)


def _said(cells: Sequence[str], is_misc: bool) -> str:
    """The tag of a token by its own cell and those of its words: the first that says something. A
    cell of MISC that is neither a tag nor holds one says nothing."""
    if is_misc:
        found = ((USUAL.parts(_tag_of(cell)) or NOTHING, cell) for cell in cells)
        cells = [OUTSIDE if parts == NOTHING else cell for parts, cell in found]
    return next((cell for cell in cells if not says_nothing(_tag_of(cell))), cells[-1])


def _holds_tag(cell: str) -> bool:
    """Whether a cell has a tag among other attributes, as in `SpaceAfter=No|name=B-PER`."""
    return _KEYED.fullmatch(cell) is not None


def _without_brackets(labels: list[str]) -> list[str]:
    """BIO in place of OntoNotes' brackets, `(PERSON*`, `*` and `*)` (CoNLL-2011 and 2012); other
    labels as they are."""
    if not all(map(_BRACKET.fullmatch, labels)):
        return labels
    tags, inside = [], ""
    for label in labels:
        found = _BRACKET.fullmatch(label)
        begun = found[1] if found else None
        inside = begun or inside
        tags.append(f"{'B' if begun else 'I'}-{inside}" if inside else OUTSIDE)
        if label.endswith(")"):
            inside = ""
    return tags


def untagged_row(document: Document) -> LabelRow:
    """A CoNLL sentence as if it had no tags."""
    lines = _lines(document)
    return LabelRow([OUTSIDE] * len(lines), document.source, lines)


def _lines(document: Document) -> Sequence[int]:
    """The line of every token."""
    assert document.conll is not None
    first, between = document.line, document.conll.between
    lines = range(first, first + len(document.conll.tokens))
    if not between:
        return lines
    return [line + sum(rows <= i for rows, _ in between) for i, line in enumerate(lines)]


def entity_columns(documents: Sequence[Document]) -> tuple[int, ...]:
    """The columns, from 0, of a CoNLL file that hold tags of entities, first those that hold any:
    the place that CoNLL-U has for them, if anything stands there; not those of chunks of syntax,
    unless there are no others; the last one where none holds tags."""
    tables = [one.conll for one in documents if one.conll is not None]
    if (column := _universal_column(tables)) is not None:
        return (column,)
    found = tag_columns(tables) or _bracket_columns(tables)
    if not found:
        return (max((len(row) for table in tables for row in cells_of(table)[:1]), default=1) - 1,)
    if len(found) == 1:  # whatever it holds, there is no other
        return found
    labels: dict[int, set[str]] = {column: set() for column in found}
    for table in tables:
        for row in cells_of(table):
            for column in found:
                labels[column].add(row[column] if column < len(row) else OUTSIDE)
    found = tuple(column for column in found if not _are_chunks(labels[column])) or found
    return tuple(sorted(found, key=lambda column: all(map(says_nothing, labels[column]))))


def _bracket_columns(tables: Sequence[ConllRows]) -> tuple[int, ...]:
    """The first column of OntoNotes' brackets; those of roles stand behind it."""
    are_brackets: dict[int, bool] = {}
    for table in tables:
        for row in cells_of(table):
            for column, label in enumerate(row):
                is_bracket = _BRACKET.fullmatch(label) is not None
                are_brackets[column] = is_bracket and are_brackets.get(column, True)
    return tuple(column for column, are in are_brackets.items() if are)[:1]


def _universal_column(tables: Sequence[ConllRows]) -> int | None:
    """The column where CoNLL-U has its tags; None for other files, and where it has none."""
    place = tables[0].universal if tables else None
    if place is None:
        return None
    if place.misc is None:
        return place.tags
    is_there = any(_holds_tag(cells[place.misc]) for cells in _word_rows(tables))
    return place.misc if is_there else None


def lacks_tags(documents: Sequence[Document], column: int) -> bool:
    """Whether a column is the MISC of CoNLL-U and has no tag."""
    tables = [one.conll for one in documents if one.conll is not None]
    place = tables[0].universal if tables else None
    return place is not None and place.misc == column and _universal_column(tables) is None


def _word_rows(tables: Sequence[ConllRows]) -> Iterator[list[str]]:
    """The cells of all words and of all tokens of several."""
    for rows in tables:
        yield from (
            split_columns(line)
            for line, token in rows.lines()
            if token is not None or line in rows.tokens
        )


def _are_chunks(labels: Collection[str]) -> bool:
    parts = [USUAL.parts(label) for label in labels if label != OUTSIDE]
    return bool(parts) and all(part is not None and part[1] in _CHUNKS for part in parts)


class TagRows:
    """The rows of one corpus. They show together how its tags are written, `spelling`, and its
    scheme, one of CORPUS_SCHEMES, or IO where they are bare types; None where there are none.
    Raises DataError for a label that is no tag."""

    def __init__(self, rows: Iterable[LabelRow]) -> None:
        held = list(rows)
        self.spelling = recognise_spelling(chain.from_iterable(row.labels for row in held))
        self._rows = [(row, _parsed(row, self.spelling)) for row in held]
        self.scheme = None
        if held:
            is_bare = self.spelling is BARE
            self.scheme = IO if is_bare else recognise_scheme(tags for _, tags in self._rows)

    def notes(self) -> Iterator[str]:
        """What a user may want to know of how the tags are read, where they are not B-PER and O."""
        labels = dict.fromkeys(_tag_of(label) for row, _ in self._rows for label in row.labels)
        if self.spelling is BARE:
            yield "tags without B- and I-: neighbours of one type are one entity"
        elif self.spelling is not USUAL:
            yield f"tags are written {self.spelling.name}"
        others = [one for one in labels if one != OUTSIDE and self.spelling.parts(one) == NOTHING]
        if others:
            yield f"{', '.join(map(repr, others))}, read as {OUTSIDE}"

    def entities(self, policy: str) -> Iterator[tuple[tuple[Span, ...], list[DataError]]]:
        """The entities of every row in turn, by token, under a policy of REPAIRS, and what was
        repaired. Raises DataError for an illegal tag where that is "error"."""
        for row, tags in self._rows:
            try:
                read = read_row(tags, self.scheme or "", policy)
            except OddTag as odd:
                raise row.error(odd) from odd
            yield read.spans, [row.error(odd) for odd in read.odd]


def _parsed(row: LabelRow, spelling: Spelling) -> list[Tag]:
    try:
        return parse_row(row.labels, spelling)
    except OddTag as odd:
        raise row.error(odd) from odd
