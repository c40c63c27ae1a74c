"""Lines into documents: the format that an input is in, by its name or its first lines."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING

from tagcli.errors import DataError, UsageError, to_nobody
from tagcli.readers.base import first_lines
from tagcli.readers.columns import BLANKS
from tagcli.readers.decompression import without_ending
from tagcli.readers.inputs import TableFound
from tagcli.readers.recognition import NoText, Verdict, awaits_more, no_prose, recognised
from tagcli.readers.registry import CSV, INPUT_FORMATS, TABLE_FORMATS
from tagcli.readers.separated import has_column, read_separated
from tagcli.records import IDLE, Document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagcli.readers.base import Lines, ReaderOptions
    from tagcli.readers.inputs import Input, Line

_LONGEST_HEAD = 10_000
"""How many blank lines are held while the first line that shows the format is waited for."""


Note = Callable[[str], None]


_EXTENSIONS = {
    "text": (".txt", ".text"),
    "conll": (".conll", ".conllu", ".conllup", ".iob", ".iob2", ".bio"),
    "jsonl": (".jsonl", ".ndjson"),
    "parquet": (".parquet", ".pq"),
    "arrow": (".arrow", ".arrows", ".feather", ".ipc"),
}
_NAMES = re.compile(r"\ufeff?\w+(?:[,;]\w+)+")
"""The first line of a table whose name does not say so."""
_TABLES = (".csv", ".tsv")
_TABLE_LINES = 5
_FEWEST_ROWS_OF_TXT = 3
_FEWEST_ROWS_OF_TABLE = 3


def format_of_name(name: str) -> str | None:
    """The format a file's extension says, also before that of a compressed one."""
    name = without_ending(name)
    for input_format, extensions in _EXTENSIONS.items():
        if name.endswith(extensions):
            return input_format
    return None


def stem_of(name: str) -> str:
    """A file's name without the extensions that say what is in it."""
    name = name[: len(without_ending(name))]
    known = (*(end for ends in _EXTENSIONS.values() for end in ends), *_TABLES)
    found = next((end for end in known if name.lower().endswith(end) and len(name) > len(end)), "")
    return name[: len(name) - len(found)]


def read_documents(
    source: Input, input_format: str | None, options: ReaderOptions, note: Note = to_nobody
) -> Iterator[Document]:
    """The documents of an input, in the format named or recognised; `note` is told which."""
    documents = _read(source, source.lines(options.on_error), input_format, options, note)
    return (document for document in documents if document is not IDLE)


def read_live(
    source: Input, input_format: str | None, options: ReaderOptions, note: Note = to_nobody
) -> Iterator[Document | None]:
    """Like `read_documents`, with IDLE where an input that is no file pauses."""
    lines = source.lines(options.on_error)
    if source.size is not None:
        return _read(source, lines, input_format, options, note)
    from tagcli.readers.pauses import with_pauses

    live = with_pauses(lines, lambda line: len(line.text))
    return _read(source, live, input_format, options, note)


def _read(
    source: Input, lines: Lines, input_format: str | None, options: ReaderOptions, note: Note
) -> Iterator[Document | None]:
    try:
        if (input_format or format_of_name(source.name)) in TABLE_FORMATS:
            yield from _no_table(source, lines, options)
        else:
            yield from _read_lines(source, lines, input_format, options, note)
    except TableFound as found:  # in front of the first line
        if input_format not in (None, *TABLE_FORMATS):
            raise
        note(f"{source.name}: read as {found.input_format}, by its first bytes")
        yield from _read_table(found, source, options)


def _no_table(source: Input, lines: Lines, options: ReaderOptions) -> Iterator[None]:
    """Looks at the lines of what should be a table, which raises TableFound if it is one."""
    for line in lines:
        if line is not None:
            break
        yield IDLE
    options.report(DataError(source.name, None, "is no Parquet file, and nothing of Arrow"))


def _read_table(
    found: TableFound, source: Input, options: ReaderOptions
) -> Iterator[Document | None]:
    from tagcli.readers.tables import read_table

    documents = read_table(found, source, options)
    if source.size is not None:
        return documents
    from tagcli.readers.pauses import with_pauses

    return with_pauses(documents, lambda document: len(document.text))


def _read_lines(
    source: Input, lines: Lines, input_format: str | None, options: ReaderOptions, note: Note
) -> Iterator[Document | None]:
    chosen = input_format or format_of_name(source.name)
    if chosen is None and _is_csv_by_name(source, options):
        chosen = CSV
    is_guessed = False
    how = "as asked" if input_format else "by its extension"
    if input_format is None and chosen in (None, "text"):
        looker = _Looker(source.name, chosen, options)
        head, lines = yield from first_lines(lines, looker.is_enough)
        if looker.problem is not None:
            options.report(looker.problem)
            return
        found = looker.found(head)
        if found != chosen:
            chosen, how = found, "by its first lines"
        is_guessed = not looker.is_told
    assert chosen is not None
    if options.is_field_asked and chosen not in ("jsonl", CSV):
        # what stands around the text would be tagged as text
        problem = f"{source.name} is read as {chosen}, where --text-field has no meaning"
        raise UsageError(f"{problem}: make it JSONL or CSV, or leave the option out")
    note(f"{source.name}: read as {chosen}, {how}")
    if chosen == "text":
        lines = yield from _with_note_of_table(lines, source.name, is_guessed, options)
    reader = read_separated if chosen == CSV else INPUT_FORMATS[chosen]
    yield from reader(lines, source.name, options)


