"""Lines into documents: the input formats, their registry and how a format is recognised."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice
from typing import TYPE_CHECKING, Any

from tagcli.errors import DataError
from tagcli.readers.inputs import Input, Line, OnError
from tagcli.records import ConllRows, Document

if TYPE_CHECKING:
    from tagcli.records import Spans

DOCSTART = "-DOCSTART-"
_LONGEST_HEAD = 10_000
"""How many blank lines are held while the first line that shows the format is waited for."""


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """What the user said about the input; `token_column` counts from 1."""

    text_field: str = "text"
    token_column: int = 1
    on_error: OnError | None = None

    def report(self, error: DataError) -> None:
        """Raise the error, or tell `on_error` so that reading goes on."""
        if self.on_error is None:
            raise error
        self.on_error(error)


def read_text(lines: Iterator[Line], source: str, options: ReaderOptions) -> Iterator[Document]:
    """Every line is a document, blank ones too."""
    for line in lines:
        if not line.bad:
            yield Document(line.text, source, line.number)


def read_conll(lines: Iterator[Line], source: str, options: ReaderOptions) -> Iterator[Document]:
    """Every sentence is a document whose tokens are taken as they are."""
    before: list[str] = []
    rows: list[Line] = []
    width: int | None = None
    for line in lines:
        if not line.bad and not line.text.strip(" \t"):
            if rows:
                conll = _conll_rows(before, rows, line.text)
                width, documents = _conll_document(conll, rows, width, source, options)
                yield from documents
                before, rows = [], []
            else:
                before.append(line.text)
        elif not rows and is_comment(line.text):
            before.append(line.text)
        else:
            rows.append(line)
    if rows:
        conll = _conll_rows(before, rows, "")
        yield from _conll_document(conll, rows, width, source, options)[1]
    elif before:
        yield Document("", source, tokens=token_offsets([]), conll=ConllRows(tuple(before), ()))


def _conll_rows(before: list[str], rows: list[Line], after: str) -> ConllRows:
    is_docstart = len(rows) == 1 and split_columns(rows[0].text)[:1] == [DOCSTART]
    return ConllRows(tuple(before), tuple(line.text for line in rows), after, is_docstart)


def _conll_document(
    conll: ConllRows, rows: list[Line], width: int | None, source: str, options: ReaderOptions
) -> tuple[int | None, list[Document]]:
    """The document of a sentence's lines, or none if it is bad; and the file's column count."""
    if any(line.bad for line in rows):
        return width, []
    tokens, known = [], width
    try:
        for line in rows:
            columns = split_columns(line.text)
            if columns[0] != DOCSTART:
                _check_columns(columns, known, options.token_column, source, line.number)
                known = known or len(columns)
                tokens.append(columns[options.token_column - 1])
            else:
                tokens.append(DOCSTART)
    except DataError as error:
        options.report(error)
        return width, []
    text = " ".join(tokens)
    document = Document(text, source, rows[0].number, token_offsets(tokens), conll=conll)
    return known, [document]


def _check_columns(
    columns: list[str], width: int | None, token_column: int, source: str, number: int
) -> None:
    if len(columns) < 2:
        raise DataError(source, number, "a CoNLL line needs two or more columns, this has one")
    if width is not None and len(columns) != width:
        problem = f"{len(columns)} columns where the lines before have {width}"
        raise DataError(source, number, problem)
    if token_column > len(columns):
        problem = f"--token-column {token_column}, but the line has {len(columns)} columns"
        raise DataError(source, number, problem)
    if not columns[token_column - 1].strip(" "):
        raise DataError(source, number, f"column {token_column} holds no token")


def read_jsonl(lines: Iterator[Line], source: str, options: ReaderOptions) -> Iterator[Document]:
    """Every object is a document: its text or its tokens, and all its other fields."""
    for line in lines:
        if not line.text.strip():
            continue
        try:
            yield _json_document(line, source, options.text_field)
        except DataError as error:
            options.report(error)


def _json_document(line: Line, source: str, text_field: str) -> Document:
    try:
        fields = json.loads(
            line.text,
            parse_constant=_refuse,
            parse_float=_finite,
            object_pairs_hook=_without_doubles,
        )
    except RecursionError as error:
        raise DataError(source, line.number, "broken JSON: nested too deeply") from error
    except ValueError as error:
        raise DataError(source, line.number, f"broken JSON: {error}") from error
    if not isinstance(fields, dict):
        raise DataError(source, line.number, "not a JSON object")
    if text_field in fields:
        text = fields.pop(text_field)
        if not isinstance(text, str):
            problem = f"field {text_field!r} is not a string"
            raise DataError(source, line.number, problem)
        document = Document(text, source, line.number, fields=fields)
    elif "tokens" in fields:
        tokens = fields["tokens"]
        if not isinstance(tokens, list) or not all(isinstance(t, str) for t in tokens):
            raise DataError(source, line.number, "field 'tokens' is not a list of strings")
        text = " ".join(tokens)
        document = Document(text, source, line.number, token_offsets(tokens), fields)
    else:
        raise DataError(source, line.number, f"no field {text_field!r} and no field 'tokens'")
    if any("\ud800" <= c <= "\udfff" for c in document.text):
        raise DataError(source, line.number, "the text has half a surrogate pair (\\ud800-\\udfff)")
    return document


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError(f"{digits:.20} is too large a number")
    return number


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs; of two values with one name the first would be lost."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise ValueError(f"an object has two values of the name {name!r:.40}")
        fields[name] = value
    return fields


def token_offsets(tokens: Sequence[str]) -> Spans:
    """Offsets, shape (n, 2), of the tokens in their text: joined by one blank."""
    import numpy as np

    ends = list(accumulate(len(token) + 1 for token in tokens))
    spans = [(end - 1 - len(token), end - 1) for token, end in zip(tokens, ends, strict=True)]
    return np.array(spans, np.int32).reshape(-1, 2)


def split_columns(line: str) -> list[str]:
    """Columns at tabs, or at runs of ASCII blanks where the line has no tab."""
    if "\t" in line:
        return line.split("\t")
    return [column for column in line.split(" ") if column]


def is_comment(line: str) -> bool:
    """Whether a line in front of a sentence's first token is a comment rather than a token."""
    return line.startswith("# ") and "\t" not in line


Reader = Callable[[Iterator[Line], str, ReaderOptions], Iterator[Document]]

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


def _raised(error: DataError) -> Line:
    raise error


def read_documents(
    source: Input,
    input_format: str | None,
    options: ReaderOptions,
    note: Callable[[str], None] = lambda message: None,
) -> Iterator[Document]:
    """The documents of an input, in the format named or recognised; `note` is told which."""
    lines = source.lines(options.on_error)
    chosen = input_format or format_of_name(source.name)
    how = "as asked" if input_format else "by its extension"
    if chosen is None:
        how = "by its first line"
        head: list[Line] = []
        try:
            for line in islice(lines, _LONGEST_HEAD):
                head.append(line)
                if line.text.strip():
                    break
        except DataError as error:
            lines = map(_raised, [error])  # once the blank lines before it are read
        chosen = format_of_line(head[-1].text, options.text_field) if head else "text"
        lines = chain(head, lines)
    note(f"{source.name}: read as {chosen}, {how}")
    yield from INPUT_FORMATS[chosen](lines, source.name, options)
