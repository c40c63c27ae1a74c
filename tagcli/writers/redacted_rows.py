"""Redacted CoNLL: all rows and columns as they were, but for the rows of names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tagcli.errors import DataError
from tagcli.writers.changes import Change, cuts_by_token, pieces_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from tagcli.records import ConllRows, Document
    from tagcli.writers.changes import Cut, Piece

_EMPTY = "_"
_CELL_BETWEEN_TABS = re.compile(r"[^\t]+")
_CELL_BETWEEN_BLANKS = re.compile(r"[^ \t]+")
_TAG_OR_NUMBER = re.compile(r"O|[BIESLUM][-_]\S+|[0-9]+")
_ID = re.compile(r"[0-9]+(?:[-.][0-9]+){0,2}")
_NO_TOKEN = re.compile(r"[0-9]+(?:[-.][0-9]+){1,2}[ \t]")  # WebAnno has parts of words: 1-2.1
_TEXT_COMMENT = re.compile(r"#\s*(?:text|translit)\w*\s*=\s*(?=\S)", re.IGNORECASE)


def conll_pieces(document: Document, cuts: list[Cut]) -> Iterator[Piece]:
    """The lines of the sentence."""
    conll = document.conll
    assert conll is not None
    has_names = bool(cuts)
    for line in conll.before:
        yield from _beside(line, conll, has_names)
    if document.holds_only_comments:
        return
    assert document.tokens is not None
    spans = document.tokens.tolist()
    cuts_of = cuts_by_token(cuts, spans)
    rows = 0
    for line, token in conll.lines():
        if rows < len(spans) and line is conll.tokens[rows]:
            yield from _row(document, line, spans[rows], cuts_of[rows])
            rows += 1
        elif token is None:
            yield from _beside(line, conll, has_names)
        elif cuts_of[token]:
            yield from _emptied(line, conll)
        else:
            yield f"{line}\n"
    if conll.after is not None:
        yield f"{conll.after}\n"


def _beside(line: str, conll: ConllRows, has_names: bool) -> Iterator[Piece]:
    """A line that is no token's; the text that a comment repeats is left out of it, and so is what
    an empty node has, or a token whose words are elsewhere, since it may be a name."""
    if has_names and conll.token_column and _NO_TOKEN.match(line):
        yield from _emptied(line, conll)
        return
    found = _TEXT_COMMENT.match(line) if has_names else None
    if found is None:
        yield f"{line}\n"
        return
    yield found[0]
    yield Change(_EMPTY, line[found.end() :])
    yield "\n"


def _emptied(line: str, conll: ConllRows) -> Iterator[Piece]:
    """The row of a word that is not in the text, which says a name again: one of a token of several
    words, or an empty node."""
    form = next((cell[0] for cell in _cells(line) if _column(cell) == conll.token_column), "")
    yield from _others(line, 0, len(line), form, conll)
    yield "\n"


def _row(document: Document, row: str, span: Sequence[int], cuts: Sequence[Cut]) -> Iterator[Piece]:
    if not cuts:
        yield f"{row}\n"
        return
    conll = document.conll
    assert conll is not None
    start, end = span
    token = document.text[start:end]

    def written(part: str, _start: int) -> str:
        return part.replace('"', '""') if conll.is_quoted else part

    first = _token_start(row, conll, written(token, 0))
    last = first + len(written(token, 0))
    is_tabbed = _is_tabbed(row)
    for cut in cuts:
        if "\t" in cut.new or "\n" in cut.new or (" " in cut.new and not is_tabbed):
            problem = f"a CoNLL column cannot hold {cut.new!r}"
            raise DataError(document.source, document.line, problem)
    yield from _others(row, 0, first, token, conll)
    yield from pieces_of(document.text, (start, end), cuts, written)
    yield from _others(row, last, len(row), token, conll)
    yield "\n"


def _is_tabbed(row: str) -> bool:
    return "\t" in row.rstrip(" \t")


def _cells(row: str, start: int = 0, end: int | None = None) -> Iterable[re.Match[str]]:
    kind = _CELL_BETWEEN_TABS if _is_tabbed(row) else _CELL_BETWEEN_BLANKS
    return kind.finditer(row, start, len(row) if end is None else end)


def _column(cell: re.Match[str]) -> int:
    """The column of a cell, from 0."""
    before = cell.string[: cell.start()]
    return before.count("\t") if _is_tabbed(cell.string) else len(before.split())


def _token_start(row: str, conll: ConllRows, token: str) -> int:
    """Where the token stands in its row."""
    column = conll.token_column
    if _is_tabbed(row):
        before = sum(len(cell) + 1 for cell in row.split("\t")[:column])
    else:
        before = list(_cells(row))[column].start()
    return row.index(token, before)


def _others(row: str, start: int, end: int, token: str, conll: ConllRows) -> Iterator[Piece]:
    """The cells beside a name: a lemma would say it again, tags, numbers and ids stay."""
    at = start
    for cell in _cells(row, start, end):
        content = cell[0].strip(' "\ufeff')
        if not content or content == _EMPTY or _says_nothing(cell, content, token, conll):
            continue
        first = cell.start() + cell[0].index(content)
        yield row[at:first]
        yield Change(_EMPTY, content)
        at = first + len(content)
    yield row[at:end]


def _says_nothing(cell: re.Match[str], content: str, token: str, conll: ConllRows) -> bool:
    column = _column(cell)
    if column == 0 and conll.token_column and _ID.fullmatch(content):
        return True
    has_lemma = conll.universal is not None and conll.universal.misc is not None
    if conll.token_column <= column <= conll.token_column + has_lemma:
        return False
    return bool(_TAG_OR_NUMBER.fullmatch(content)) and content.casefold() not in token.casefold()
