"""The CoNLL reader."""

from __future__ import annotations

import gzip
import os
from typing import TYPE_CHECKING

import pytest

from tagcli.readers.base import ReaderOptions
from tagcli.readers.conll import is_comment, split_columns
from tagcli.readers.formats import INPUT_FORMATS, read_documents
from tagcli.readers.inputs import Input
from tests.support.reading import fails, read, tokens_of

if TYPE_CHECKING:
    from pathlib import Path

    from tagcli.errors import DataError

ODD = "a\u2028b\x85c\x0bd\re\xa0f\x0cg"


def test_conll_sentences() -> None:
    documents = read("conll", "Angela\tB-PER\nMerkel\tI-PER\n\nRom\tB-LOC\n")
    assert [document.text for document in documents] == ["Angela Merkel", "Rom"]
    assert [tokens_of(document) for document in documents] == [["Angela", "Merkel"], ["Rom"]]
    assert [document.line for document in documents] == [1, 4]


def test_conll_keeps_its_lines() -> None:
    text = "# one\n\n# two\nAngela  X O\nMerkel X  O\n\n\nRom X O\n\n# end\n"
    first, second, last = read("conll", text)
    assert first.conll is not None
    assert first.conll.before == ("# one", "", "# two")
    assert first.conll.tokens == ("Angela  X O", "Merkel X  O")
    assert second.conll is not None
    assert second.conll.before == ("",)
    assert last.conll is not None
    assert last.conll.tokens == ()
    assert "# end" in last.conll.before


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("#hashtag O\nBerlin O", ["#hashtag", "Berlin"]),
        ("#\tO\nBerlin\tO", ["#", "Berlin"]),
        ("# 7\tO\nBerlin\tO", ["# 7", "Berlin"]),
        ("# comment\nBerlin O", ["Berlin"]),
        ("# comment O\n# 2\nBerlin O", ["Berlin"]),
        ("Berlin O\n# O", ["Berlin", "#"]),
        ("#\tO", ["#"]),
    ],
)
def test_conll_comments_and_hashes(text: str, tokens: list[str]) -> None:
    (document,) = read("conll", text)
    assert tokens_of(document) == tokens


def test_conll_columns_are_cut_at_tabs_or_blanks_only() -> None:
    assert split_columns("New York\tX\tO") == ["New York", "X", "O"]
    assert split_columns("a\t\tO") == ["a", "", "O"]
    assert split_columns("a  b   O") == ["a", "b", "O"]
    assert split_columns(f"{ODD} O") == [ODD, "O"]
    assert split_columns(f"{ODD}\tO") == [ODD, "O"]


def test_conll_tokens_are_taken_as_they_are() -> None:
    (document,) = read("conll", f"{ODD}\tO\nNew York\tB-LOC\n``\tO\n-LRB-\tO\n각\tO")
    assert tokens_of(document) == [ODD, "New York", "``", "-LRB-", "각"]
    assert document.text == " ".join([ODD, "New York", "``", "-LRB-", "각"])


def test_conll_blank_lines_may_hold_blanks() -> None:
    assert [d.text for d in read("conll", "a O\n \t \nb O\n\u00a0 O")] == ["a", "b \u00a0"]


def test_conll_token_column() -> None:
    (document,) = read("conll", "1\tBerlin\tO\n2\tliegt\tO", token_column=2)
    assert tokens_of(document) == ["Berlin", "liegt"]


def test_conll_docstart() -> None:
    documents = read("conll", "-DOCSTART- -X- -X- O\n\nBerlin NNP O\n")
    assert [document.text for document in documents][:2] == ["-DOCSTART-", "Berlin"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Berlin O\nalone\n", 2),
        ("a X O\nb O\n", 2),
        ("a O\n\nb X O\n", 3),
        ("a\tO\n\nb\tX\tO\n", 3),
        ("# comment\none\n", 2),
        ("a\tO\n\tO\n", 2),
        ("#hashtag\n", 1),
    ],
)
def test_conll_ragged_rows_are_errors(text: str, line: int) -> None:
    assert fails("conll", text).startswith(f"file:{line}: ")


def test_conll_token_column_that_is_not_there() -> None:
    assert "column" in fails("conll", "a O\n", token_column=3)


def test_conll_a_bad_sentence_can_be_left_out() -> None:
    told: list[DataError] = []
    documents = read("conll", "a O\n\nb\nc O\n\nd O\n\ne X O\n", on_error=told.append)
    assert [document.text for document in documents] == ["a", "d"]
    assert [error.line for error in told] == [3, 8]


def test_conll_a_bad_first_sentence_is_not_what_others_are_measured_by() -> None:
    told: list[DataError] = []
    documents = read("conll", "a O\nb X O\n\nc X O\n\nd X O\n", on_error=told.append)
    assert [document.text for document in documents] == ["c", "d"]
    assert [error.line for error in told] == [2]


def test_conll_bad_bytes_take_their_sentence_with_them(tmp_path: Path) -> None:
    path = tmp_path / "in.conll"
    path.write_bytes(b"a O\n\nb O\n\xff O\nc O\n\nd O\n")
    told: list[DataError] = []
    options = ReaderOptions(on_error=told.append)
    documents = list(read_documents(Input(str(path)), None, options))
    assert [document.text for document in documents] == ["a", "d"]
    assert [error.line for error in told] == [4]


def test_conll_sentences_of_one_bad_line(tmp_path: Path) -> None:
    path = tmp_path / "in.conll"
    path.write_bytes(b"a O\n\n\xff O\n\nd O\n\n\xfe")
    told: list[DataError] = []
    options = ReaderOptions(on_error=told.append)
    documents = list(read_documents(Input(str(path)), None, options))
    assert [document.text for document in documents] == ["a", "d"]
    assert [error.line for error in told] == [3, 7]


def test_conll_a_sentence_that_broken_gzip_cuts_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "in.conll.gz"
    rows = "".join(f"{os.urandom(20).hex()} O\n" for _ in range(50))
    path.write_bytes(gzip.compress(f"a O\n\n{rows}".encode())[:-200])
    told: list[DataError] = []
    options = ReaderOptions(on_error=told.append)
    (document,) = read_documents(Input(str(path)), None, options)
    assert document.text == "a"
    (error,) = told
    assert "broken gzip" in error.problem
    assert error.line is not None
    assert 3 <= error.line <= 52


def test_conll_of_nothing_but_blank_lines() -> None:
    assert all(not document.text for document in read("conll", "\n\n"))
    assert list(INPUT_FORMATS["conll"](iter(()), "file", ReaderOptions())) == []


def test_is_comment() -> None:
    assert is_comment("# a")
    assert is_comment("# ")
    assert not is_comment("#a O")
    assert not is_comment("#\tO")
    assert not is_comment("# a\tO")
    assert not is_comment(" # a")
