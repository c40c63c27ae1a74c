"""The CoNLL writer."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tagcli.errors import DataError
from tagcli.readers.base import ReaderOptions, token_offsets
from tagcli.readers.columns import split_columns
from tagcli.readers.conll import read_conll
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input, Line
from tagcli.records import ConllRows, Document, Entity, TaggedDocument
from tagcli.writers.conll import token_tags, write_conll
from tests.support.tagged import entity, tagged_text, tagged_tokens
from tests.support.written import MERKEL, MERKEL_ENTITIES, PLAIN, WITH_SOURCE, written

if TYPE_CHECKING:
    from pathlib import Path


def test_conll_of_text() -> None:
    text = MERKEL + " Bern auch."
    tagged = tagged_text(text, (*MERKEL_ENTITIES, entity(text, "Bern", "LOC")))
    assert written("conll", tagged) == (
        "# text = Angela Merkel mag Rom.\n"
        "Angela\tB-PER\nMerkel\tI-PER\nmag\tO\nRom\tB-LOC\n.\tO\n\n"
        "# text = Bern auch.\nBern\tB-LOC\nauch\tO\n.\tO\n\n"
    )


def test_conll_of_neighbours_begins_again() -> None:
    text = "Rom Bern"
    tagged = tagged_text(text, [entity(text, "Rom", "LOC"), entity(text, "Bern", "LOC")])
    assert "Rom\tB-LOC\nBern\tB-LOC\n" in written("conll", tagged)


def test_conll_of_a_blank_line() -> None:
    assert written("conll", tagged_text("")) == "# text = \n\n"


def test_conll_says_the_source() -> None:
    lines = written("conll", tagged_text("Rom. Bern."), WITH_SOURCE).split("\n")
    assert lines.count("# source = in.txt") == lines.count("# text = Rom.") * 2 == 2


def test_conll_of_korean_cuts_at_entities() -> None:
    text = "이순신은 서울에서 태어났다."
    found = [entity(text, "이순신", "PER"), entity(text, "서울", "LOC")]
    block = written("conll", tagged_text(text, found, "raw"))
    rows = [line.split("\t") for line in block.split("\n") if "\t" in line]
    assert rows == [
        ["이순신", "B-PER"],
        ["은", "O"],
        ["서울", "B-LOC"],
        ["에서", "O"],
        ["태어났다", "O"],
        [".", "O"],
    ]
    assert block.startswith(f"# text = {text}\n# ")


def test_conll_of_json_tokens() -> None:
    block = written("conll", tagged_tokens(["in", "New York"], [(1, 2, "LOC")]))
    assert "in\tO\nNew York\tB-LOC\n\n" in block


@pytest.mark.parametrize("token", ["a\tb", "a\nb", "\t", "\n"])
@pytest.mark.parametrize("others", [[], ["x"], [""]])
def test_conll_cannot_hold_every_token(others: list[str], token: str) -> None:
    with pytest.raises(DataError, match=r"in\.conll:1: .*token"):
        written("conll", tagged_tokens([*others, token]))


@pytest.mark.parametrize("tokens", [[""], [" "], ["", "  "], ["", "Rom", ""], ["\u3000"], []])
def test_every_token_has_a_row_an_empty_one_too(tokens: list[str]) -> None:
    tagged = tagged_tokens(tokens)
    for sentences in (tagged.sentences, ()):  # where nothing but blanks is found there is none
        block = written("conll", replace(tagged, sentences=sentences))
        comment, *rows = block.removesuffix("\n\n").split("\n")
        assert comment == f"# text = {' '.join(tokens)}"
        assert rows == [f"{token}\tO" for token in tokens]


def reread(text: str) -> list[list[str]]:
    lines = (Line(i, line) for i, line in enumerate(text.split("\n"), start=1))
    found = []
    for document in read_conll(lines, "again", ReaderOptions()):
        assert document.tokens is not None
        if len(document.tokens):
            found.append([document.text[i:j] for i, j in document.tokens.tolist()])
    return found


@given(
    st.lists(
        st.sampled_from([*"\t\n \r#.", "\u2028", "\x85", "\xa0", "Rom", "각", "a.", "-", "😀"])
    )
)
def test_conll_of_any_text_can_be_read(parts: list[str]) -> None:
    tagged = tagged_text("".join(parts))
    words = [[tagged.text[i:j] for i, j in s.words.tolist()] for s in tagged.sentences]
    for options in (PLAIN, WITH_SOURCE):
        assert reread(written("conll", tagged, options)) == [found for found in words if found]


def test_conll_comments_hold_no_tab() -> None:
    block = written("conll", tagged_text("Angela Merkel", source="my\tfile.txt"), WITH_SOURCE)
    assert "# source = my file.txt\n" in block
    assert reread(block) == [["Angela", "Merkel"]]


def test_cells_are_sentences() -> None:
    block = written("conll", tagged_text("Angela Merkel\tRom"))
    assert reread(block) == [["Angela", "Merkel"], ["Rom"]]
    assert "\t" not in block.split("\n")[0]


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], ["O", "O", "O"]),
        ([(0, 6)], ["B-X", "I-X", "O"]),
        ([(0, 2), (4, 6)], ["B-X", "B-X", "O"]),
        ([(1, 2)], ["B-X", "O", "O"]),
        ([(0, 10)], ["B-X", "I-X", "I-X"]),
        ([(0, 1), (1, 2)], ["B-X", "O", "O"]),
        ([(2, 4)], ["O", "O", "O"]),
    ],
)
def test_token_tags(found: list[tuple[int, int]], expected: list[str]) -> None:
    spans = [(0, 2), (4, 6), (8, 10)]
    assert token_tags(spans, [Entity(i, j, "X", "", 1) for i, j in found]) == expected


def test_conll_of_conll_gets_a_column() -> None:
    rows = ConllRows(("# a", ""), ("Bern NNP  B-ORG", "und CC  O", "Bad NNP  O", "Ems NNP  O"))
    tagged = tagged_tokens(
        ["Bern", "und", "Bad", "Ems"], [(0, 1, "LOC"), (2, 4, "LOC")], conll=rows
    )
    assert written("conll", tagged) == (
        "# a\n\nBern NNP  B-ORG B-LOC\nund CC  O O\nBad NNP  O B-LOC\nEms NNP  O I-LOC\n\n"
    )
    assert "# source = in.conll\n" in written("conll", tagged, WITH_SOURCE)
    assert reread(written("conll", tagged, WITH_SOURCE)) == [["Bern", "und", "Bad", "Ems"]]


def test_lines_between_rows_stay_as_they_are() -> None:
    rows = ConllRows(
        ("-DOCSTART- -X- O", "-DOCSTART-"), ("Bern O", "und O"), None, ((1, "# a"), (2, "# b"))
    )
    tagged = tagged_tokens(["Bern", "und"], [(0, 1, "LOC")], conll=rows)
    assert written("conll", tagged) == (
        "-DOCSTART- -X- O O\n-DOCSTART-\nBern O B-LOC\n# a\nund O O\n# b\n"
    )


def test_comments_after_the_last_sentence_are_no_record() -> None:
    tagged = TaggedDocument(
        Document("", tokens=token_offsets([]), conll=ConllRows(("", "# end"), ())), (), ()
    )
    assert written("conll", tagged) == "\n# end\n"
    assert written("jsonl", tagged) == ""
    assert written("spans", tagged) == ""


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("writers") / "scratch.conll"


@st.composite
def conll_files(draw: st.DrawFn) -> tuple[list[str], list[bool], int]:
    """Lines, which of them get a tag, and the token's column; the last column has tags."""
    separator = draw(st.sampled_from(["\t", " ", "   "]))
    width = draw(st.integers(2, 4))
    column = draw(st.integers(1, width - 1))
    odd = st.sampled_from("ab.가각\u2028\x85\xa0\x0b\r\"'\u0301😀")
    if separator == "\t":
        odd |= st.just(" ")
    alphabet = odd | st.characters(
        exclude_characters="\t\n \ufeff#;$-\0", exclude_categories=["Cs", "Nd"]
    )
    cell = st.text(alphabet, min_size=1, max_size=5)
    cell = cell.filter(lambda text: text.strip(" ") != "" and not text.endswith("\r"))
    tag = st.sampled_from(["O", "B-PER", "I-PER", "B-LOC"])
    comment = st.text(
        st.characters(exclude_characters="\n\ufeff\0", exclude_categories=["Cs"]), max_size=8
    ).filter(lambda text: not text.upper().endswith(("\r", "O", "B-PER", "I-PER", "B-LOC")))
    mark = st.sampled_from(["# ", "## ", "#\t", "# id = "])
    lines: list[str] = []
    gets_tag: list[bool] = []

    def add(line: str, row: bool = False) -> None:
        lines.append(line)
        gets_tag.append(row)

    def add_gap() -> None:
        for text in draw(st.lists(st.none() | comment, max_size=3)):
            add("" if text is None else f"{draw(mark)}{text}".rstrip(" \t"))

    for _ in range(draw(st.integers(0, 4))):
        add_gap()
        if draw(st.integers(0, 5)) == 0:
            add("-DOCSTART- -X- O", row=True)
            add("")
            continue
        for _ in range(draw(st.integers(1, 4))):
            cells = [*(draw(cell) for _ in range(width - 1)), draw(tag)]
            add(separator.join(cells), row=True)
            if draw(st.integers(0, 5)) == 0:
                add(f"# {draw(comment)}".rstrip(" \t"))
        add("")
    add_gap()
    return lines, gets_tag, column


