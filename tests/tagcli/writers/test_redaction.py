"""Redacted records: what is replaced, what stays, and what the key of it is good for."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.errors import DataError
from tagcli.readers.base import ReaderOptions
from tagcli.readers.inputs import Line
from tagcli.readers.registry import INPUT_FORMATS
from tagcli.records import ConllRows, Document, Entity, TaggedDocument
from tagcli.writers.base import WriterOptions
from tagcli.writers.changes import Change, Piece
from tagcli.writers.formats import OUTPUT_FORMATS, REDACT_WITH
from tagcli.writers.redaction import RedactionWriter
from tagcli.writers.stand_ins import STAND_INS
from tests.support.tagged import any_tagged, entity, tagged_text, tagged_tokens
from tests.support.universal import UniversalFile, read_rows, universal_files

if TYPE_CHECKING:
    from collections.abc import Sequence

MAIL = "Herr Karl\nOttinger aus Bern, Karl Ottinger und Anna."
KARL = (
    entity(MAIL, "Karl\nOttinger", "PER"), entity(MAIL, "Bern", "LOC"),
    entity(MAIL, "Karl Ottinger", "PER"), entity(MAIL, "Anna", "PER"),
)  # fmt: skip


def redacted(tagged: TaggedDocument, how: str = "label") -> str:
    return RedactionWriter(WriterOptions(redact_with=how)).record(tagged)


def pieces(documents: Sequence[TaggedDocument], how: str) -> list[Piece]:
    """Of all records, as a key is told them; they are what is written."""
    told: list[Piece] = []
    writer = RedactionWriter(WriterOptions(redact_with=how, keep=told.extend))
    written = "".join(map(writer.record, documents))
    assert "".join(one.new if isinstance(one, Change) else one for one in told) == written
    return told


def before(told: Sequence[Piece]) -> str:
    return "".join(one.old if isinstance(one, Change) else one for one in told)


def read(input_format: str, text: str) -> list[Document]:
    lines = (Line(i, line) for i, line in enumerate(text.removesuffix("\n").split("\n"), start=1))
    found = INPUT_FORMATS[input_format](lines, "in", ReaderOptions())
    return [document for document in found if document is not None]


def with_entities(document: Document, *found: tuple[str, str]) -> TaggedDocument:
    marked = tuple(entity(document.text, part, label) for part, label in found)
    return TaggedDocument(document, marked, ())


def test_every_way_is_one_of_the_command() -> None:
    assert tuple(STAND_INS) == REDACT_WITH


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("label", "Herr [PER] aus [LOC], [PER] und [PER].\n"),
        ("mask", "Herr ████\n████████ aus ████, █████████████ und ████.\n"),
        ("pseudonym", "Herr PER_1 aus LOC_1, PER_1 und PER_2.\n"),
    ],
)
def test_ways_to_replace(how: str, expected: str) -> None:
    assert redacted(tagged_text(MAIL, KARL), how) == expected


def test_a_name_has_its_pseudonym_for_the_run_however_it_is_composed() -> None:
    writer = RedactionWriter(WriterOptions(redact_with="pseudonym"))
    for name, label, expected in [
        ("Zürich", "LOC", "LOC_1"), ("Bern", "LOC", "LOC_2"), ("Zu\u0308rich", "LOC", "LOC_1"),
        ("Zürich", "ORG", "ORG_1"), ("zürich", "LOC", "LOC_3"),
    ]:  # fmt: skip
        assert writer.record(tagged_text(name, [entity(name, name, label)])) == f"{expected}\n"


def test_what_stands_in_the_text_is_nobodys_pseudonym() -> None:
    text = "PER_1 und PER_2 sind Anna."
    assert redacted(tagged_text(text, [entity(text, "Anna", "PER")]), "pseudonym") == (
        "PER_1 und PER_2 sind PER_3.\n"
    )
    odd = [entity(text, "PER_1", "PER"), entity(text, "Anna", "PER")]
    assert redacted(tagged_text(text, odd), "pseudonym") == "PER_3 und PER_2 sind PER_4.\n"


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("민준이 왔다. 민지는 갔다.", ["민준", "민지"], "PER_1이 왔다. PER_2는 갔다."),
        ("지수가 민준을 봤다", ["지수", "민준"], "PER_1이 PER_2를 봤다"),
        ("수원으로, 서울로", ["수원", "서울"], "PER_1로, PER_2로"),
        ("민준이가 서울에서", ["민준", "서울"], "PER_1이가 PER_2에서"),
        ("지수와민준", ["지수", "민준"], "PER_1와PER_2"),
    ],
)
def test_korean_particles_agree_with_pseudonyms_alone(
    text: str, names: list[str], expected: str
) -> None:
    tagged = tagged_text(text, [entity(text, name, "PER") for name in names])
    assert redacted(tagged, "pseudonym") == f"{expected}\n"
    assert redacted(tagged, "label") == re.sub("|".join(names), "[PER]", text) + "\n"


@pytest.mark.parametrize("how", REDACT_WITH)
def test_lines_keep_their_ends(how: str) -> None:
    document = Document(MAIL, line_ends=("\r\n", ""))
    told = pieces([TaggedDocument(document, KARL, ())], how)
    assert before(told) == MAIL.replace("\n", "\r\n")


# JSON


def test_an_object_keeps_its_members_but_for_text_and_spans() -> None:
    given = {"id": 7, "text": 'Anna "A" é', "tokens": ["Anna"], "entities": [[0, 4]], "b": [1]}
    line = json.dumps(given, ensure_ascii=False) + "\n"
    tagged = with_entities(read("jsonl", line)[0], ("Anna", "PER"))
    assert redacted(tagged) == '{"id": 7, "text": "[PER] \\"A\\" é", "b": [1]}\n'
    assert before(pieces([tagged], "pseudonym")) == line


def test_a_member_that_is_first_may_be_left_out() -> None:
    line = '{"entities": [], "spans": [], "text": "Anna\\n", "labels": []}\n'
    tagged = with_entities(read("jsonl", line)[0], ("Anna", "PER"))
    assert redacted(tagged, "mask") == '{"text": "████\\n"}\n'
    assert before(pieces([tagged], "mask")) == line


def test_tokens_of_an_object_are_replaced_each() -> None:
    line = '{"tokens": ["Anna", "Meier", "", "lebt", "\\""], "tags": ["B-PER", "I-PER"]}\n'
    tagged = with_entities(read("jsonl", line)[0], ("Anna Meier", "PER"))
    assert redacted(tagged, "pseudonym") == (
        '{"tokens": ["PER_1", "PER_1", "", "lebt", "\\""], "tags": ["B-PER", "I-PER"]}\n'
    )
    assert before(pieces([tagged], "label")) == line


def test_a_document_from_python_becomes_an_object_where_it_has_more_than_text() -> None:
    document = Document("Anna", fields={"id": 7}, tokens=np.array([[0, 4]], np.int32))
    assert redacted(with_entities(document, ("Anna", "PER"))) == '{"text": "[PER]", "id": 7}\n'


# CoNLL

WAYS = st.sampled_from(REDACT_WITH)
ROWS = """# sent_id = 3
# text = Anna Meiers Haus
1\tAnna\tAnna\tPROPN\t2\tB-PER
2\tMeiers\tMeier\tPROPN\t3\tI-PER
3\tHaus\tHaus\tNOUN\t0\tO

