"""Lines into documents: the input formats, their registry and how a format is recognised."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from tagcli.errors import DataError, to_nobody
from tagcli.readers.conll import DOCSTART, read_conll, split_columns
from tagcli.readers.jsonl import read_jsonl
from tagcli.readers.text import read_text
from tagcli.records import IDLE, Document

if TYPE_CHECKING:
    from tagcli.readers.base import Lines, Reader, ReaderOptions
    from tagcli.readers.inputs import Input, Line

_LONGEST_HEAD = 10_000
"""How many blank lines are held while the first line that shows the format is waited for."""


Note = Callable[[str], None]


INPUT_FORMATS: dict[str, Reader] = {"text": read_text, "conll": read_conll, "jsonl": read_jsonl}

_EXTENSIONS = {
    "text": (".txt", ".text"),
    "conll": (".conll", ".conllu", ".iob", ".iob2", ".bio"),
    "jsonl": (".jsonl", ".ndjson"),
}
_TAG = re.compile(r"O|[BIES]-\S+")
# Where blanks are between columns, so are they in prose, which may end in E-Mail or S-Bahn.
_TAG_AFTER_BLANK = re.compile(r"O|[BIES]-[A-Z]{2}[\w-]*")


def format_of_name(name: str) -> str | None:
    """The format a file's extension says, also before .gz."""
    name = name.lower().removesuffix(".gz")
    for input_format, extensions in _EXTENSIONS.items():
        if name.endswith(extensions):
            return input_format
    return None


def format_of_line(line: str, text_field: str) -> str:
    """The format the first non-empty line looks like."""
    line = line.rstrip(" \t")
    columns = split_columns(line)
    if columns and columns[0] == DOCSTART:
        return "conll"
    tag = _TAG if "\t" in line else _TAG_AFTER_BLANK
    if len(columns) > 1 and tag.fullmatch(columns[-1]):
        return "conll"
    if line.lstrip().startswith("{"):
        try:
            fields = json.loads(line)
        except (ValueError, RecursionError):
            return "text"
        if isinstance(fields, dict) and (text_field in fields or "tokens" in fields):
            return "jsonl"
    return "text"


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
    chosen = input_format or format_of_name(source.name)
    how = "as asked" if input_format else "by its extension"
    if chosen is None:
        how = "by its first line"
        head: list[Line] = []
        try:
            for line in lines:
                if line is None:
                    yield IDLE
                    continue
                head.append(line)
                if line.text.strip() or len(head) == _LONGEST_HEAD:
                    break
        except DataError as error:
            lines = map(_raised, [error])  # once the blank lines before it are read
        chosen = format_of_line(head[-1].text, options.text_field) if head else "text"
        lines = chain(head, lines)
    note(f"{source.name}: read as {chosen}, {how}")
    yield from INPUT_FORMATS[chosen](lines, source.name, options)


def _raised(error: DataError) -> Line:
    raise error
