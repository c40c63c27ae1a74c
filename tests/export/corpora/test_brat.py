"""brat's standoff format, read and written."""

from __future__ import annotations

import tempfile
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.corpora.brat import (
    BratDocument,
    brat_files,
    brat_place,
    problem_of,
    read_brat,
    texts_without_ann,
    write_brat,
)
from tagcli.errors import DataError, UsageError

if TYPE_CHECKING:
    from tagcli.schemes import Span

NFD = unicodedata.normalize("NFD", "Köln")


def written(folder: Path, text: str, ann: str) -> Path:
    (folder / "a.txt").write_text(text, encoding="utf-8", newline="")
    path = folder / "a.ann"
    path.write_text(ann, encoding="utf-8", newline="")
    return path


def read(folder: Path, text: str, ann: str) -> BratDocument:
    return read_brat(written(folder, text, ann))


def test_entities_by_code_points(tmp_path: Path) -> None:
    text = f"😀 이순신은 {NFD}에서"
    ann = f"T1\tPER 2 5\t이순신\nT2\tLOC 7 12\t{NFD}\n"
    assert read(tmp_path, text, ann).spans == ((2, 5, "PER"), (7, 12, "LOC"))


def test_what_is_written_is_what_brat_has(tmp_path: Path) -> None:
    text = "Universität Zürich\n  und\nETH  Zürich 😀 Bern"
    spans = [(0, 18, "ORG"), (12, 18, "LOC"), (12, 36, "MISC"), (39, 43, "LOC")]
    write_brat(tmp_path / "a.ann", text, spans)
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == text
    assert (tmp_path / "a.ann").read_text(encoding="utf-8") == (
        "T1\tORG 0 18\tUniversität Zürich\n"
        "T2\tLOC 12 18\tZürich\n"
        "T3\tMISC 12 18;21 24;25 36\tZürich und ETH  Zürich\n"
        "T4\tLOC 39 43\tBern\n"
    )


@pytest.mark.parametrize("end", ["\r\n", "\u2028", "\x85", "\n\n"])
def test_no_line_of_an_ann_file_holds_another_line_end(tmp_path: Path, end: str) -> None:
    text = f"Bad{end}Ems"
    write_brat(tmp_path / "a.ann", text, [(0, len(text), "LOC")])
    line = (tmp_path / "a.ann").read_text(encoding="utf-8")
    assert line == f"T1\tLOC 0 3;{len(text) - 3} {len(text)}\tBad Ems\n"
    assert line.splitlines() == [line.removesuffix("\n")]


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """A text with entities anywhere, one in the other too, none of blanks alone."""
    alphabet = st.sampled_from("aä각😀\u0301\u1112 \t\n\r\u2028\x85\xa0\ufeff;")
    others = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
    text = draw(st.text(alphabet | others, max_size=30))
    ends = st.integers(0, len(text))
    drawn = draw(st.lists(st.tuples(ends, ends, st.sampled_from(["PER", "LOC", "ä;1"]))))
    spans = {(min(one, other), max(one, other), label) for one, other, label in drawn}
    return text, sorted(span for span in spans if problem_of(text, span) is None)


def trimmed(text: str, span: Span) -> Span:
    start, end, label = span
    content = text[start:end]
    before, after = (len(content) - len(part) for part in (content.lstrip(), content.rstrip()))
    return start + before, end - after, label


@given(documents())
def test_what_is_written_is_read(document: tuple[str, list[Span]]) -> None:
    text, spans = document
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.ann"
        write_brat(path, text, spans)
        found = read_brat(path)
    assert found.text == text
    assert found.spans == tuple(sorted(trimmed(text, span) for span in spans))
    assert not found.others
    assert found.discontinuous == 0


def test_carriage_returns_and_a_byte_order_mark_count(tmp_path: Path) -> None:
    text = "\ufeffIn\r\nKöln"
    document = read(tmp_path, text, "T1\tLOC 5 9\tKöln\r\n")
    assert document.text == text
    assert document.spans == ((5, 9, "LOC"),)