def _holds_rows(line: str) -> bool:
    """Whether a line is several that end in lone carriage returns, which is refused."""
    return sum(len(split_columns(one)) > 1 for one in line.split("\r")) > 1


@settings(max_examples=150)
@given(conll_files(), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_conll_stays_as_it_was_but_for_the_last_column(
    scratch: Path, file: tuple[list[str], list[bool], int], end: str, ended: bool
) -> None:
    lines, is_row, column = file
    assume(not any(map(_holds_rows, lines)))
    content = "".join(line + end for line in lines)
    if lines and not ended:
        content = content.removesuffix(end)
    scratch.write_bytes(content.encode())
    reading = ReaderOptions(token_column=column)
    out = ""
    for document in read_documents(Input(str(scratch)), None, reading):
        tagged = TaggedDocument(document, (), ())
        out += write_conll(tagged, PLAIN)
        assert json.loads(written("jsonl", tagged) or "{}").get("entities", []) == []
    expected = [
        (line + ("\t" if "\t" in line else " ") + "O") if row else line
        for line, row in zip(lines, is_row, strict=True)
    ]
    if expected and not ended and expected[-1] == "":
        expected.pop()
    body = "".join(line + "\n" for line in expected)
    assert out in (body, body + "\n")


@pytest.mark.parametrize("lines", [["a O", " ", "b O", "\t", ""], ["a\tO", "", " ", "b\tO", ""]])
def test_blank_lines_that_hold_blanks_stay(lines: list[str]) -> None:
    numbered = (Line(i, line) for i, line in enumerate(lines, start=1))
    out = "".join(
        write_conll(TaggedDocument(document, (), ()), PLAIN)
        for document in read_conll(numbered, "file", ReaderOptions())
    )
    cut = [re.sub(r"[ \t]O$", "", line, count=1) for line in out.split("\n")]
    assert [line for line in cut if line != ""] == [line for line in lines if line != ""]
