"""Text, CoNLL and JSONL into documents, and which of them an input is."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.errors import DataError
from tagcli.readers.formats import (
    INPUT_FORMATS,
    ReaderOptions,
    format_of_line,
    format_of_name,
    is_comment,
    read_documents,
    split_columns,
    token_offsets,
)
from tagcli.readers.inputs import Input, Line
from tagcli.records import Document

ODD = "a\u2028b\x85c\x0bd\re\xa0f\x0cg"


def numbered(text: str) -> Iterator[Line]:
    return (Line(i, line) for i, line in enumerate(text.split("\n"), start=1))


def read(input_format: str, text: str, **options: Any) -> list[Document]:
    reader = INPUT_FORMATS[input_format]
    return list(reader(numbered(text), "file", ReaderOptions(**options)))


def tokens_of(document: Document) -> list[str]:
    assert document.tokens is not None
    return [document.text[start:end] for start, end in document.tokens.tolist()]


def fails(input_format: str, text: str, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        read(input_format, text, **options)
    message = str(caught.value)
    assert "\n" not in message
    return message


# Text


def test_text_a_line_is_a_document() -> None:
    documents = read("text", f"Berlin\n\n  \t\n{ODD}")
    assert [document.text for document in documents] == ["Berlin", "", "  \t", ODD]
    assert [document.line for document in documents] == [1, 2, 3, 4]
    assert all(d.source == "file" and d.tokens is None and not d.fields for d in documents)


# CoNLL


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


# JSONL


def test_jsonl_text_and_fields() -> None:
    record = {"id": 7, "text": "Berlin", "meta": {"a": [1, None, 0.5]}, "entities": [1]}
    (document,) = read("jsonl", json.dumps(record))
    assert document.text == "Berlin"
    assert document.tokens is None
    assert dict(document.fields) == {name: record[name] for name in ("id", "meta", "entities")}
    assert list(document.fields) == ["id", "meta", "entities"]


def test_jsonl_text_field() -> None:
    (document,) = read("jsonl", '{"body": "Rom", "text": "other"}', text_field="body")
    assert document.text == "Rom"
    assert document.fields["text"] == "other"


def test_jsonl_tokens() -> None:
    (document,) = read("jsonl", '{"tokens": ["New York", "", "각"], "id": 1}')
    assert document.text == "New York  각"
    assert tokens_of(document) == ["New York", "", "각"]
    assert document.fields["tokens"] == ["New York", "", "각"]
    (empty,) = read("jsonl", '{"tokens": []}')
    assert empty.text == ""
    assert tokens_of(empty) == []


def test_jsonl_text_comes_before_tokens() -> None:
    (document,) = read("jsonl", '{"tokens": ["a"], "text": "Rom"}')
    assert document.text == "Rom"
    assert document.fields["tokens"] == ["a"]


def test_jsonl_keeps_escapes_and_pairs() -> None:
    (document,) = read("jsonl", '{"text": "a\\nb\\u2028\\ud83d\\ude00"}')
    assert document.text == "a\nb\u2028😀"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        '{"text": "a"',
        '{"text": "a"} x',
        "[1]",
        '"a"',
        "null",
        "7",
        "Berlin",
        '{"id": 1}',
        '{"text": 7}',
        '{"text": null}',
        '{"tokens": "a"}',
        '{"tokens": ["a", 1]}',
        '{"text": "a", "x": NaN}',
        '{"text": "a", "x": -Infinity}',
        '{"text": "a", "x": 1e999}',
        '{"text": "\\ud800"}',
        '{"text": "a\\u0000b", "x": }',
        '{"text": "a", "x": ' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"text": "a", "x": ' + "9" * 5000 + "}",
        '{"text": "a", "x": ' + "9" * 5000 + ".5}",
        '{"text": "a", "text": "b"}',
        '{"text": "a", "x": {"y": 1, "z": 2, "y": 1}}',
        '{"tokens": ["a"], "' + "x" * 500 + '": 1, "' + "x" * 500 + '": 2}',
    ],
)
def test_jsonl_errors_name_file_and_line(line: str) -> None:
    message = fails("jsonl", '{"text": "before"}\n' + line)
    assert message.startswith("file:2: ")
    assert len(message) < 300


def test_jsonl_a_bad_record_can_be_left_out() -> None:
    told: list[DataError] = []
    lines = ['{"text": "a"}', "{", "[]", '{"text": "b"}']
    documents = read("jsonl", "\n".join(lines), on_error=told.append)
    assert [document.text for document in documents] == ["a", "b"]
    assert [error.line for error in told] == [2, 3]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(st.dictionaries(st.text(), JSON, max_size=4), st.text())
def test_jsonl_fields_are_read_as_json_reads_them(fields: dict[str, Any], text: str) -> None:
    (document,) = read("jsonl", json.dumps(fields | {"text": text}))
    assert document.text == text
    assert document.fields == {name: fields[name] for name in fields if name != "text"}


@given(st.lists(st.text(max_size=8), max_size=12))
def test_token_offsets(tokens: list[str]) -> None:
    text = " ".join(tokens)
    spans = token_offsets(tokens)
    assert spans.shape == (len(tokens), 2)
    assert [text[start:end] for start, end in spans.tolist()] == tokens


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


def test_is_comment() -> None:
    assert is_comment("# a")
    assert is_comment("# ")
    assert not is_comment("#a O")
    assert not is_comment("#\tO")
    assert not is_comment("# a\tO")
    assert not is_comment(" # a")


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
