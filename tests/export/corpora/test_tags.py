"""Schemes of corpora: recognised, checked, read and written."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities
from seqeval.scheme import IOB2, Entities

from export.corpora.tags import (
    CORPUS_SCHEMES,
    LabelRow,
    OddTag,
    TagRows,
    conll_row,
    entity_columns,
    parse_row,
    read_row,
    recognise_scheme,
    write_row,
)
from tagcli.errors import DataError
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input
from tagcli.schemes import Span

if TYPE_CHECKING:
    from pathlib import Path

    from tagcli.records import Document

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


Drawn = tuple[int, list[Span]]


@st.composite
def spans(draw: st.DrawFn) -> Drawn:
    """A number of units and entities on them, some side by side."""
    edges = sorted(draw(st.sets(st.integers(0, 20), min_size=2, max_size=8)))
    types = st.sampled_from(["PER", "LOC", None])
    named = [(start, end, draw(types)) for start, end in pairwise(edges)]
    return 20, [(start, end, name) for start, end, name in named if name]


@pytest.mark.parametrize("scheme", CORPUS_SCHEMES)
@given(spans())
def test_what_is_written_is_read(scheme: str, drawn: Drawn) -> None:
    count, entities = drawn
    labels = write_row(entities, count, scheme)
    read = read_row(parse_row(labels), scheme, "error")
    assert list(read.spans) == entities
    assert not read.odd


@pytest.mark.parametrize(
    ("rows", "scheme"),
    [
        ("O B-PER I-PER O", "BIO"),
        ("I-PER I-PER O I-LOC B-LOC", "IOB1"),
        ("I-PER O", "IOB1"),
        ("B-PER O | I-LOC O", "BIO"),  # one of them is wrong, and a B no IOB1 needs is the sign
        ("I-PER O | I-LOC O | O B-LOC", "IOB1"),  # the B alone is wrong
        ("B-PER E-PER S-LOC", "BIOES"),
        ("B-PER I-PER | B-LOC | S-LOC", "BIO"),  # the S alone is wrong
        ("B-PER E-PER | S-LOC | B-LOC", "BIOES"),
        ("O O", "BIO"),
    ],
)
def test_the_scheme_is_seen(rows: str, scheme: str) -> None:
    assert recognise_scheme([parse_row(row.split()) for row in rows.split(" | ")]) == scheme


@pytest.mark.parametrize("scheme", CORPUS_SCHEMES)
@given(spans())
def test_a_scheme_is_seen_in_what_it_wrote(scheme: str, drawn: Drawn) -> None:
    count, entities = drawn
    row = parse_row(write_row(entities, count, scheme))
    assert list(read_row(row, recognise_scheme([row]), "error").spans) == entities


def test_bilou_is_bioes() -> None:
    assert parse_row(["B-PER", "L-PER", "U-LOC"]) == parse_row(["B-PER", "E-PER", "S-LOC"])


@pytest.mark.parametrize(
    ("row", "scheme", "index"),
    [
        ("O I-PER", "BIO", 1),
        ("B-PER I-LOC", "BIO", 1),
        ("O B-PER", "IOB1", 1),
        ("B-PER I-PER S-LOC", "BIO", 2),
        ("I-PER E-PER", "IOB1", 1),
        ("B-PER O", "BIOES", 0),
        ("O E-PER", "BIOES", 1),
        ("S-PER I-PER E-PER", "BIOES", 1),
        ("B-PER B-PER E-PER", "BIOES", 0),
        ("B-PER O E-PER", "BIOES", 0),
    ],
)
def test_an_illegal_tag_is_found_in_its_place(row: str, scheme: str, index: int) -> None:
    with pytest.raises(OddTag) as caught:
        read_row(parse_row(row.split()), scheme, "error")
    assert caught.value.index == index


@pytest.mark.parametrize("label", ["Y", "B", "B-", "PER", "PER-I", "IPER", ""])
def test_what_is_no_tag_is_said(label: str) -> None:
    with pytest.raises(OddTag, match="is no tag"):
        parse_row(["O", label])


@given(st.lists(st.sampled_from(LABELS), max_size=12))
def test_policies_read_as_seqeval_does(labels: list[str]) -> None:
    row = parse_row(labels)
    lenient = [(start, end + 1, name) for name, start, end in get_entities(labels)]
    assert list(read_row(row, "BIO", "conlleval").spans) == lenient
    strict = [entity.to_tuple()[1:] for entity in Entities([labels], IOB2).entities[0]]
    found = [(name, start, end) for start, end, name in read_row(row, "BIO", "strict").spans]
    assert sorted(found) == sorted((name, start, end) for name, start, end in strict)


def test_repairs_are_counted() -> None:
    row = parse_row(["O", "I-PER", "I-PER", "O", "B-LOC", "I-PER"])
    assert len(read_row(row, "BIO", "conlleval").odd) == 2
    assert read_row(row, "BIO", "conlleval").spans == ((1, 3, "PER"), (4, 5, "LOC"), (5, 6, "PER"))
    assert read_row(row, "BIO", "strict").spans == ((4, 5, "LOC"),)


def test_a_stray_tag_costs_its_own_entity_alone() -> None:
    rows = [parse_row(row.split()) for row in ("B-PER I-PER", "B-LOC", "S-LOC")]
    scheme = recognise_scheme(rows)
    assert [read_row(row, scheme, "strict").spans for row in rows] == [
        ((0, 2, "PER"),),
        ((0, 1, "LOC"),),
        (),
    ]


def test_a_tag_with_two_faults_is_counted_once() -> None:
    assert len(read_row(parse_row(["O", "I-PER"]), "BIOES", "conlleval").odd) == 1


def test_the_rows_of_a_corpus_show_its_scheme_together() -> None:
    labels = [["B-PER", "E-PER"], ["S-LOC", "O"]]
    rows = TagRows([LabelRow(one, "a", (1, 2)) for one in labels])
    assert rows.scheme == "BIOES"
    assert [spans for spans, _ in rows.entities("error")] == [((0, 2, "PER"),), ((0, 1, "LOC"),)]


def test_no_rows_have_no_scheme() -> None:
    rows = TagRows([])
    assert rows.scheme is None
    assert list(rows.entities("error")) == []


@pytest.mark.parametrize(
    ("one_line", "place"), [(False, "a.conll:9: "), (True, "a.conll:7: token 3: ")]
)
@pytest.mark.parametrize(
    ("labels", "problem"),
    [(["O", "O", "PER"], "'PER' is no tag"), (["O", "O", "I-PER"], "I-PER continues no entity")],
)
def test_an_odd_tag_is_an_error_where_it_stands(
    labels: list[str], problem: str, one_line: bool, place: str
) -> None:
    legal = LabelRow(["B-LOC", "I-LOC", "O"], "a.conll", (3, 4, 5))
    lines = (7, 7, 7) if one_line else (7, 8, 9)
    with pytest.raises(DataError) as caught:
        list(TagRows([legal, LabelRow(labels, "a.conll", lines)]).entities("error"))
    assert str(caught.value).startswith(place + problem)


def test_rows_are_read_one_by_one() -> None:
    """What a source does not take, it need not be legal."""
    labels = [["B-LOC", "I-LOC"], ["B-LOC", "I-PER"]]
    rows = TagRows([LabelRow(one, "a", (1, 2)) for one in labels])
    assert next(rows.entities("error"))[0] == ((0, 2, "LOC"),)
    assert [len(odd) for _, odd in rows.entities("conlleval")] == [0, 1]


def _documents(path: Path, content: str) -> list[Document]:
    path.write_text(content, encoding="utf-8")
    return list(read_documents(Input(str(path)), "conll", ReaderOptions()))


def test_a_column_of_a_conll_sentence_has_its_labels(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    (document,) = _documents(path, "\nAnna NE B-PER\nlacht V O\n")
    assert conll_row(document, 2) == LabelRow(["B-PER", "O"], str(path), range(2, 4))
    with pytest.raises(DataError, match=r"a\.conll:2: --tag-column 4, but the line has 3 columns"):
        conll_row(document, 3)


def test_the_line_of_a_tag_counts_what_stands_between_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    content = "Anna\tB-PER\n# segment = b\nlacht\tO\nlaut\tI-LOC\n\nMax\tB-PER\n"
    rows = [conll_row(one, 1) for one in _documents(path, content)]
    assert [list(row.lines) for row in rows] == [[1, 3, 4], [6]]
    with pytest.raises(DataError, match=r"a\.conll:4: I-LOC continues"):
        list(TagRows(rows).entities("error"))


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (["Anna NNP B-NP B-PER", "lives VBZ B-VP O"], (3,)),  # CoNLL-2003
        (["Müller <unk> NE I-NC I-PER", "wohnt wohnen VVFIN I-VC O"], (4,)),
        (["Anna NNP B-NP", "lives VBZ B-VP"], (2,)),  # CoNLL-2000
        (["Anna B-PER O", "lebt O O", "Kassel B-LOC B-LOCderiv"], (1, 2)),
        (["Anna B-PER -", "lebt O -"], (1,)),
        (["Anna x", "lebt y"], (1,)),
        (["Anna NNP (TOP(S(NP* (PERSON* (ARG0*", "lebt VB *)) *) *)"], (3,)),  # OntoNotes
        (["Anna O B-PER", "lebt O O"], (2, 1)),  # a column without an entity comes last
    ],
)
def test_the_columns_that_hold_tags_of_entities(
    tmp_path: Path, rows: list[str], columns: tuple[int, ...]
) -> None:
    content = "\n".join(row.replace(" ", "\t") for row in rows)
    assert entity_columns(_documents(tmp_path / "a.conll", content)) == columns


def test_brackets_are_tags(tmp_path: Path) -> None:
    rows = "Anna x (PERSON*\nBerger x *)\nlebt x *\nin x *\nKassel x (GPE*)\n"
    (document,) = _documents(tmp_path / "a.conll", rows)
    (spans, odd) = next(TagRows([conll_row(document, 2)]).entities("error"))
    assert (spans, odd) == (((0, 2, "PERSON"), (4, 5, "GPE")), [])