def _with_note_of_table(
    lines: Lines, name: str, is_guessed: bool, options: ReaderOptions
) -> Generator[None, None, Lines]:
    """The lines of a text; that they look like a table is told."""
    is_by_name = without_ending(name).endswith(_TABLES)

    def is_enough(head: list[Line], pauses: bool) -> bool:
        found = [line.text for line in head if line.text.strip(BLANKS)]
        if len(found) >= _TABLE_LINES or (pauses and not is_by_name):
            return True
        if is_by_name:
            return False
        if not found:
            return len(head) > _TABLE_LINES
        return "\t" not in found[0].strip(BLANKS) and not _NAMES.fullmatch(found[0])

    head, lines = yield from first_lines(lines, is_enough)
    found = [line.text for line in head if line.text.strip(BLANKS)]
    is_csv = is_guessed and found and _NAMES.fullmatch(found[0])
    if (is_by_name or (is_csv and len(found) >= _FEWEST_ROWS_OF_TABLE)) and _is_table(
        found, "\t;,"
    ):
        problem = f"{name} looks like a table, and is read as text, line by line"
        options.guess(f"{problem} (--text-field NAME reads one of its columns)")
    elif is_guessed and len(found) >= _FEWEST_ROWS_OF_TABLE and _is_table(found, "\t"):
        problem = f"{name} looks like a table or CoNLL, and is read as text"
        options.guess(f"{problem} (--input-format conll reads it as CoNLL)")
    elif is_guessed and found and (kind := no_prose(found[0])):
        said = "--input-format text says it outright"
        options.guess(f"{name} is read as text, but looks like {kind} ({said})")
    return lines


def _is_csv_by_name(source: Input, options: ReaderOptions) -> bool:
    """Whether a table of cells is asked for its column."""
    return options.is_field_asked and without_ending(source.name).endswith(_TABLES)


class _Looker:
    """Looks at the first lines of an input until they show its format; `problem` is what is wrong
    with it."""

    def __init__(self, source: str, named: str | None, options: ReaderOptions) -> None:
        self.problem: DataError | None = None
        self.is_told = False  # that it may be CoNLL
        self._source = source
        self._named = named
        self._options = options
        self._verdict: Verdict | None = None

    def is_enough(self, head: list[Line], pauses: bool) -> bool:
        """Whether these lines show the format, or no others will."""
        if not pauses and not head[-1].text.strip(BLANKS):
            return len(head) >= _LONGEST_HEAD
        if pauses and awaits_more([line.text for line in head]):
            return False
        self._look(head, pauses)
        return self.problem is not None or self._verdict is not None

    def _look(self, head: list[Line], is_all: bool) -> None:
        texts = [line.text for line in head]
        field = self._options.text_field
        first = next((text for text in texts if text.strip(BLANKS)), "")
        if self._options.is_field_asked and has_column(first.lstrip("\ufeff"), field):
            self._verdict = Verdict(CSV)
            return
        try:
            self._verdict = recognised(texts, is_all)
        except NoText as error:
            line = next(line for line in head if line.text.strip(BLANKS))
            self.problem = DataError(self._source, line.number, str(error), line.text)

    def found(self, head: list[Line]) -> str:
        """The format; what is not sure, or against the name, is said to be a guess."""
        if self._verdict is None:
            self._look(head, is_all=True)
        found, rows, is_sure = self._verdict or Verdict("text")
        if found == "conll" and self._named == "text" and rows < _FEWEST_ROWS_OF_TXT:
            otherwise = "--input-format conll reads it as that"
            self._options.guess(f"{self._source}: read as text, but may be CoNLL ({otherwise})")
            self.is_told = True
            return "text"
        if found == "text" and _has_lone_returns(head):
            problem = "looks like CoNLL whose lines end in lone carriage returns"
            said = "--input-format conll says what to do"
            self._options.guess(f"{self._source}: {problem}, and is read as text ({said})")
            self.is_told = True
        otherwise = "--input-format text reads it as text"
        if found == "conll" and rows == 1:
            self._options.guess(
                f"{self._source}: taken for CoNLL by little, its columns ({otherwise})"
            )
        elif self._named == "text" != found != CSV:
            self._options.guess(f"{self._source}: read as {found} whatever its name ({otherwise})")
        elif found == "conll" and not is_sure and self._options.token_column is None:
            self._options.guess(f"{self._source}: read as CoNLL, by its columns ({otherwise})")
        return found


def _has_lone_returns(head: list[Line]) -> bool:
    """Whether the first line is CoNLL, with other line ends."""
    lines = head[0].text.split("\r") if head else []
    if len(lines) < 2:
        return False
    try:
        found = recognised(lines, is_all=True)
    except NoText:
        return False
    return found is not None and found.input_format == "conll"


def _is_table(lines: Sequence[str], marks: str) -> bool:
    """Whether there are several lines with the same number of cells, apart by one of the marks."""
    for mark in marks:
        try:
            widths = {len(row) for row in csv.reader(lines, delimiter=mark)}
        except csv.Error:  # a lone carriage return
            return False
        if len(lines) > 1 and len(widths) == 1 and min(widths) > 1:
            return True
    return False