def test_all_other_lines_are_counted(tmp_path: Path) -> None:
    lines = (
        "T1\tPER 0 4\tAnna\n"
        "T2\tLOC 8 12\tKöln\n\n"
        "R1\tLives_In Arg1:T1 Arg2:T2\nR2\tLives_In Arg1:T1 Arg2:T2\n"
        "E1\tLives:T1 In:T2\nA1\tSure E1\nM1\tSure E1\n*\tEquiv T1 T2\n"
        "N1\tReference T2 Wikipedia:1\tKöln\n#1\tAnnotatorNotes T1\teine Notiz\n"
    )
    document = read(tmp_path, "Anna in Köln", lines)
    assert document.spans == ((0, 4, "PER"), (8, 12, "LOC"))
    assert document.others == {
        "relation": 2, "event": 1, "attribute": 2, "equivalence": 1, "normalisation": 1, "note": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("offsets", "said", "span", "discontinuous"),
    [
        ("0 4;9 13", "Nord Köln", (0, 13), 1),
        ("9 13;0 4", "Köln Nord", (0, 13), 1),
        ("0 4;5 8;9 13", "Nord und Köln", (0, 13), 0),
        ("0 13", "Nord und\tKöln", (0, 13), 0),  # as some write a line end
        ("9 13", "Köln\teine Bemerkung", (9, 13), 0),
        ("9 13", None, (9, 13), 0),
    ],
)
def test_fragments_and_what_is_said_of_them(
    tmp_path: Path, offsets: str, said: str | None, span: tuple[int, int], discontinuous: int
) -> None:
    line = f"T1\tLOC {offsets}" + ("" if said is None else f"\t{said}")
    document = read(tmp_path, "Nord und\nKöln", line)
    assert document.spans == ((*span, "LOC"),)
    assert document.discontinuous == discontinuous


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("T2\tLOC 8 13\tKöln", "T2: 8 13 is no span of a text of 12 code points"),
        ("T2\tLOC 9 8\t", "T2: 9 8 is no span"),
        ("T2\tLOC 7 11\tKöln", "T2 is 'Köln', but at 7 11 the text has ' Köl'"),
        ("T2\tLOC 8 12\tKölner", "T2 is 'Kölner', but at 8 12 the text has 'Köln'"),
        ("T2\tLOC 8 12\t", "T2 is '', but at 8 12"),
        ("T2 LOC 8 12 Köln", "'T2 LOC 8 12 Köln' is no entity: ID, tab, TYPE START END, tab, TEXT"),
        ("T2\tLOC 8\tKöln", "is no entity"),
        ("T2\tLOC 8 " + "9" * 5000, "is no entity"),
        ("T2\tLOC 8 12;\tKöln", "is no entity"),
        ("T2\tLOC X 8 12\tKöln", "is no entity"),
        ("X1\tLOC 8 12\tKöln", r"'X1\\tLOC 8 12\\tKöln' is no line of brat's"),
        ("R1 Lives_In", "is no line of brat's"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, line: str, problem: str) -> None:
    path = written(tmp_path, "Anna in Köln", f"T1\tPER 0 4\tAnna\n{line}\n")
    with pytest.raises(DataError, match=problem) as caught:
        read_brat(path)
    assert str(caught.value).startswith(f"{path}:2: ")


def test_a_text_that_is_not_utf8_or_not_there(tmp_path: Path) -> None:
    path = written(tmp_path, "", "")
    (tmp_path / "a.txt").write_bytes(b"Anna\nK\xf6ln\n")
    with pytest.raises(DataError, match=r"a\.txt:2: not utf-8"):
        read_brat(path)
    (tmp_path / "a.txt").unlink()
    with pytest.raises(UsageError, match=r"a\.ann has no text: there is no .*a\.txt"):
        read_brat(path)


@pytest.mark.parametrize(
    ("span", "problem"),
    [
        ((4, 6, "LOC"), "holds no text"),
        ((0, 4, "A B"), "has the type 'A B'"),
        ((0, 4, ""), "has the type ''"),
        ((0, 4, "LOC"), None),
    ],
)
def test_what_brat_cannot_hold(span: Span, problem: str | None) -> None:
    assert problem_of("Anna \nin Köln", span) == problem


def test_what_is_there_stays(tmp_path: Path) -> None:
    path = written(tmp_path, "In Köln\n", "")
    write_brat(path, "In Köln", [(3, 7, "LOC")])
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "In Köln\n"
    assert read_brat(path).spans == ((3, 7, "LOC"),)
    with pytest.raises(UsageError, match=r"a\.txt is there and is another text"):
        write_brat(path, "In  Köln", [])
    with pytest.raises(UsageError, match=r"a\.ann is there and marks something"):
        write_brat(path, "In Köln", [])
    assert read_brat(path).spans == ((3, 7, "LOC"),)


def test_files_of_a_place(tmp_path: Path) -> None:
    for name in ("b.ann", "b.txt", "a.ann", "a.txt", "c.txt"):
        (tmp_path / name).touch()
    folder = str(tmp_path)
    assert brat_files(folder) == [tmp_path / "a.ann", tmp_path / "b.ann"]
    assert brat_files(str(tmp_path / "b.ann")) == [tmp_path / "b.ann"]
    assert brat_files(str(tmp_path / "b.txt")) == brat_files(str(tmp_path / "none.ann")) == []
    assert texts_without_ann(folder) == 1
    assert texts_without_ann(str(tmp_path / "b.ann")) == 0
    assert brat_place(folder, 2) == (str(tmp_path / "b.ann"), None)
    assert brat_place("a.jsonl", 2) == ("a.jsonl", 2)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Anna.\n\nBerger lebt.", "Anna.Berger"),  # no blank in place of the line ends
        ("Anna.\n\nBerger lebt.", "Anna. Berger"),
        ("Anna.\n\nBerger lebt.", "Anna.  Berger a comment"),
        ("Anna. \tBerger lebt.", "Anna.Berger"),
    ],
)
def test_blanks_of_what_is_marked_may_be_missing(tmp_path: Path, text: str, written: str) -> None:
    document = read(tmp_path, text, f"T1\tPER 0 13\t{written}\n")
    assert document.spans == ((0, 13, "PER"),)


def test_letters_of_what_is_marked_may_not(tmp_path: Path) -> None:
    for written in ("Anna.Berge", "Anna.Bergers", "AnnaBerger"):
        with pytest.raises(DataError, match="T1 is "):
            read(tmp_path, "Anna.\n\nBerger lebt.", f"T1\tPER 0 13\t{written}\n")


def test_what_marks_no_letter_is_left_out_and_counted(tmp_path: Path) -> None:
    document = read(tmp_path, "Anna Berger", "T1\tPER 0 11\tAnna Berger\nT2\tGAP 4 4\t\n")
    assert (document.spans, document.empty) == (((0, 11, "PER"),), 1)
