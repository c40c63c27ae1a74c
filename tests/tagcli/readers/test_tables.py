"""Parquet files and what Arrow writes, as documents."""

from __future__ import annotations

import gzip
import os
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tagcli.errors import DataError, NertagError, UsageError
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import format_of_name, read_documents, read_live
from tagcli.readers.inputs import Input

pa = pytest.importorskip("pyarrow")
from pyarrow import feather, parquet  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tagcli.records import Document

TEXTS = ["Anna", None, "서울\nBern", ""]
TABLE = pa.table({"id": [1, 2, 3, 4], "body": TEXTS, "raw": [b"\xff"] * 4})


def as_parquet(path: Path, table: Any = TABLE) -> None:
    parquet.write_table(table, path, row_group_size=3)


def as_file(path: Path, table: Any = TABLE) -> None:
    feather.write_feather(table, str(path))


def as_stream(path: Path, table: Any = TABLE) -> None:
    with pa.ipc.new_stream(path, table.schema) as out:
        out.write_table(table)


every_kind = pytest.mark.parametrize("write", [as_parquet, as_file, as_stream])
of_pipes = pytest.mark.parametrize("write", [as_file, as_stream])


def read(path: Path, asked: str | None = None, **options: Any) -> list[Document]:
    return list(read_documents(Input(path), asked, ReaderOptions("body", **options)))


def check(documents: list[Document]) -> None:
    assert [(one.text, one.is_null, one.line) for one in documents] == [
        ("Anna", False, 1), ("", True, 2), ("서울\nBern", False, 3), ("", False, 4)
    ]  # fmt: skip
    assert [one.fields for one in documents] == [{"id": number} for number in (1, 2, 3, 4)]


@every_kind
@pytest.mark.parametrize("name", ["a", "a.txt", "a.parquet", "a.feather"])
def test_a_row_is_a_document_whatever_the_name(
    tmp_path: Path, write: Callable[[Path], None], name: str
) -> None:
    write(tmp_path / name)
    check(read(tmp_path / name))
    check(read(tmp_path / name, "parquet"))
    for asked in ("text", "jsonl"):
        with pytest.raises(NertagError, match=r"is an? (Parquet|Arrow) .*, no text"):
            read(tmp_path / name, asked)


@every_kind
def test_what_json_cannot_hold_is_said_once_where_it_is_wanted(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    write(tmp_path / "a")
    told: list[str] = []
    documents = read(tmp_path / "a", on_guess=told.append)
    assert told == []
    assert [dict(one.fields) for one in documents] == [{"id": n} for n in (1, 2, 3, 4)]
    assert told == [f"{tmp_path}/a: JSON has no such values, left out: raw (binary)"]


@of_pipes
def test_arrow_from_a_pipe_and_compressed(tmp_path: Path, write: Callable[[Path], None]) -> None:
    write(tmp_path / "a")
    data = (tmp_path / "a").read_bytes()
    (tmp_path / "a.gz").write_bytes(gzip.compress(data))
    check(read(tmp_path / "a.gz"))
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_bytes, args=(data,)).start()
    found = read_live(Input(pipe), None, ReaderOptions("body"))
    check([one for one in found if one is not None])


def test_parquet_needs_a_file(tmp_path: Path) -> None:
    as_parquet(tmp_path / "a")
    (tmp_path / "a.gz").write_bytes(gzip.compress((tmp_path / "a").read_bytes()))
    with pytest.raises(UsageError, match="give the file by its name, uncompressed"):
        read(tmp_path / "a.gz")


@every_kind
def test_the_columns_are_named_where_the_text_is_not(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    write(tmp_path / "a")
    with pytest.raises(UsageError, match=r"no column 'text'; its columns are id, body, raw \(--te"):
        list(read_documents(Input(tmp_path / "a"), None, ReaderOptions()))


@every_kind
@pytest.mark.parametrize("cut", [60, -9])
def test_what_is_broken_is_one_sentence(
    tmp_path: Path, write: Callable[[Path], None], cut: int
) -> None:
    write(tmp_path / "a")
    (tmp_path / "a").write_bytes((tmp_path / "a").read_bytes()[:cut])
    told: list[DataError] = []
    read(tmp_path / "a", on_error=told.append)
    if told or write is as_parquet:  # the end of an Arrow file says what was read already
        (error,) = told
        assert str(error).startswith(f"{tmp_path}/a: broken table: ")


def test_a_name_of_a_table_alone_makes_none(tmp_path: Path) -> None:
    for name in ("a.parquet", "a.arrow"):
        (tmp_path / name).write_text("Anna in Bern\n")
        with pytest.raises(DataError, match="is no Parquet file, and nothing of Arrow"):
            read(tmp_path / name)


def test_bytes_that_are_no_text_are_a_bad_record(tmp_path: Path) -> None:
    bad = pa.Array.from_buffers(pa.string(), 2, pa.array([b"a", b"\xff"]).buffers())
    as_stream(tmp_path / "a", pa.table({"body": bad}))
    told: list[DataError] = []
    assert [one.text for one in read(tmp_path / "a", on_error=told.append)] == ["a"]
    assert [error.line for error in told] == [2]


@every_kind
def test_a_table_is_told_of_before_its_rows(tmp_path: Path, write: Callable[..., None]) -> None:
    write(tmp_path / "a", TABLE.slice(0, 0))
    told: list[Any] = []
    assert read(tmp_path / "a", on_table=lambda *about: told.append(about)) == []
    ((schema, source),) = told
    assert (schema.names, source) == (TABLE.schema.names, f"{tmp_path}/a")


def test_how_far_a_file_is_read_is_known(tmp_path: Path) -> None:
    as_parquet(tmp_path / "a", pa.table({"body": ["Anna"] * 5000}))
    source = Input(tmp_path / "a")
    documents = read_documents(source, None, ReaderOptions("body"))
    next(documents)
    assert 0 < source.position < (source.size or 0) / 2
    list(documents)
    assert source.position == source.size


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a.parquet", "parquet"), ("a.PQ", "parquet"), ("a.arrow", "arrow"), ("a.feather", "arrow")],
)
def test_names(name: str, expected: str) -> None:
    assert format_of_name(name) == expected
