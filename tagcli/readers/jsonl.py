"""JSONL: an object a line, with its text or its tokens."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tagcli.errors import DataError
from tagcli.readers.characters import CharacterTokens, joined
from tagcli.records import IDLE, Document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tagcli.readers.base import Lines, ReaderOptions

TOKEN_FIELDS = ("tokens", "tokenized_text")
"""What a list of tokens is called: by most, and by GLiNER."""
_TASK = "data"


def read_jsonl(lines: Lines, source: str, options: ReaderOptions) -> Iterator[Document | None]:
    """Every object is a document: its text or its tokens, and all its other fields."""
    characters = CharacterTokens()
    for line in lines:
        if line is IDLE:
            yield IDLE
            continue
        if not line.text.strip().strip("\ufeff"):
            continue
        try:
            with _failures_told(source, line.number):
                fields = _DECODER.decode(line.text.lstrip("\ufeff"))
            yield document_of(fields, source, line.number, options.text_field, characters)
        except DataError as error:
            options.report(error, line.text)


def read_value(text: str, at: int, source: str, number: int) -> tuple[Any, int]:
    """The JSON value at an offset of a text and where it ends. Raises DataError, with the line's
    number, for what is none, or could not be kept as it is."""
    with _failures_told(source, number):
        return _DECODER.raw_decode(text, at)


@contextmanager
def _failures_told(source: str, number: int) -> Iterator[None]:
    try:
        yield
    except RecursionError as error:
        raise DataError(source, number, "broken JSON: nested too deeply") from error
    except ValueError as error:
        raise DataError(source, number, f"broken JSON: {error}") from error


def document_of(
    fields: Any, source: str, number: int, text_field: str, characters: CharacterTokens
) -> Document:
    """A JSON object as a document; raises DataError, with its line's number, for one without a
    text."""
    if not isinstance(fields, dict):
        raise DataError(source, number, "not a JSON object")
    members = tuple(fields)
    name = text_place(fields, text_field)
    if name is None:
        names = ", ".join(fields) or "nothing"
        problem = f"no field {text_field!r} and no field 'tokens', but {names:.100}"
        raise DataError(source, number, f"{problem}: --text-field names the one with the text")
    if name in TOKEN_FIELDS:
        tokens = fields[name]
        if not isinstance(tokens, list) or not all(isinstance(t, str) for t in tokens):
            raise DataError(source, number, f"field {name!r} is not a list of strings")
        by_character = characters.are(tokens)
        text, offsets = joined(tokens, by_character)
        document = Document(
            text, source, number, offsets, fields, by_character=by_character, members=members
        )
    else:
        text = fields.pop(name) if name in fields else fields[_TASK][text_field]
        if not isinstance(text, str):
            problem = f"field {name!r} is not a string"
            raise DataError(source, number, problem)
        document = Document(text, source, number, fields=fields, members=members)
    if any("\ud800" <= c <= "\udfff" for c in document.text):
        raise DataError(source, number, "the text has half a surrogate pair (\\ud800-\\udfff)")
    return document


def text_place(fields: Mapping[str, Any], text_field: str) -> str | None:
    """Where an object has its text: the field of that name, one of TOKEN_FIELDS, or, in a task of
    Label Studio, a field of its data; None where it has none."""
    for name in (text_field, *TOKEN_FIELDS):
        if name in fields:
            return name
    task = fields.get(_TASK)
    return f"{_TASK}.{text_field}" if isinstance(task, dict) and text_field in task else None


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


_DECODER = json.JSONDecoder(
    parse_constant=_refuse, parse_float=_finite, object_pairs_hook=_without_doubles
)
