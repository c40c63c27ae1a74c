"""The reader of plain text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from tagcli.errors import DataError
from tagcli.readers.base import ReaderOptions
from tagcli.readers.inputs import Line
from tagcli.readers.text import read_text
from tagcli.records import IDLE, Document
from tagcli.segmentation.paragraphs import unwrapped
from tests.support.paths import SAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = [line for line in (SAMPLES / "en.txt").read_text("utf-8").split("\n") if line]
WRAPPED = [line for paragraph in PAGE for line in [*textwrap.wrap(paragraph, 72), ""]]


def lines_of(texts: list[str]) -> Iterator[Line]:
    return (Line(number, text) for number, text in enumerate(texts, start=1))


def read(lines: Iterator[Line | None], **options: str) -> list[Document | None]:
    return list(read_text(lines, "mail.txt", ReaderOptions(**options)))  # type: ignore[arg-type]


def test_a_wrapped_paragraph_is_a_document_with_the_number_of_its_first_line() -> None:
    documents = [document for document in read(lines_of(WRAPPED)) if document is not None]
    assert [unwrapped(d.text) for d in documents if d.text] == PAGE
    assert "\n".join(d.text for d in documents) == "\n".join(WRAPPED)
    at = 1
    for document in documents:
        assert document.line == at
        assert document.wrapped == ("\n" in document.text)
        at += document.text.count("\n") + 1


def test_lines_are_documents_where_the_user_says_so() -> None:
    documents = read(lines_of(WRAPPED), paragraphs="lines")
    assert [d.text for d in documents if d is not None] == WRAPPED


def test_that_lines_are_read_together_is_said_once() -> None:
    told: list[str] = []
    list(read_text(lines_of(WRAPPED * 3), "mail.txt", ReaderOptions(on_guess=told.append)))
    assert len(told) == 1
    assert told[0].startswith("mail.txt: lines are read together")
    told.clear()
    list(read_text(lines_of(PAGE), "page.txt", ReaderOptions(on_guess=told.append)))
    asked = ReaderOptions(paragraphs="wrapped", on_guess=told.append)
    list(read_text(lines_of(WRAPPED), "mail.txt", asked))
    assert told == []


def test_what_came_before_an_error_comes_out() -> None:
    def broken() -> Iterator[Line]:
        yield from lines_of(WRAPPED[:3])
        raise DataError("mail.txt", 4, "odd")

    documents: list[Document | None] = []
    with pytest.raises(DataError, match="odd"):
        documents.extend(read_text(broken(), "mail.txt", ReaderOptions()))
    assert "\n".join(d.text for d in documents if d is not None) == "\n".join(WRAPPED[:3])


def test_a_bad_line_ends_a_paragraph() -> None:
    lines = [*lines_of(WRAPPED[2:4]), Line(3, "", bad=True), *lines_of(WRAPPED[4:])]
    documents = [document for document in read(iter(lines)) if document is not None]
    assert documents[0].text == "\n".join(WRAPPED[2:4])


def test_a_pause_brings_out_the_lines_before_it() -> None:
    lines = [Line(1, "Anna Berger lives in Kassel."), IDLE, Line(2, "Max Muster"), IDLE]
    found = [None if d is None else d.text for d in read(iter(lines))]
    assert found == ["Anna Berger lives in Kassel.", None, "Max Muster", None]


def test_a_byte_order_mark_at_the_start_of_a_line_is_no_text() -> None:
    texts = ["\ufeffAnna", "\ufeff", "\ufeff\ufeffEva \ufeff Max"]
    documents = read(lines_of(texts))
    assert [one and one.text for one in documents] == ["Anna", "", "Eva \ufeff Max"]