"""


def test_the_row_of_a_name_keeps_tags_and_numbers() -> None:
    tagged = with_entities(read("conll", ROWS)[0], ("Anna Meiers", "PER"))
    assert redacted(tagged, "pseudonym") == (
        "# sent_id = 3\n# text = _\n"
        "1\tPER_1\t_\t_\t2\tB-PER\n2\tPER_1\t_\t_\t3\tI-PER\n3\tHaus\tHaus\tNOUN\t0\tO\n\n"
    )
    assert before(pieces([tagged], "pseudonym")) == ROWS
    assert redacted(with_entities(read("conll", ROWS)[0])) == ROWS


def test_rows_with_blanks_between_their_columns() -> None:
    rows = "EU S-Bahn I-ORG\nlobt O O\n\n"
    tagged = with_entities(read("conll", rows)[0], ("EU", "ORG"))
    assert redacted(tagged, "mask") == "██ S-Bahn I-ORG\nlobt O O\n\n"
    with pytest.raises(DataError, match="cannot hold '\\[a b\\]'"):
        redacted(with_entities(read("conll", rows)[0], ("EU", "a b")))


def test_a_tag_that_says_the_token_again_goes() -> None:
    rows = "S-Bahn\tS-Bahn\tB-ORG\nlobt\tloben\tO\n\n"
    tagged = with_entities(read("conll", rows)[0], ("S-Bahn", "ORG"))
    assert redacted(tagged) == "[ORG]\t_\tB-ORG\nlobt\tloben\tO\n\n"


def test_quoted_cells_keep_their_quotes() -> None:
    rows = '"Anna ""A"""\t"B-PER"\n"lebt"\t"O"\n\n'
    tagged = with_entities(read("conll", rows)[0], ('Anna "A"', "PER"))
    assert redacted(tagged) == '"[PER]"\t"B-PER"\n"lebt"\t"O"\n\n'
    assert before(pieces([tagged], "label")) == rows


