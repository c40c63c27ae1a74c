"""Redacted JSON objects: their members as they were, but for text or tokens and for what marks
names in these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagcli.errors import DataError
from tagcli.writers.changes import Change, cuts_by_token, pieces_of
from tagcli.writers.jsonl import dumps, json_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tagcli.records import Document
    from tagcli.writers.changes import Cut, Piece

# Their offsets would be wrong, and they repeat the names
_OF_SPANS = ("annotations", "entities", "spans")
_TOKENS = ("tokens", "tokenized_text")
_OF_A_TEXT = (*_OF_SPANS, "label", "labels", *_TOKENS)


def json_pieces(document: Document, cuts: list[Cut]) -> Iterator[Piece]:
    """The object, on a line."""
    names = document.members or ("text", *document.fields)
    text_name = next((name for name in names if name not in document.fields), None)
    token_name = next((name for name in _TOKENS if name in document.fields), None)
    if text_name is None and (token_name is None or document.tokens is None):
        problem = "text within another field cannot be redacted: make it a field of its own"
        raise DataError(document.source, document.line, problem)
    left_out = (*_OF_SPANS, *_TOKENS) if text_name is None else _OF_A_TEXT
    yield "{"
    is_first = True
    for name in names:
        opening = f"{dumps(name)}: "
        if name == text_name:
            yield ("" if is_first else ", ") + opening + '"'
            yield from pieces_of(document.text, (0, len(document.text)), cuts, _escaped)
            yield '"'
        elif name == token_name and text_name is None:
            yield ("" if is_first else ", ") + opening
            yield from _tokens(document, cuts, document.fields[name])
        else:
            member = opening + _value(document, name)
            if name in left_out and isinstance(document.fields[name], list):
                yield Change("", f"{member}, " if is_first else f", {member}")
                continue
            yield member if is_first else f", {member}"
        is_first = False
    yield "}\n"


def _value(document: Document, name: str) -> str:
    return json_of(document.fields[name], document)


def _tokens(document: Document, cuts: list[Cut], given: Sequence[str]) -> Iterator[Piece]:
    assert document.tokens is not None
    spans = document.tokens.tolist()
    for number, (span, own) in enumerate(zip(spans, cuts_by_token(cuts, spans), strict=True)):
        yield ", " if number else "["
        if own:
            yield '"'
            yield from pieces_of(document.text, tuple(span), own, _escaped)
            yield '"'
        else:
            yield dumps(given[number])
    yield "]" if spans else "[]"


def _escaped(part: str, _start: int) -> str:
    """The part as it stands within a string."""
    return dumps(part)[1:-1]
