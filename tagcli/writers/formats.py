"""Tagged documents out: the output formats and their registry."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tagcli.writers.base import BinaryWriter, Writer, WriterOptions

# The module of each is imported on use: all of them would make every start wait.


def _conll(options: WriterOptions) -> Writer:
    from tagcli.writers.base import RecordWriter
    from tagcli.writers.conll import write_conll

    return RecordWriter(write_conll, options)


def _html(options: WriterOptions) -> Writer:
    from tagcli.writers.html_page import HtmlWriter

    return HtmlWriter(options)


def _jsonl(options: WriterOptions) -> Writer:
    from tagcli.writers.base import RecordWriter
    from tagcli.writers.jsonl import write_jsonl

    return RecordWriter(write_jsonl, options)


def _spans(options: WriterOptions) -> Writer:
    from tagcli.writers.base import RecordWriter
    from tagcli.writers.marked_text import write_spans

    return RecordWriter(write_spans, options)


def _label_studio(options: WriterOptions) -> Writer:
    from tagcli.writers.label_studio import LabelStudioWriter

    return LabelStudioWriter(options)


def _redact(options: WriterOptions) -> Writer:
    from tagcli.writers.redaction import open_redaction

    return open_redaction(options)


OUTPUT_FORMATS: dict[str, Callable[[WriterOptions], Writer]] = {
    "conll": _conll,
    "html": _html,
    "jsonl": _jsonl,
    "label-studio": _label_studio,
    "redact": _redact,
    "spans": _spans,
}

REDACT_WITH = ("label", "mask", "pseudonym")
"""What may stand in place of a name."""


def _parquet(options: WriterOptions) -> BinaryWriter:
    from tagcli.writers.parquet import ParquetWriter

    return ParquetWriter(options)


BINARY_FORMATS: dict[str, Callable[[WriterOptions], BinaryWriter]] = {"parquet": _parquet}
"""Formats that are no text, and that no other run can go on with."""

_EXTENSIONS = {
    "conll": (".conll", ".conllu", ".conllup", ".iob", ".iob2", ".bio"),
    "html": (".html", ".htm"),
    "jsonl": (".jsonl", ".ndjson"),
    "parquet": (".parquet", ".pq"),
}


def format_of_output(name: str) -> str | None:
    """The format that a file's extension says, also before .gz or .zst."""
    name = name.lower().removesuffix(".gz").removesuffix(".zst")
    return next((one for one, ends in _EXTENSIONS.items() if name.endswith(ends)), None)


def extension_of(output_format: str) -> str:
    """What the names of files of a format end in."""
    if output_format == "label-studio":
        return ".json"  # a name that -o gives says no format by it
    return _EXTENSIONS.get(output_format, (".txt",))[0]
