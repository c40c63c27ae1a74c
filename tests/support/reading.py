"""Documents read from a string, in any format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tagcli.errors import DataError
from tagcli.readers.base import ReaderOptions
from tagcli.readers.inputs import Line
from tagcli.readers.registry import INPUT_FORMATS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tagcli.records import Document


def numbered(text: str) -> Iterator[Line]:
    return (Line(i, line) for i, line in enumerate(text.split("\n"), start=1))


def read(input_format: str, text: str, **options: Any) -> list[Document]:
    reader = INPUT_FORMATS[input_format]
    found = reader(numbered(text), "file", ReaderOptions(**options))
    return [document for document in found if document is not None]


def tokens_of(document: Document) -> list[str]:
    assert document.tokens is not None
    return [document.text[start:end] for start, end in document.tokens.tolist()]


def fails(input_format: str, text: str, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        read(input_format, text, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message
