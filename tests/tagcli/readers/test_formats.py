"""Text, CoNLL and JSONL into documents, and which of them an input is."""

from __future__ import annotations

import gzip
from typing import TYPE_CHECKING, Any

import pytest

from tagcli.errors import DataError, UsageError
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import format_of_name, read_documents, read_live, stem_of
from tagcli.readers.inputs import Input, Line
from tagcli.records import IDLE
from tests.support.reading import read
from tests.tagcli.readers.test_conll import ODD

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tagcli.readers.inputs import OnError

# Text


def test_text_a_line_is_a_document() -> None:
    documents = read("text", f"Berlin\n\n  \t\n{ODD}")
    assert [document.text for document in documents] == ["Berlin", "", "  \t", ODD]
    assert [document.line for document in documents] == [1, 2, 3, 4]
    assert all(d.source == "file" and d.tokens is None and not d.fields for d in documents)


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
    ("name", "expected"),
    [
        ("a.txt", "a"), ("A.CONLL.GZ", "A"), ("a.tsv", "a"), ("a.v1", "a.v1"), ("a.zst", "a"),
        ("a.parquet", "a"), (".txt", ".txt"), ("a", "a"), ("a.txt.txt", "a.txt"),
    ],
)  # fmt: skip
def test_stem_of_a_name(name: str, expected: str) -> None:
    assert stem_of(name) == expected


@pytest.mark.parametrize(
    ("name", "data", "asked", "texts", "said"),
    [
        ("a.txt", "Berlin O\n", None, ["Berlin O"], "text"),
        ("a.txt", "Berlin O\n", "conll", ["Berlin"], "conll"),
        ("a", "\n\nBerlin O\n", None, ["", "", "Berlin O"], "text"),
        ("a", "\n\nBerlin\tO\n", None, ["Berlin"], "conll"),
        ("a", "Rom B-LOC\nund O\nBern B-LOC\n", None, ["Rom und Bern"], "conll"),
        ("a.txt", "-DOCSTART- O\n\nBerlin O\n", None, ["Berlin"], "conll"),
        ("a.tsv", "# id = 1\nBerlin\tB-LOC\nliegt\tO\n", None, ["Berlin liegt"], "conll"),
        ("a.txt", "Rom\tB-LOC\nund\tO\nBern\tB-LOC\n", None, ["Rom und Bern"], "conll"),
        ("a.txt", "Rom\tB-LOC\nund\tO\nBern\tB-LOC\n", "text", 3, "text"),
        ("a.txt", '{"text": "Rom"}\n', None, ["Rom"], "jsonl"),
        ("a.conll", "Anna lebt in Rom\n", None, ["Anna"], "conll"),
        ("a", '\n{"text": "Rom"}\n', None, ["Rom"], "jsonl"),
        ("a", "\nRom\nBern O\n", None, ["", "Rom", "Bern O"], "text"),
        ("a", "", None, [], "text"),
        ("a", "\n \n", None, ["", " "], "text"),
        ("a.jsonl", '{"text": "Rom"}\n\n', None, ["Rom"], "jsonl"),
        ("a.conll", "# c\nBerlin X\n", None, ["Berlin"], "conll"),
    ],
)
def test_which_format_is_read(
    tmp_path: Path, name: str, data: str, asked: str | None, texts: list[str] | int, said: str
) -> None:
    path = tmp_path / name
    for content in (data.encode(), gzip.compress(data.encode())):
        path.write_bytes(content)
        notes: list[str] = []
        documents = read_documents(Input(str(path)), asked, ReaderOptions(), notes.append)
        found = [document.text for document in documents]
        assert texts in (found, len(found))
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


