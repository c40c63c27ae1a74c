"""Text, CoNLL and JSONL into documents, and which of them an input is."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING

import pytest

from tagcli.errors import DataError
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import format_of_line, format_of_name, read_documents
from tagcli.readers.inputs import Input, Line
from tests.support.reading import read
from tests.tagcli.readers.test_conll import ODD

if TYPE_CHECKING:
    from pathlib import Path

# Text


def test_text_a_line_is_a_document() -> None:
    documents = read("text", f"Berlin\n\n  \t\n{ODD}")
    assert [document.text for document in documents] == ["Berlin", "", "  \t", ODD]
    assert [document.line for document in documents] == [1, 2, 3, 4]
    assert all(d.source == "file" and d.tokens is None and not d.fields for d in documents)


# CoNLL


# JSONL


# Which format


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", "text"),
        ("a.TXT", "text"),
        ("a.conll", "conll"),
        ("a.conll.gz", "conll"),
        ("a.jsonl", "jsonl"),
        ("a.JSONL.GZ", "jsonl"),
        ("a.b/c", None),
        ("a.gz", None),
        ("<stdin>", None),
        ("conll", None),
    ],
)
def test_format_of_name(name: str, expected: str | None) -> None:
    assert format_of_name(name) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("-DOCSTART- -X- -X- O", "conll"),
        ("-DOCSTART-", "conll"),
        ("Berlin\tB-LOC", "conll"),
        ("Berlin NNP I-NP S-LOC", "conll"),
        ("Berlin NNP E-LOC  ", "conll"),
        ("und\tO", "conll"),
        ("und O", "conll"),
        ("#hashtag O", "conll"),
        ('{"text": "a"}', "jsonl"),
        ('  {"id": 1, "text": "a"}', "jsonl"),
        ('{"tokens": ["a"]}', "jsonl"),
        ('{"body": "a"}', "text"),
        ('{"text": "a"', "text"),
        ('["text"]', "text"),
        ("Berlin", "text"),
        ("O", "text"),
        ("B-LOC", "text"),
        ("Angela Merkel wohnt in Berlin.", "text"),
        ("Angela Merkel nahm die S-Bahn.", "text"),
        ("Please send me an E-Mail", "text"),
        ("Angela Merkel nahm die S-Bahn\t", "text"),
        ("Take Vitamin B-12", "text"),
        ("Berlin B-LOCderiv", "conll"),
        ("Everest B-WORK_OF_ART", "conll"),
        ("Berlin\tB-location", "conll"),
        ("Berlin\tX-LOC", "text"),
        ("Berlin\tB-", "text"),
        ("Berlin\tBLOC", "text"),
        ("Vitamin\u00a0O", "text"),
        ("Vitamin\u2028O", "text"),
        ("DOCSTART O!", "text"),
        ("a\to", "text"),
        ("# text = Berlin", "text"),
    ],
)
def test_format_of_line(line: str, expected: str) -> None:
    assert format_of_line(line, "text") == expected


def test_format_of_line_knows_the_text_field() -> None:
    assert format_of_line('{"body": "a"}', "body") == "jsonl"


@pytest.mark.parametrize(
    ("name", "data", "asked", "texts", "said"),
    [
        ("a.txt", "Berlin O\n", None, ["Berlin O"], "text"),
        ("a.txt", "Berlin O\n", "conll", ["Berlin"], "conll"),
        ("a", "\n\nBerlin O\n", None, ["Berlin"], "conll"),
        ("a", '\n{"text": "Rom"}\n', None, ["Rom"], "jsonl"),
        ("a", "\nRom\nBern O\n", None, ["", "Rom", "Bern O"], "text"),
        ("a", "", None, [], "text"),
        ("a", "\n \n", None, ["", " "], "text"),
        ("a.jsonl", '{"text": "Rom"}\n\n', None, ["Rom"], "jsonl"),
        ("a.conll", "# c\nBerlin X\n", None, ["Berlin"], "conll"),
    ],
)
def test_which_format_is_read(
    tmp_path: Path, name: str, data: str, asked: str | None, texts: list[str], said: str
) -> None:
    path = tmp_path / name
    for content in (data.encode(), gzip.compress(data.encode())):
        path.write_bytes(content)
        notes: list[str] = []
        documents = read_documents(Input(str(path)), asked, ReaderOptions(), notes.append)
        assert [document.text for document in documents] == texts
        assert len(notes) == 1
        assert str(path) in notes[0]
        assert said in notes[0]


def test_not_all_blank_lines_are_held_to_find_the_format() -> None:
    read = iter(range(1, 1_000_000))
    source = Input("-")
    source.lines = lambda on_error=None: (Line(i, "") for i in read)  # type: ignore[method-assign]
    documents = read_documents(source, None, ReaderOptions())
    assert next(documents).text == ""
    assert next(read) < 20_000


def test_documents_come_as_lines_do(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "a"}\nnothing\n')
    documents = read_documents(Input(str(path)), None, ReaderOptions())
    assert next(documents).text == "a"
    with pytest.raises(DataError, match=r"a\.jsonl:2: "):
        next(documents)
