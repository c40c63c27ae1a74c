"""The input formats by their names; the module of each is imported on use."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tagcli.readers.base import Lines, Reader, ReaderOptions
    from tagcli.records import Document

TABLE_FORMATS = ("parquet", "arrow")
"""Formats that are no lines."""
CSV = "csv"


def _text(lines: Lines, source: str, options: ReaderOptions) -> Iterator[Document | None]:
    from tagcli.readers.text import read_text

    return read_text(lines, source, options)


def _conll(lines: Lines, source: str, options: ReaderOptions) -> Iterator[Document | None]:
    from tagcli.readers.conll import read_conll

    return read_conll(lines, source, options)


def _jsonl(lines: Lines, source: str, options: ReaderOptions) -> Iterator[Document | None]:
    from tagcli.readers.jsonl import read_jsonl

    return read_jsonl(lines, source, options)


INPUT_FORMATS: dict[str, Reader] = {"text": _text, "conll": _conll, "jsonl": _jsonl}