def told_of(path: Path, data: str, asked: str | None = None, **options: Any) -> list[str]:
    """What is said of guesses while the file is read."""
    path.write_text(data)
    told: list[str] = []
    list(read_documents(Input(path), asked, ReaderOptions(on_guess=told.append, **options)))
    return told


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a", "Berlin\tB-LOC\n", "by little"),
        ("a", "Berlin\tB-LOC\nliegt\tO\n", "by its columns"),
        ("a.bio", "Berlin\tB-LOC\nliegt\tO\n", None),
        ("a", "# text = Berlin liegt\nBerlin\tB-LOC\nliegt\tO\n", None),
        ("a", "-DOCSTART- O\n\nBerlin\tB-LOC\nliegt\tO\n", None),
        ("a", "Anna\tKassel\nMax\tBonn\nEva\tUlm\n", "a table or CoNLL"),
        ("a.txt", "Anna\tKassel\n\nMax\tBonn\n\nEva\tUlm\n", "a table or CoNLL"),
        ("a.txt", "Anna\tKassel\nMax\tBonn\n", None),
        ("a", "id,text\n1,Anna\n2,Max\n", "looks like a table"),
        ("a", "id;text\n1;Anna\n2;Max\n", "looks like a table"),
        ("a", "Anna, Max\nEva, Ulm\nIda, Bonn\n", None),
        ("a", "Anna B-PER\rlebt O\r\rMax B-PER\r", "lone carriage returns"),
        ("a.tsv", "Anna\tKassel\rx\nMax\tBonn\n", None),
        ("a", "{'text': 'Anna'}\n", "a dict of Python"),
        ("a", "<?xml version='1.0'?>\n<a>Anna</a>\n", "XML or HTML"),
        ("a", "<!DOCTYPE html>\n<p>Anna\n", "XML or HTML"),
        ("a.txt", "Anna\tO\nMax\tO\nEva\tO\n", "may be CoNLL"),
        ("a.txt", "Anna\tKassel\nMax\nEva\tUlm\n", None),
        ("a", "Berlin O\n", None),
        ("a.txt", "-DOCSTART- O\n\nBerlin O\n", "whatever its name"),
        ("a.txt", '{"text": "Rom"}\n', "whatever its name"),
        ("a.txt", "Berlin\n", None),
        ("a.txt", "Berlin\tB-LOC\nliegt\tO\n", "may be CoNLL"),
        ("a.csv", 'id,text\n1,"Anna, Rom"\n', "looks like a table"),
        ("a.csv", "id;text\n1;Anna\n", "looks like a table"),
        ("a.tsv", "id\ttext\n1\tAnna\n", "looks like a table"),
        ("a.csv", "Anna, Max und Eva\nleben in Rom.\n", None),
        ("a.csv", "Anna\n", None),
        ("a", "id,text\n1,Anna\n", None),
        ("a", "Berlin\tO\nliegt\tO\n", "by little"),
        ("a.conll", "Nr\tWord\tTag\n7\tAnna\tB-PER\n9\tlebt\tO\n", "as its name says"),
        ("a.bio", "B-PER\tAnna\nO\tlebt\n", "has the tags"),
        ("a.conllu", "1\tAnna\tO\n2\tlebt\tO\n\n1\tMax\tO\n2\tlebt\tO\n", "counts"),
    ],
)
def test_a_guess_that_changes_what_is_text_is_told_once(
    tmp_path: Path, name: str, data: str, said: str | None
) -> None:
    told = told_of(tmp_path / name, data)
    assert len(told) == (said is not None)
    assert all(said in one and name in one for one in told if said)
    assert [one for one in told_of(tmp_path / name, data, "text") if "table" not in one] == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.txt", "Anna\n"),
        ("a.conll", "Anna O\n"),
        ("a", "Anna\n"),
    ],
)
def test_a_text_field_that_nothing_has_a_use_for_is_refused(
    tmp_path: Path, name: str, data: str
) -> None:
    with pytest.raises(UsageError, match="--text-field"):
        told_of(tmp_path / name, data, text_field="body", is_field_asked=True)
    told_of(tmp_path / name, data, text_field="body")  # from nertag.toml: for other files
    told_of(tmp_path / "a.jsonl", '{"body": "a"}', text_field="body", is_field_asked=True)


@pytest.mark.parametrize("name", ["a", "a.json", "a.txt", "a.tsv"])
def test_json_that_is_no_jsonl_is_a_bad_record(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=r":2: a JSON array.*jq"):
        told_of(tmp_path / name, '\n[{"text": "Anna"}]\n')
    told: list[DataError] = []
    guesses = told_of(tmp_path / name, '{"body": "Anna"}\n', on_error=told.append)
    assert len(guesses) == (name == "a.txt")
    (error,) = told
    assert "--text-field" in error.problem


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("Anna lebt in Rom.|.|Spieler O|.", ["Anna lebt in Rom.", IDLE, "Spieler O", IDLE]),
        ("Anna\tB-PER|.|lebt\tO|.||.", [IDLE, IDLE, "Anna lebt", IDLE]),
        ("Anna B-PER|.|lebt O|.||.", [IDLE, IDLE, "Anna lebt", IDLE]),
        ("# Reise|.|Anna lebt.|.", [IDLE, "# Reise", "Anna lebt.", IDLE]),
        ("a\tb|.|a\tb|.|a\tb|.|a\tb|.|x|.", [IDLE] * 3 + ["a\tb"] * 4 + [IDLE, "x", IDLE]),
        (
            "# text = Anna lebt|.|Anna\tB-PER|lebt\tO|.||.|Max\tO|",
            [IDLE, IDLE, "Anna lebt", IDLE, "Max"],
        ),
    ],
)
def test_live_lines_are_answered_at_a_pause(
    monkeypatch: pytest.MonkeyPatch, lines: str, expected: list[str | None]
) -> None:
    def with_pauses(on_error: OnError | None = None) -> Iterator[Any]:
        for number, text in enumerate(lines.split("|"), start=1):
            yield IDLE if text == "." else Line(number, text)

    source = Input("-")
    source.lines = with_pauses  # type: ignore[method-assign]
    monkeypatch.setattr(Input, "size", 1)  # its lines come as they are
    found = read_live(source, None, ReaderOptions())
    assert [one if one is None else one.text for one in found] == expected
