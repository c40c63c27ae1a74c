"""Plain text: a line is a document."""

from __future__ import annotations

from collections.abc import Iterator

from tagcli.readers.base import ReaderOptions
from tagcli.readers.inputs import Line
from tagcli.records import Document


def read_text(lines: Iterator[Line], source: str, _options: ReaderOptions) -> Iterator[Document]:
    """Every line is a document, blank ones too."""
    for line in lines:
        if not line.bad:
            yield Document(line.text, source, line.number)
