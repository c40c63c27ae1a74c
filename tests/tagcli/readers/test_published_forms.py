"""Files in the forms that published corpora have are read as published."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tagcli.readers.base import ReaderOptions
from tagcli.readers.columns import cells_of, tag_columns
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input
from tagcli.records import TaggedDocument
from tagcli.writers.base import WriterOptions
from tagcli.writers.conll import write_conll
from tests.support.published_forms import FORMS, Form
from tests.support.reading import tokens_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("is_named", [True, False], ids=["named", "pipe"])
def test_published_forms(tmp_path: Path, form: Form, is_named: bool) -> None:
    path = tmp_path / (form.name if is_named else "stdin")
    path.write_bytes(form.text.encode(form.encoding))
    told: list[str] = []
    options = ReaderOptions(on_guess=told.append)
    documents = list(read_documents(Input(path, form.encoding), None, options))
    sentences = [document for document in documents if not document.holds_only_comments]
    assert [tokens_of(document) for document in sentences] == form.sentences
    rows = [document.conll for document in sentences if document.conll is not None]
    assert tag_columns(rows) == form.tags
    for document, tokens in zip(sentences, form.sentences, strict=True):
        assert document.conll is not None
        column = document.conll.token_column
        cells = cells_of(document.conll)
        assert [row[column] or " " for row in cells] == tokens
    assert len(told) <= 2
    written = [line for d in documents for line in _lines(TaggedDocument(d, (), ()))]
    lines = form.text.rstrip("\n").split("\n")
    for line, out in zip(lines, written, strict=False):
        assert out in (line, f"{line}\tO", f"{line} O")
    assert len(written) >= len(lines)


def _lines(tagged: TaggedDocument) -> list[str]:
    return write_conll(tagged, WriterOptions()).removesuffix("\n").split("\n")
