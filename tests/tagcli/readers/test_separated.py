"""CSV and its like, by header."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.errors import DataError
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents, read_live
from tagcli.readers.inputs import Input, Line
from tagcli.readers.separated import has_column, read_separated
from tagcli.records import IDLE
from tests.support.reading import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tagcli.records import Document

every_mark = pytest.mark.parametrize("mark", [",", ";", "\t", "|"])


def read(text: str, field: str = "body", **options: Any) -> list[Document]:
    found = read_separated(numbered(text), "file", ReaderOptions(field, **options))
    return [document for document in found if document is not None]


def from_file(path: Path, data: bytes, asked: str | None = None, **more: Any) -> list[Document]:
    path.write_bytes(data)
    options = ReaderOptions("body", is_field_asked=True, **more)
    return list(read_documents(Input(path), asked, options))


@every_mark
def test_a_row_is_a_document_and_its_other_cells_are_fields(mark: str) -> None:
    rows = [["1", "Anna, in; Bern", ""], ["2", 'so "genannt"\nund 서울', "x"]]
    file = io.StringIO()
    csv.writer(file, delimiter=mark, lineterminator="\n").writerows([["id", "body", "by"], *rows])
    first, second = read(file.getvalue())
    assert (first.text, first.fields, first.line) == ("Anna, in; Bern", {"id": "1", "by": ""}, 2)
    assert (second.text, second.line) == ('so "genannt"\nund 서울', 3)


CELLS = st.text("aÄ서 ,;|\t\"'\n\u2028\x0b", max_size=6)


@given(
    st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6),
    st.sampled_from(",;\t|"),
    st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_python_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    mark: str,
    quoting: int,
    end: str,
) -> None:
    file = io.StringIO()
    writer = csv.writer(file, delimiter=mark, quoting=quoting, lineterminator=end)
    writer.writerows([("id", "body", "by"), *rows])
    path = tmp_path_factory.getbasetemp() / "table.csv"
    found = from_file(path, b"\xef\xbb\xbf" + file.getvalue().encode())
    assert [(one.fields["id"], one.text, one.fields["by"]) for one in found] == rows


@pytest.mark.parametrize("name", ["a.csv", "a.TSV", "a", "a.txt", "a.csv.gz"])
def test_by_its_name_or_by_its_header(tmp_path: Path, name: str) -> None:
    (document,) = from_file(tmp_path / name, b"id;body\n1;Anna\n")
    assert (document.text, document.fields) == ("Anna", {"id": "1"})


def test_without_being_asked_for_a_column_it_is_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,text\n1,Anna\n")
    told: list[str] = []
    documents = read_documents(Input(path), None, ReaderOptions(on_guess=told.append))
    assert [one.text for one in documents] == ["id,text", "1,Anna"]
    assert "--text-field NAME" in told[0]
    assert [one.text for one in read_documents(Input(path), "csv", ReaderOptions())] == ["Anna"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id;when\n1;2\n", "file:1: no column 'body' (--text-field); the columns are id, when"),
        ("\nid\n", "file:2: no column 'body' (--text-field); the columns are id"),
        ("id,body,id\n", "file:1: two columns of the name 'id': one of two cells would be lost"),
        ("id,body\n1,a\n\n2,b,c\n", "file:4: the row has 3 cells, the header 2"),
        ('id,body\n1,"a\nb\n', "file:2: broken row: unexpected end of data"),
        ('id,body\n1,"a"b\n', "file:2: broken row: ',' expected after '\"'"),
    ],
)
def test_what_is_no_table_is_told_with_its_line(text: str, message: str) -> None:
    told: list[DataError] = []
    read(text, on_error=told.append)
    assert [str(error) for error in told] == [message]
    with pytest.raises(DataError):
        read(text)


def test_a_bad_row_costs_no_other() -> None:
    told: list[DataError] = []
    text = 'id,body\n1,a\n2\n3,"c"x\n4,"d\nd"\n'
    assert [one.text for one in read(text, on_error=told.append)] == ["a", "d\nd"]
    assert [error.line for error in told] == [3, 4]


def test_bytes_that_are_no_text_cost_their_row(tmp_path: Path) -> None:
    told: list[DataError] = []
    data = b'id,body\n1,\xff\n2,b\n3,"c\n\xff"\n4,d\n'
    found = from_file(tmp_path / "a.csv", data, on_error=told.append)
    assert [one.text for one in found][:1] == ["b"]
    assert "c" not in "".join(one.text for one in found)
    assert {2, 5} <= {error.line for error in told}


def test_cells_may_be_long(tmp_path: Path) -> None:
    (document,) = from_file(tmp_path / "a.csv", b'body\n"' + b"Anna \n" * 100_000 + b'"\n')
    assert len(document.text) == 600_000


def test_rows_come_as_they_do(monkeypatch: pytest.MonkeyPatch) -> None:
    def lines(on_error: Any = None) -> Iterator[Any]:
        yield from (Line(1, "id,body"), IDLE, Line(2, "1,Anna"), IDLE, Line(3, '2,"Max'), IDLE)
        yield Line(4, 'Frisch"')

    source = Input("-")
    source.lines = lines  # type: ignore[method-assign]
    monkeypatch.setattr(Input, "size", 1)
    found = read_live(source, None, ReaderOptions("body", is_field_asked=True))
    texts = [one if one is None else one.text for one in found]
    assert texts == [IDLE, "Anna", IDLE, "Max\nFrisch"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [("id,body", True), ('"body"\tid', True), ("body", True), ('{"body": 1}', False), ("", False)],
)
def test_headers(line: str, expected: bool) -> None:
    assert has_column(line, "body") == expected
