"""JSONL: an object a line, with its text or its tokens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tagcli.errors import DataError
from tagcli.readers.characters import CharacterTokens, joined
from tagcli.records import IDLE, Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tagcli.readers.base import Lines, ReaderOptions
    from tagcli.readers.inputs import Line


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
            yield _json_document(line, source, options.text_field, characters)
        except DataError as error:
            options.report(error)


def _json_document(
    line: Line, source: str, text_field: str, characters: CharacterTokens
) -> Document:
    try:
        fields = json.loads(
            line.text.lstrip("\ufeff"),
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
    names = tuple(fields)
    if text_field in fields:
        text = fields.pop(text_field)
        if not isinstance(text, str):
            problem = f"field {text_field!r} is not a string"
            raise DataError(source, line.number, problem)
        document = Document(text, source, line.number, fields=fields, members=names)
    elif "tokens" in fields:
        tokens = fields["tokens"]
        if not isinstance(tokens, list) or not all(isinstance(t, str) for t in tokens):
            raise DataError(source, line.number, "field 'tokens' is not a list of strings")
        by_character = characters.are(tokens)
        text, offsets = joined(tokens, by_character)
        document = Document(
            text, source, line.number, offsets, fields, by_character=by_character, members=names
        )
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
