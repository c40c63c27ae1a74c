"""A JSON array of objects, as Label Studio exports one, as documents."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tagcli.errors import DataError
from tagcli.readers.characters import CharacterTokens
from tagcli.readers.decompression import without_ending
from tagcli.readers.jsonl import document_of, read_value

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tagcli.readers.inputs import Input
    from tagcli.records import Document

_BLANKS = re.compile(r"[ \t\n]*")
_DEFAULT_FIELD = "text"


def is_array(path: Path, opened: Input) -> bool:
    """Whether a file is called .json and begins as an array does."""
    if not without_ending(path.name).endswith(".json"):
        return False
    first = next((line.text for line in opened.lines() if line.text.strip()), "")
    return first.lstrip()[:1] == "["


def read_array(opened: Input) -> Iterator[Document]:
    """Every object of the array; raises DataError with the line for what is wrong in it."""
    text = "\n".join(line.text for line in opened.lines())
    characters, name = CharacterTokens(), opened.name
    at, line, counted = text.index("[") + 1, 1, 0
    mark, is_first = ",", True
    while mark == ",":
        at = _behind_blanks(text, at)
        line, counted = line + text.count("\n", counted, at), at
        if text[at : at + 1] == "]" and is_first:
            mark, at = "]", at + 1
            break
        is_first = False
        fields, at = read_value(text, at, name, line)
        yield document_of(fields, name, line, _DEFAULT_FIELD, characters)
        at = _behind_blanks(text, at)
        mark = text[at : at + 1]
        at += 1
    if mark != "]":
        raise DataError(name, line, "broken JSON: the array does not go on behind this object")
    if text[at:].strip():
        raise DataError(name, line, "broken JSON: something stands behind the array")


def _behind_blanks(text: str, at: int) -> int:
    found = _BLANKS.match(text, at)
    assert found is not None
    return found.end()
