"""CoNLL-U: tokens of several words, the running text, where the tags stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input
from tagcli.readers.recognition import recognised
from tagcli.readers.universal import names_in, running_text, tag_place, tokens_of_words
from tagcli.records import UniversalColumns
from tests.support.reading import fails, tokens_of
from tests.support.universal import UniversalFile, read_rows, universal_files

if TYPE_CHECKING:
    from pathlib import Path

ZUM = (
    "1-2\tZum\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n"
    "1\tzu\tzu\tADP\t_\t_\t3\tcase\t_\t_\n"
    "2\tdem\tder\tDET\t_\t_\t3\tdet\t_\t_\n"
    "3\tSee\tSee\tNOUN\t_\t_\t0\troot\t_\t_\n\n"
)


@pytest.mark.parametrize(
    ("ids", "tokens", "words"),
    [
        (["1", "2"], set(), set()),
        (["1-2", "1", "2", "3"], {0}, {1, 2}),
        (["1", "2-3", "2", "2.1", "3", "4"], {1}, {2, 4}),
        (["#", "1-2", "3"], set(), set()),
        (["1-2"], set(), set()),
    ],
)
def test_words_are_parts_of_the_token_in_front_of_them(
    ids: list[str], tokens: set[int], words: set[int]
) -> None:
    assert tokens_of_words(ids) == (tokens, words)


@pytest.mark.parametrize(
    ("tokens", "comments", "misc", "text"),
    [
        (["In", "Ulm", "."], ["# sent_id = 1", "# text = In Ulm."], [], "In Ulm."),
        (["In", "Ulm", "."], ["#text=In  Ulm."], [], "In  Ulm."),
        (["In", "Ulm", "."], ["# text = In Bonn."], ["_", "A=b|SpaceAfter=No", "_"], "In Ulm."),
        (["In", "Ulm", "."], ["# text = In Ulm. Ja"], ["_", "_", "_"], "In Ulm ."),
        (["In", "Ulm", "."], ["# text_en = In Ulm."], [], "In Ulm ."),
        (["10 000", "km"], ["# text = 10 000km"], [], "10 000km"),
        (["e", "\u0301"], ["# text = e\u0301"], [], "e \u0301"),
        (["e\u0301", "."], ["# text = e\u0301."], [], "e\u0301."),
    ],
)
def test_running_text(tokens: list[str], comments: list[str], misc: list[str], text: str) -> None:
    found, spans = running_text(tokens, comments, misc)
    assert found == text
    assert [text[start:end] for start, end in spans.tolist()] == tokens


@pytest.mark.parametrize(
    ("header", "place"),
    [
        ("# global.columns = ID FORM MISC X:NER", UniversalColumns(tags=3)),
        ("# global.columns = ID FORM ENTITY", UniversalColumns(tags=2)),
        ("# global.columns = ID FORM MISC", UniversalColumns()),
        ("# global.columns = ID LEMMA", None),
        ("# columns = ID FORM", None),
    ],
)
def test_where_the_tags_of_conllu_plus_stand(header: str, place: UniversalColumns | None) -> None:
    assert tag_place(names_in(["# a", header])) == place


def test_the_text_of_a_token_is_read_and_not_its_words() -> None:
    (document,) = read_rows(ZUM)
    assert (document.text, tokens_of(document)) == ("ZumSee", ["Zum", "See"])
    assert document.conll is not None
    assert document.conll.universal == UniversalColumns(misc=9)
    lines = ZUM.rstrip("\n").split("\n")
    assert list(document.conll.lines()) == list(zip(lines, [None, 0, 0, 1], strict=True))


def test_a_token_column_that_is_not_the_form_makes_it_conll_as_any() -> None:
    (document,) = read_rows(ZUM, token_column=3)
    assert document.conll is not None
    assert document.conll.universal is None


def test_a_word_of_a_token_with_too_few_columns_is_bad() -> None:
    text = ZUM + ZUM.replace("dem\tder\tDET", "dem\tDET")
    assert fails("conll", text) == "file:8: 9 columns where most rows have 10"


@pytest.mark.parametrize("name", ["a.conllu", "a.conllup", "stdin"])
@pytest.mark.parametrize(
    "text",
    [
        ZUM,
        "1\tHallo\thallo\tINTJ\t_\t_\t0\troot\t_\t_\n\n",
        "# global.columns = FORM UPOS\nIn\tADP\nUlm\tPROPN\n\n",
    ],
)
def test_it_is_known_by_name_and_by_its_rows(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    told: list[str] = []
    options = ReaderOptions(on_guess=told.append)
    (document,) = read_documents(Input(tmp_path / name), None, options)
    assert document.conll is not None
    assert document.conll.universal is not None
    assert told == []


def test_names_of_columns_are_enough_for_a_pipe() -> None:
    verdict = recognised(["# global.columns = ID FORM"], is_all=False)
    assert verdict is not None
    assert verdict.input_format == "conll"


def test_the_names_of_columns_outlive_a_bad_sentence() -> None:
    text = "# global.columns = ID FORM X\n1\ta\tb\n2\ta\n\n1\tUlm\tc\n\n1\tIn\tc\n\n"
    told: list[Exception] = []
    first, *_ = read_rows(text, on_error=told.append)
    assert len(told) == 1
    assert first.conll is not None
    assert first.conll.before == ("# global.columns = ID FORM X",)


@given(universal_files())
def test_any_file_is_read_token_by_token(file: UniversalFile) -> None:
    documents = read_rows(file.text)
    assert [tokens_of(document) for document in documents if document.tokens is not None] == (
        file.sentences
    )
