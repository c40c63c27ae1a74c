"""The text that all contenders tag, a record a line, and its gold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagcli.errors import UsageError
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input

if TYPE_CHECKING:
    from pathlib import Path

    from export.corpora.examples import Example


def lines_and_gold(path: Path, count: int | None) -> tuple[list[str], list[Example]]:
    """The first `count` records of a file that have text, each as a line, and the gold of each
    where the file has any. Raises UsageError for a file without text."""
    from export.corpora.source import Source
    from export.corpora.sources import load_source

    documents = list(read_documents(Input(str(path)), None, ReaderOptions()))
    documents = [document for document in documents if document.text][:count]
    if not documents:
        raise UsageError(f"{path} holds no text")
    if documents[0].conll is None and "entities" not in documents[0].fields:
        return [_one_line(document.text) for document in documents], []
    corpus = load_source(Source(str(path), "test", cap=count, repair="conlleval"))
    gold = [example for example in corpus.examples if example.text]
    return [_one_line(example.text) for example in gold], gold


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")  # as long as before: offsets hold
