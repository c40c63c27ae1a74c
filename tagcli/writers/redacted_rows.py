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
_TEXT_COMMENT = re.compile(r"#\s*text\w*\s*=\s*(?=\S)")


def conll_pieces(document: Document, cuts: list[Cut]) -> Iterator[Piece]:
    """The lines of the sentence."""
    conll = document.conll
    assert conll is not None
    for line in conll.before:
        yield from _beside(line, bool(cuts))
    if document.holds_only_comments:
        return
    assert document.tokens is not None
    spans = document.tokens.tolist()
    between = dict[int, list[str]]()
    for at, line in conll.between:
        between.setdefault(at, []).append(line)
    for number, own in enumerate(cuts_by_token(cuts, spans)):
        for line in between.get(number, ()):
            yield from _beside(line, bool(cuts))
        yield from _row(document, conll.tokens[number], spans[number], own)
    for line in between.get(len(spans), ()):
        yield from _beside(line, bool(cuts))
    if conll.after is not None:
        yield f"{conll.after}\n"


def _beside(line: str, has_names: bool) -> Iterator[Piece]:
    """A line that is no token's; the text that a comment repeats is left out of it."""
    found = _TEXT_COMMENT.match(line) if has_names else None
    if found is None:
        yield f"{line}\n"
        return
    yield found[0]
    yield Change(_EMPTY, line[found.end() :])
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
    is_tabbed = "\t" in row.rstrip(" \t")
    for cut in cuts:
        if "\t" in cut.new or "\n" in cut.new or (" " in cut.new and not is_tabbed):
            problem = f"a CoNLL column cannot hold {cut.new!r}"
            raise DataError(document.source, document.line, problem)
    yield from _others(row, 0, first, token)
    yield from pieces_of(document.text, (start, end), cuts, written)
    yield from _others(row, last, len(row), token)
    yield "\n"


def _cells(row: str, start: int, end: int) -> Iterable[re.Match[str]]:
    is_tabbed = "\t" in row.rstrip(" \t")
    return (_CELL_BETWEEN_TABS if is_tabbed else _CELL_BETWEEN_BLANKS).finditer(row, start, end)


def _token_start(row: str, conll: ConllRows, token: str) -> int:
    """Where the token stands in its row."""
    column = conll.token_column
    if "\t" in row.rstrip(" \t"):
        before = sum(len(cell) + 1 for cell in row.split("\t")[:column])
    else:
        before = list(_cells(row, 0, len(row)))[column].start()
    return row.index(token, before)


def _others(row: str, start: int, end: int, token: str) -> Iterator[Piece]:
    """The cells beside a name: a lemma would say it again, tags and numbers stay."""
    at = start
    for cell in _cells(row, start, end):
        content = cell[0].strip(' "\ufeff')
        if not content or content == _EMPTY or _says_nothing(content, token):
            continue
        first = cell.start() + cell[0].index(content)
        yield row[at:first]
        yield Change(_EMPTY, content)
        at = first + len(content)
    yield row[at:end]


def _says_nothing(cell: str, token: str) -> bool:
    return bool(_TAG_OR_NUMBER.fullmatch(cell)) and cell.casefold() not in token.casefold()
