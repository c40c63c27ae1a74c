"""Tagged documents out: the output formats and their registry."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tagcli.writers.base import RecordWriter, Writer, WriterOptions
from tagcli.writers.conll import write_conll
from tagcli.writers.jsonl import write_jsonl
from tagcli.writers.marked_text import write_spans

if TYPE_CHECKING:
    from collections.abc import Callable


def _html(options: WriterOptions) -> Writer:
    from tagcli.writers.html_page import HtmlWriter  # its imports would make every start wait

    return HtmlWriter(options)


def _redact(options: WriterOptions) -> Writer:
    from tagcli.writers.redaction import open_redaction

    return open_redaction(options)


OUTPUT_FORMATS: dict[str, Callable[[WriterOptions], Writer]] = {
    "conll": partial(RecordWriter, write_conll),
    "html": _html,
    "jsonl": partial(RecordWriter, write_jsonl),
    "redact": _redact,
    "spans": partial(RecordWriter, write_spans),
}

REDACT_WITH = ("label", "mask", "pseudonym")
"""What may stand in place of a name."""

_EXTENSIONS = {
    "conll": (".conll", ".conllu", ".iob", ".iob2", ".bio"),
    "html": (".html", ".htm"),
    "jsonl": (".jsonl", ".ndjson"),
}


def format_of_output(name: str) -> str | None:
    """The format that a file's extension says, also before .gz."""
    name = name.lower().removesuffix(".gz")
    return next((one for one, ends in _EXTENSIONS.items() if name.endswith(ends)), None)
