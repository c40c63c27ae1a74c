"""Corpora from one format and scheme to another and back."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from export.corpora.source import Source
from export.corpora.sources import Corpus, load_source
from export.corpora.tags import CORPUS_SCHEMES, write_row
from export.corpus_tools.conversion import CONVERTERS, left_out, write_documents
from tagcli.errors import DataError
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input
from tagcli.schemes import Span
from tests.support.reading import read
from tests.support.steps import steps
from tests.support.tagged import spans_of_units

if TYPE_CHECKING:
    from collections.abc import Sequence

Sentence = tuple[list[str], list[Span]]

# what a column can hold: no tab, no line end, no NUL, no surrogate, no blanks around it; a byte
# order mark may be the file's
TOKENS = (
    st.text(
        st.characters(exclude_characters="\t\n\ufeff\0", exclude_categories=["Cs"]),
        min_size=1,
        max_size=5,
    )
    .map(lambda token: token.strip(" "))
    .filter(bool)
)


@st.composite
def sentences(draw: st.DrawFn) -> Sentence:
    """Tokens and entities over their indices, some side by side."""
    tokens = draw(st.lists(TOKENS, min_size=1, max_size=8))
    return tokens, draw(spans_of_units(len(tokens)))


def _conll(corpus: Sequence[Sentence], scheme: str) -> str:
    blocks = []
    for tokens, spans in corpus:
        tags = write_row(spans, len(tokens), scheme)
        rows = zip(tokens, tags, strict=True)
        blocks.append("".join(f"{token}\t{tag}\n" for token, tag in rows) + "\n")
    return "".join(blocks)


def _load(text: str, name: str) -> Corpus:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text, encoding="utf-8", newline="\n")
        return load_source(Source(str(path)))


def _convert(text: str, name: str, to: str, scheme: str = "BIO") -> str:
    return "".join(CONVERTERS[to](_load(text, name), scheme))


def _entities(corpus: Corpus) -> list[Any]:
    return [(one.text, one.tokens, one.spans) for one in corpus.examples]


@settings(max_examples=60)
@given(st.lists(sentences(), min_size=1, max_size=4))
def test_conll_through_jsonl_is_the_same(corpus: list[Sentence]) -> None:
    text = _conll(corpus, "BIO")
    assert _convert(_convert(text, "a.conll", "jsonl"), "a.jsonl", "conll") == text


@pytest.mark.parametrize("before", CORPUS_SCHEMES)
@pytest.mark.parametrize("after", CORPUS_SCHEMES)
@settings(max_examples=20)
@given(corpus=st.lists(sentences(), min_size=1, max_size=4))
def test_schemes_keep_the_entities(before: str, after: str, corpus: list[Sentence]) -> None:
    text = _conll(corpus, before)
    converted = _convert(text, "a.conll", "conll", after)
    assert converted == _conll(corpus, after)
    assert _entities(_load(converted, "a.conll")) == _entities(_load(text, "a.conll"))


def _holds_text(sentence: Sentence) -> bool:
    """Whether brat can hold every entity of it."""
    tokens, spans = sentence
    return all(any(map(str.strip, tokens[start:end])) for start, end, _ in spans)


def _through_brat(corpus: Corpus, name: str) -> Corpus:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / name
        write_documents(corpus, place)
        return load_source(Source(str(place)))


@settings(max_examples=60)
@given(st.lists(sentences().filter(_holds_text), min_size=1, max_size=12))
def test_a_folder_of_brat_documents_is_the_same(corpus: list[Sentence]) -> None:
    """But for its tokens, and for blanks at the ends of an entity."""
    before = _load(_conll(corpus, "BIO"), "a.conll")
    expected = [
        (one.text, [(one.text[s:e].strip(), label) for s, e, label in one.spans])
        for one in before.examples
    ]
    after = _through_brat(before, "brat").examples
    assert expected == [(one.text, [(one.text[s:e], t) for s, e, t in one.spans]) for one in after]


@settings(max_examples=40)
@given(st.lists(sentences().filter(_holds_text), min_size=1, max_size=4))
def test_one_brat_document_has_the_examples_as_lines(corpus: list[Sentence]) -> None:
    before = _load(_conll(corpus, "BIO"), "a.conll").examples
    (after,) = _through_brat(_load(_conll(corpus, "BIO"), "a.conll"), "a.ann").examples
    assert after.text == "\n".join(one.text for one in before)
    names = [(one.text[s:e].strip(), label) for one in before for s, e, label in one.spans]
    assert [(after.text[s:e], label) for s, e, label in after.spans] == names


def _record(**fields: Any) -> str:
    return json.dumps({"entities": [], **fields}) + "\n"


def test_text_becomes_its_sentences() -> None:
    text = "Anna wohnt in Köln. Bert auch.\nCarl nicht."
    entities = [{"start": 14, "end": 18, "label": "LOC"}, {"start": 20, "end": 24, "label": "PER"}]
    converted = _convert(_record(text=text, entities=entities), "a.jsonl", "conll")
    found = [
        [row.split("\t") for row in block.split("\n")] for block in converted.strip().split("\n\n")
    ]
    assert [[token for token, _ in rows] for rows in found] == [
        ["Anna", "wohnt", "in", "Köln", "."],
        ["Bert", "auch", "."],
        ["Carl", "nicht", "."],
    ]
    assert found[0][3] == ["Köln", "B-LOC"]
    assert found[1][0] == ["Bert", "B-PER"]


def test_korean_is_cut_at_punctuation_and_at_entity_ends() -> None:
    text = "이순신은 태어났다.\nAnna lebt."
    record = _record(text=text, entities=[{"start": 0, "end": 3, "label": "PS"}])
    assert _convert(record, "a.jsonl", "conll") == (
        "# words = eojeols cut at punctuation and at entity ends\n"
        "이순신\tB-PS\n은\tO\n태어났다\tO\n.\tO\n\n"
        "Anna\tO\nlebt\tO\n.\tO\n\n"
    )


def test_no_sentence_ends_inside_an_entity() -> None:
    record = _record(text="Er las Wer? Was? Wo? Danach schlief er.", entities=[
        {"start": 7, "end": 20, "label": "MISC"}
    ])  # fmt: skip
    converted = _convert(record, "a.jsonl", "conll")
    assert converted.count("\n\n") == 2
    assert converted.count("B-MISC") == 1


def test_entities_that_touch_across_sentences_need_no_b_in_iob1() -> None:
    entities = [{"start": 0, "end": 4, "label": "A"}, {"start": 5, "end": 9, "label": "A"}]
    converted = _convert(_record(text="Eins\nZwei", entities=entities), "a.jsonl", "conll", "IOB1")
    assert converted == "Eins\tI-A\n\nZwei\tI-A\n\n"


def test_an_empty_token_has_its_row() -> None:
    record = _record(tokens=["Anna", "", "lebt"], entities=[])
    rows = _convert(record, "a.jsonl", "conll")
    assert rows == "Anna\tO\n\tO\nlebt\tO\n\n"
    assert json.loads(_convert(rows, "a.conll", "jsonl")) == json.loads(record)


@pytest.mark.parametrize(
    ("record", "problem"),
    [
        (_record(tokens=["a", "  "]), "cannot hold the token '  '"),
        (_record(tokens=["a\tb"]), "cannot hold the token"),
        (_record(text="a. b", entities=[{"start": 2, "end": 3, "label": "X"}]), "holds no word"),
        (_record(text="a b", entities=[{"start": 0, "end": 1, "label": "X Y"}]), "type 'X Y'"),
        (_record(text="a b", entities=[{"start": 0, "end": 1, "label": ""}]), "is no entity"),
        (
            _record(tokens=["Berliner", "Bär"], entities=[{"start": 0, "end": 6, "label": "X"}]),
            "'Berlin' begins or ends inside a token",
        ),
    ],
)
def test_what_conll_cannot_hold_is_an_error_with_its_line(record: str, problem: str) -> None:
    with pytest.raises(DataError, match=problem) as caught:
        _convert(_record(text="gut") + record, "a.jsonl", "conll")
    assert caught.value.line == 2


def test_what_brat_cannot_hold_is_an_error_with_its_line(tmp_path: Path) -> None:
    bad = _record(text="a b", entities=[{"start": 0, "end": 1, "label": "X Y"}])
    corpus = _load(_record(text="gut") + bad, "a.jsonl")
    with pytest.raises(DataError, match="the entity 'a' has the type 'X Y': brat") as caught:
        write_documents(corpus, tmp_path / "brat")
    assert caught.value.line == 2
    assert not (tmp_path / "brat").exists()


def test_an_entity_of_a_brat_folder_that_conll_cannot_hold_names_its_file(tmp_path: Path) -> None:
    for name, ann in (("a", ""), ("b", "T1\tX 0 4\tKöln\nT2\tY 2 4\tln\n")):
        (tmp_path / f"{name}.txt").write_text("Köln", encoding="utf-8")
        (tmp_path / f"{name}.ann").write_text(ann, encoding="utf-8")
    corpus = load_source(Source(str(tmp_path)))
    with pytest.raises(DataError, match=r"/b\.ann: the entity 'ln' overlaps another: CoNLL"):
        list(CONVERTERS["conll"](corpus, "BIO"))


def test_what_is_left_out_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    entity = {"start": 0, "end": 1, "label": "X", "text": "a", "score": 0.5}
    records = [_record(text="a", id=1), _record(text=""), _record(tokens=["a"], entities=[entity])]
    path.write_text("".join(records))
    documents = list(read_documents(Input(str(path)), None, ReaderOptions()))
    fields = ["field id", "field entities.score"]
    assert left_out(documents, "jsonl") == ["1 empty record", *fields]
    assert left_out(documents, "brat") == ["the ends of tokens", *fields]


def test_sentences_of_tokens_are_as_given() -> None:
    assert _entities(_load(_record(tokens=["Ja.", "Nein."]), "a.jsonl")) == [
        ("Ja. Nein.", ((0, 3), (4, 9)), ())
    ]
    assert _convert(_record(tokens=["Ja.", "Nein."]), "a.jsonl", "conll") == "Ja.\tO\nNein.\tO\n\n"


@pytest.mark.parametrize("line", ["Rom und Bern liegen da. ", "김민지는 서울에 산다. "])
def test_the_work_for_a_line_grows_with_its_length(tmp_path: Path, line: str) -> None:
    def work(count: int) -> int:
        entities = [
            {"start": i * len(line), "end": i * len(line) + 3, "label": "X"} for i in range(count)
        ]
        path = tmp_path / f"{count}.jsonl"
        path.write_text(json.dumps({"text": line * count, "entities": entities}) + "\n")
        corpus = load_source(Source(str(path), "train"))
        return steps(lambda: list(CONVERTERS["conll"](corpus, "BIO")))

    work(10)  # what is done once
    assert work(400) < 4.5 * work(100)


UNIVERSAL = (
    "# text = Zum See.\n"
    "1-2\tZum\t_\t_\t_\t_\t_\t_\t_\t_\n1\tzu\t_\t_\t_\t_\t0\t_\t_\t_\n2\tdem\t_\t_\t_\t_\t0\t_\t_\t_\n"
    "2.1\tx\t_\t_\t_\t_\t_\t_\t_\t_\n3\tSee\t_\t_\t_\t_\t0\t_\t_\tNER=B-LOC\n"
    "4\t.\t_\t_\t_\t_\t0\t_\t_\t_\n\n"
)


def test_tokens_without_blanks_between_are_counted_with_them() -> None:
    assert _entities(_load(UNIVERSAL, "a.conllu")) == [
        ("Zum See.", ((0, 3), (4, 7), (7, 8)), ((4, 7, "LOC"),))
    ]
    record = json.loads(_convert(UNIVERSAL, "a.conllu", "jsonl"))
    assert record == {
        "tokens": ["Zum", "See", "."],
        "entities": [{"start": 4, "end": 7, "label": "LOC"}],
    }
    assert _convert(UNIVERSAL, "a.conllu", "conll") == "Zum\tO\nSee\tB-LOC\n.\tO\n\n"


def test_words_and_empty_nodes_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.conllu").write_text(UNIVERSAL, encoding="utf-8")
    documents = list(read_documents(Input(tmp_path / "a.conllu"), None, ReaderOptions()))
    assert left_out(documents, "conll") == [
        "1 comment", "2 syntactic words", "1 empty node", "7 middle columns",
    ]  # fmt: skip


def test_of_a_task_the_other_data_are_left_out() -> None:
    task = {"data": {"text": "Ulm", "url": "x"}, "annotations": [], "id": 1}
    (document,) = read("jsonl", json.dumps(task))
    assert left_out([document], "conll") == ["field id", "field data.url"]
