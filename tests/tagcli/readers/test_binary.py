"""What is no text."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.errors import DataError
from tagcli.readers.base import ReaderOptions
from tagcli.readers.binary import problem_of
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input, TableFound

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Anna Berger lives in Kassel.\nMax sings.\n"


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("word/document.xml", "<w:document/>")
    return file.getvalue()


def tarred() -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("note.txt")
        info.size = len(TEXT)
        archive.addfile(info, io.BytesIO(TEXT.encode()))
    return file.getvalue()


NO_TEXT = {
    "PDF": b"%PDF-1.7\nAnna\n",
    "ZIP": zipped(),
    "Feather": b"FEA1\0\0\0\0",
    "tar": tarred(),
    "tar ": gzip.compress(tarred()),
    "gzip": gzip.compress(gzip.compress(TEXT.encode())),
    "bzip2": lzma.compress(bz2.compress(TEXT.encode())),
    "xz": gzip.compress(lzma.compress(TEXT.encode())),
    "zstd": bz2.compress(b"\x28\xb5\x2f\xfd\x04\x00A\x00\x00Anna"),
    "lz4": b"\x04\x22\x4d\x18\x64",
    "PNG": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "JPEG": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "SQLite": b"SQLite format 3\x00\x10\x00",
    "utf-16-le": TEXT.encode("utf-16-le"),
    "utf-16-be": TEXT.encode("utf-16-be"),
    "utf-16": TEXT.encode("utf-16"),
    "utf-32-le": TEXT.encode("utf-32-le"),
    "utf-32-be": TEXT.encode("utf-32-be"),
    "utf-32": TEXT.encode("utf-32"),
    "utf-16-le ": "이순신은 서울에서 태어났다.\n안나도 가까운 곳에 산다.\n".encode("utf-16-le"),
    "NUL": b"Anna\0 lives.\n",
}


@pytest.mark.parametrize("name", NO_TEXT)
@pytest.mark.parametrize("extension", ["", ".txt", ".conll", ".jsonl"])
def test_no_text_is_refused_and_named(tmp_path: Path, name: str, extension: str) -> None:
    path = tmp_path / f"a{extension}"
    path.write_bytes(NO_TEXT[name])
    with pytest.raises(DataError) as caught:
        list(read_documents(Input(path), None, ReaderOptions()))
    assert name.strip() in str(caught.value)


@pytest.mark.parametrize("data", [b"PAR1\x15\x04", b"ARROW1\0\0\xff", b"\xff" * 4 + b"\1\2\0\0"])
def test_a_table_is_found_whoever_wants_lines(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    told: list[DataError] = []
    with pytest.raises(TableFound, match=r"is an? (Parquet|Arrow) .*no text") as caught:
        list(Input(path).lines(told.append))
    assert b"".join(caught.value.chunks) == data
    assert told == []


@pytest.mark.parametrize("name", [name for name in NO_TEXT if name.startswith("utf-")])
def test_the_encoding_that_is_named_reads_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(NO_TEXT[name])
    documents = read_documents(Input(path, name.strip()), None, ReaderOptions())
    assert len([document.text for document in documents]) == 2


def test_a_nul_character_makes_its_line_a_bad_one(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"Anna\nBer\0ger\nMax\n")
    told: list[DataError] = []
    options = ReaderOptions(on_error=told.append)
    documents = read_documents(Input(path), None, options)
    assert [document.text for document in documents] == ["Anna", "Max"]
    assert [error.line for error in told] == [2]


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_text_is_no_other_kind(text: str) -> None:
    if not text.startswith(("%PDF-", "PK", "{\\rtf", "GIF8", "7z", "Rar!", "BZh")):
        assert problem_of(text.encode(), "utf-8") is None


@pytest.mark.parametrize(
    "text", ["PK hat gewonnen", "PAR1 und PAR2", "BZh9 steht da", "%PDF", "7z"]
)
def test_words_that_begin_like_other_kinds_are_text(text: str) -> None:
    assert problem_of(text.encode(), "utf-8") is None