def test_a_part_of_a_korean_token_and_its_particle() -> None:
    rows = "지수가\tB-PER\n서울로\tB-LOC\n갔다\tO\n\n"
    tagged = with_entities(read("conll", rows)[0], ("지수", "PER"), ("서울", "LOC"))
    assert redacted(tagged, "pseudonym") == "PER_1이\tB-PER\nLOC_1로\tB-LOC\n갔다\tO\n\n"
    assert before(pieces([tagged], "pseudonym")) == rows


UNIVERSAL = """# text = Er wohnt Zum Hirsch 10.
0.1\tHirsch\tHirsch\tNOUN\t_\t_\t_\t_\t2:conj\t_
1\tEr\ter\tPRON\t_\t_\t2\tnsubj\t_\t_
2\twohnt\twohnen\tVERB\t_\t_\t0\troot\t_\t_
3-4\tZum\t_\t_\t_\t_\t_\t_\t_\tNER=B-LOC
3\tzu\tzu\tADP\t_\t_\t5\tcase\t_\tGloss=to
4\tdem\tder\tDET\t_\t_\t5\tdet\t_\tGloss=the
5\tHirsch\tHirsch\tNOUN\t_\tCase=Dat\t2\tobl\t_\tGloss=stag
5.1\tHirsch\tHirsch\tNOUN\t_\t_\t_\t_\t2:conj\tCopyOf=5
6-7\t10\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No
6\tO\t99\tNUM\t_\t_\t5\tnummod\t_\t_
7\t12\tB-x\tNUM\t_\t_\t6\tdep\t_\t_
8\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\t_

"""


def test_the_words_of_a_token_that_is_a_name_go_with_it() -> None:
    (document,) = read("conll", UNIVERSAL)
    assert document.text == "Er wohnt Zum Hirsch 10."
    tagged = with_entities(document, ("Zum Hirsch 10", "LOC"))
    written = redacted(tagged)
    assert written == (
        "# text = _\n"
        "0.1\t_\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "1\tEr\ter\tPRON\t_\t_\t2\tnsubj\t_\t_\n"
        "2\twohnt\twohnen\tVERB\t_\t_\t0\troot\t_\t_\n"
        "3-4\t[LOC]\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "3\t_\t_\t_\t_\t_\t5\t_\t_\t_\n"
        "4\t_\t_\t_\t_\t_\t5\t_\t_\t_\n"
        "5\t[LOC]\t_\t_\t_\t_\t2\t_\t_\t_\n"
        "5.1\t_\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "6-7\t[LOC]\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "6\t_\t_\t_\t_\t_\t5\t_\t_\t_\n"
        "7\t_\t_\t_\t_\t_\t6\t_\t_\t_\n"
        "8\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\t_\n\n"
    )
    (again,) = read("conll", written)
    assert again.text == "Er wohnt [LOC] [LOC] [LOC] ."
    assert before(pieces([tagged], "pseudonym")) == UNIVERSAL
    assert redacted(with_entities(document)) == UNIVERSAL


def test_the_words_of_other_tokens_stay() -> None:
    (document,) = read("conll", UNIVERSAL)
    written = redacted(with_entities(document, ("Hirsch", "LOC"))).split("\n")
    given = UNIVERSAL.split("\n")
    changed = [i for i, line in enumerate(given) if written[i] != line]
    assert changed == [0, 1, 7, 8]
    assert "Hirsch" not in "".join(written)


def test_other_lines_that_say_the_text_again() -> None:
    rows = (
        "# translit = Anna wohnt\n#Text=Anna wohnt\n"
        "1-1\t0-4\tAnna\tB-PER\n1-1.1\t0-2\tAn\tO\n1-2\t5-10\twohnt\tO\n1-3\t10-11\t.\tO\n\n"
    )
    (document,) = read("conll", rows)
    tagged = with_entities(document, ("Anna", "PER"))
    assert redacted(tagged) == (
        "# translit = _\n#Text=_\n"
        "1-1\t_\t[PER]\tB-PER\n1-1.1\t_\t_\tO\n1-2\t5-10\twohnt\tO\n1-3\t10-11\t.\tO\n\n"
    )
    assert before(pieces([tagged], "label")) == rows


@given(universal_files(), st.data(), WAYS)
def test_rows_of_several_words_stay_rows(
    file: UniversalFile, data: st.DataObject, how: str
) -> None:
    documents = read_rows(file.text)
    tagged = []
    for one in documents:
        spans = [] if one.tokens is None else one.tokens.tolist()
        named = [span for span in spans if data.draw(st.booleans())]
        found = tuple(Entity(a, b, "PER", one.text[a:b], 1.0) for a, b in named if a < b)
        tagged.append(TaggedDocument(one, found, ()))
    told = pieces(tagged, how)
    assert before(told) == file.text
    written = "".join(one.new if isinstance(one, Change) else one for one in told)
    assert _shape(written) == _shape(file.text)


