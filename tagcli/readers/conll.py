"""CoNLL: a token a line, columns, a blank line after a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagcli.errors import DataError
from tagcli.readers.base import Lines, ReaderOptions, token_offsets
from tagcli.records import IDLE, ConllRows, Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tagcli.readers.inputs import Line

DOCSTART = "-DOCSTART-"


def read_conll(lines: Lines, source: str, options: ReaderOptions) -> Iterator[Document | None]:
    """Every sentence is a document whose tokens are taken as they are."""
    before: list[str] = []
    rows: list[Line] = []
    width: int | None = None
    for line in lines:
        if line is IDLE:
            yield IDLE
        elif not line.bad and not line.text.strip(" \t"):
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


def split_columns(line: str) -> list[str]:
    """Columns at tabs, or at runs of ASCII blanks where the line has no tab."""
    if "\t" in line:
        return line.split("\t")
    return [column for column in line.split(" ") if column]


def is_comment(line: str) -> bool:
    """Whether a line in front of a sentence's first token is a comment rather than a token."""
    return line.startswith("# ") and "\t" not in line
