"""Rows of labels and the places that their errors name."""

from __future__ import annotations

from pathlib import Path

import pytest

from export.corpora.tag_rows import LabelRow, TagRows, conll_row
from tagcli.errors import DataError
from tagcli.readers.formats import ReaderOptions, read_documents
from tagcli.readers.inputs import Input


def test_the_rows_of_a_corpus_show_its_scheme_together() -> None:
    rows = TagRows([LabelRow(["B-PER", "E-PER"], "a", 1), LabelRow(["S-LOC", "O"], "a", 4)])
    assert rows.scheme == "BIOES"
    assert [read.spans for read in rows.entities("error")] == [((0, 2, "PER"),), ((0, 1, "LOC"),)]


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
    legal = LabelRow(["B-LOC", "I-LOC", "O"], "a.conll", 3)
    with pytest.raises(DataError) as caught:
        list(TagRows([legal, LabelRow(labels, "a.conll", 7, one_line)]).entities("error"))
    assert str(caught.value).startswith(place + problem)


def test_rows_are_read_one_by_one() -> None:
    """What a source does not take, it need not be legal."""
    rows = TagRows([LabelRow(["B-LOC", "I-LOC"], "a", 1), LabelRow(["B-LOC", "I-PER"], "a", 4)])
    assert next(rows.entities("error")).spans == ((0, 2, "LOC"),)
    assert [read.repaired for read in rows.entities("conlleval")] == [0, 1]


def test_the_last_column_of_a_conll_sentence_has_its_labels(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("\nAnna NE B-PER\nlacht V O\n", encoding="utf-8")
    (document,) = read_documents(Input(str(path)), None, ReaderOptions())
    assert conll_row(document) == LabelRow(["B-PER", "O"], str(path), 2)
