"""Tags in CoNLL-U."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.corpora.source import Source
from export.corpora.sources import load_source
from tagcli.errors import DataError
from tagcli.records import Entity, TaggedDocument, UniversalColumns
from tagcli.writers.base import WriterOptions
from tagcli.writers.conll import write_conll
from tagcli.writers.universal import with_universal_tag
from tests.support.tagged import spans_of_units
from tests.support.universal import UniversalFile, read_rows, universal_files

if TYPE_CHECKING:
    import pathlib

    from tagcli.records import Document
    from tagcli.schemes import Span

MISC = UniversalColumns(misc=1)


@pytest.mark.parametrize(
    ("misc", "tag", "written"),
    [
        ("_", "B-PER", "NER=B-PER"),
        ("_", "O", "_"),
        ("SpaceAfter=No", "I-PER", "SpaceAfter=No|NER=I-PER"),
        ("NER=B-LOC|SpaceAfter=No", "B-PER", "SpaceAfter=No|NER=B-PER"),
        ("NER=B-LOC", "O", "_"),
        ("name=B-LOC", "O", "name=B-LOC|NER=O"),
        ("name=O", "O", "name=O"),
        ("Entity=(e1-person", None, "Entity=(e1-person|NER=O"),
    ],
)
def test_the_tag_is_one_of_the_attributes(misc: str, tag: str | None, written: str) -> None:
    assert with_universal_tag(f"Anna\t{misc}", tag, MISC) == f"Anna\t{written}"


def tagged(document: Document, entities: list[Span]) -> TaggedDocument:
    """The document with entities on its tokens."""
    assert document.tokens is not None
    found = []
    for first, last, label in entities:
        start, end = int(document.tokens[first][0]), int(document.tokens[last - 1][1])
        found.append(Entity(start, end, label, document.text[start:end], 0.5, first, last))
    return TaggedDocument(document, tuple(found), ())


def rewritten(text: str, *entities: Span) -> str:
    (document,) = read_rows(text)
    return write_conll(tagged(document, list(entities)), WriterOptions())


ROWS = "{}1-2\tZum\t_{}\n1\tzu\tx{}\n1.1\tx\tx{}\n2\tdem\tx{}\n3\tSee\tx{}\n4\tda\tx{}\n\n"


@pytest.mark.parametrize(
    ("header", "old", "written_header", "written"),
    [
        ("ID FORM X", [""] * 6, "ID FORM X NER",
         ["\t_", "\tB-LOC", "\t_", "\tI-LOC", "\tI-LOC", "\tO"]),
        ("ID FORM X U:NER", ["\tB-X"] * 6, "ID FORM X U:NER",
         ["\t_", "\tB-LOC", "\tB-X", "\tI-LOC", "\tI-LOC", "\tO"]),
    ],
)  # fmt: skip
def test_conllu_plus_has_a_column_of_tags(
    header: str, old: list[str], written_header: str, written: list[str]
) -> None:
    before = f"# global.columns = {header}\n"
    after = f"# global.columns = {written_header}\n"
    assert rewritten(ROWS.format(before, *old), (0, 2, "LOC")) == ROWS.format(after, *written)


def test_five_columns_with_gold_get_one_behind_it() -> None:
    text = "# text = In Ulm.\n1\tIn\tO\t-\ta\n2\tUlm\tB-LOC\t-\ta\n3\t.\tO\t-\ta\n\n"
    assert rewritten(text, (1, 2, "LOC")) == (
        "# text = In Ulm.\n1\tIn\tO\t-\ta\tO\n2\tUlm\tB-LOC\t-\ta\tB-LOC\n3\t.\tO\t-\ta\tO\n\n"
    )


def test_a_type_that_no_attribute_can_hold() -> None:
    text = "1\tIn\t_\t_\t_\t_\t0\t_\t_\t_\n2\tUlm\t_\t_\t_\t_\t0\t_\t_\t_\n\n"
    with pytest.raises(DataError, match=r"^file:1: CoNLL-U cannot hold the tag 'B-A\|B'$"):
        rewritten(text, (1, 2, "A|B"))


@given(st.data(), universal_files())
def test_only_misc_changes_and_the_entities_are_read_again(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject, file: UniversalFile
) -> None:
    documents = read_rows(file.text)
    entities = [
        data.draw(spans_of_units(len(one.tokens))) if one.tokens is not None else []
        for one in documents
    ]
    written = "".join(
        write_conll(tagged(document, spans), WriterOptions())
        for document, spans in zip(documents, entities, strict=True)
    )
    assert without_misc(written) == without_misc(file.text)
    path = tmp_path_factory.mktemp("x") / "a.conllu"
    path.write_text(written, encoding="utf-8")
    examples = load_source(Source(str(path))).examples
    expected = [
        [(one.start, one.end, one.label) for one in tagged(document, spans).entities]
        for document, spans in zip(documents, entities, strict=True)
        if not document.holds_only_comments
    ]
    assert [list(example.spans) for example in examples] == expected
    again = [tagged(d, s) for d, s in zip(read_rows(written), entities, strict=True)]
    assert "".join(write_conll(one, WriterOptions()) for one in again) == written


def without_misc(text: str) -> list[str]:
    return [
        line if line.startswith("#") or "." in line.split("\t")[0] else line.rpartition("\t")[0]
        for line in text.split("\n")
    ]


@pytest.mark.parametrize(
    ("misc", "spans", "notes"),
    [
        (["name=B-LOC", "name=I-LOC", "_", "name=I-LOC", "_"], [(0, 7)], 0),
        (["NER=B-LOC", "_", "_", "NER=I-LOC", "SpaceAfter=No"], [(0, 7)], 0),
        (["_", "_", "NER=B-LOC", "NER=I-LOC", "Promoted"], [(0, 7)], 0),
        (["_", "_", "_", "SpaceAfter=No", "_"], [], 1),
    ],
)
def test_gold_of_misc(
    tmp_path: pathlib.Path, misc: list[str], spans: list[Span], notes: int
) -> None:
    rows = zip(["1-2", "1", "2", "3", "4"], ["Zum", "zu", "dem", "See", "da"], misc, strict=True)
    lines = [f"{number}\t{form}" + "\t_" * 7 + f"\t{one}\n" for number, form, one in rows]
    path = tmp_path / "a.conllu"
    path.write_text("".join(lines) + "\n", encoding="utf-8")
    told: list[str] = []
    (example,) = load_source(Source(str(path)), note=told.append).examples
    assert [(start, end) for start, end, _ in example.spans] == spans
    assert ["no NER= or name= in MISC" in one for one in told] == [True] * notes