def _shape(text: str) -> list[tuple[str, int]]:
    """The id of every row, and how many columns it has."""
    return [(line.split("\t")[0], line.count("\t")) for line in text.split("\n") if line[:1] != "#"]


def test_lines_between_and_behind_sentences_stay() -> None:
    for comments in ("# a\n\n# b\n", "-DOCSTART- O\n\n"):
        document = ConllRows(tuple(comments.split("\n")[:-1]), ())
        tagged = TaggedDocument(Document("", conll=document, tokens=np.zeros((0, 2))), (), ())
        assert redacted(tagged) == comments


# What holds of any record

TEXT = st.text(st.sampled_from('ab AÄé\u0308"\\\n\t은는이가로서울1_😀PER'), max_size=40)
DOCUMENTS = st.lists(any_tagged(TEXT), max_size=4)


@given(DOCUMENTS, WAYS, st.booleans())
def test_all_comes_back_and_nothing_else_is_changed(
    documents: list[TaggedDocument], how: str, is_json: bool
) -> None:
    if is_json:
        documents = [_as_json(one) for one in documents]
    told = pieces(documents, how)
    if is_json:
        objects = [{"text": one.text, "n": None} for one in documents]
        lines = [json.dumps(one, ensure_ascii=False) for one in objects]
    else:
        lines = [one.text for one in documents]
    assert before(told) == "".join(f"{line}\n" for line in lines)
    changed = [one for one in told if isinstance(one, Change) and one.label]
    found = [one for document in documents for one in document.entities]
    assert [one.label for one in changed] == [one.label for one in found if one.text.strip()]
    if not is_json:
        assert [one.old for one in changed] == [one.text for one in found if one.text.strip()]
    if how == "pseudonym":
        assert all(one.new != one.old for one in changed)


def _as_json(tagged: TaggedDocument) -> TaggedDocument:
    document = Document(tagged.text, fields={"n": None}, members=("text", "n"))
    return TaggedDocument(document, tagged.entities, ())


@given(
    st.lists(st.text(st.sampled_from('abÄ"은_1'), min_size=1, max_size=4), min_size=1, max_size=6),
    st.data(),
    WAYS,
)
def test_rows_stay_rows(tokens: list[str], data: st.DataObject, how: str) -> None:
    rows = tuple(f"{token}\tX\tO" for token in tokens)
    edges = sorted(data.draw(st.sets(st.integers(0, len(tokens)), max_size=4)))
    spans = [(a, b, "PER") for a, b in zip(edges[::2], edges[1::2], strict=False)]
    tagged = tagged_tokens(tokens, spans, conll=ConllRows((), rows))
    told = pieces([tagged], how)
    assert before(told) == "".join(f"{row}\n" for row in rows) + "\n"
    written = "".join(one.new if isinstance(one, Change) else one for one in told)
    cells = [line.split("\t") for line in written.split("\n")[:-2]]
    named = {i for a, b, _ in spans for i in range(a, b)}
    assert [len(row) for row in cells] == [3] * len(tokens)
    assert [row[1:] for i, row in enumerate(cells) if i in named] == [["_", "O"]] * len(named)
    assert [row[0] for i, row in enumerate(cells) if i not in named] == [
        token for i, token in enumerate(tokens) if i not in named
    ]


def test_a_writer_without_memory_can_be_taken_over_from() -> None:
    def can_resume(**options: Any) -> bool:
        return hasattr(OUTPUT_FORMATS["redact"](WriterOptions(**options)), "restore")

    assert can_resume(redact_with="label")
    assert can_resume(redact_with="mask")
    assert not can_resume(redact_with="pseudonym")
    assert not can_resume(redact_with="mask", keep=lambda pieces: None)


def test_an_entity_of_blanks_is_nothing_to_replace() -> None:
    tagged = TaggedDocument(Document("a b"), (Entity(1, 2, "PER", " ", 1.0),), ())
    assert redacted(tagged) == "a b\n"


def test_tokens_of_another_name_and_text_within_a_field() -> None:
    line = '{"tokenized_text": ["Anna", "lebt"], "ner": [[0, 0, "PER"]]}\n'
    tagged = with_entities(read("jsonl", line)[0], ("Anna", "PER"))
    assert redacted(tagged) == line.replace("Anna", "[PER]")
    task = with_entities(read("jsonl", '{"data": {"text": "Anna"}}\n')[0], ("Anna", "PER"))
    with pytest.raises(DataError, match="text within another field cannot be redacted"):
        redacted(task)
