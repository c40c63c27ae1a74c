"""Gold as the tools that people annotate with export it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.corpora.json_gold import marked
from export.corpora.source import Source
from export.corpora.sources import Corpus, load_source
from tagcli.errors import DataError
from tagcli.records import Document

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Anna Berger lives."
PERSON = (0, 11, "PER")

Read = Callable[..., Corpus]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Reads objects as a JSONL file; notes go to the list `told`, if one is given."""

    def corpus(*records: dict[str, Any], told: list[str] | None = None) -> Corpus:
        path = tmp_path / "a.jsonl"
        path.write_text("".join(json.dumps(one) + "\n" for one in records), encoding="utf-8")
        return load_source(Source(str(path)), None, [].append if told is None else told.append)

    return corpus


@pytest.mark.parametrize(
    "fields",
    [
        {"entities": [{"start": 0, "end": 11, "label": "PER"}]},
        {"entities": [{"start": 0, "end": 11, "label": "PER", "text": "Anna Berger"}]},
        {"entities": [[0, 11, "PER"]]},
        {"id": 1, "label": [[0, 11, "PER"]]},  # doccano
        {"id": 1, "labels": [[0, 11, "PER"]], "Comments": []},
        {"entities": [{"id": 4, "label": "PER", "start_offset": 0, "end_offset": 11}]},
        {"spans": [{"start": 0, "end": 11, "label": "PER"}], "answer": "accept"},  # Prodigy
        {"spans": [{"start": 0, "end": 11, "label": "PER", "token_start": 0, "token_end": 1}],
         "tokens": [{"text": "Anna", "start": 0, "end": 4, "id": 0}]},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_marked_in_a_text(read: Read, fields: dict[str, Any]) -> None:
    (one,) = read({"text": TEXT, **fields}).examples
    assert (one.text, one.spans, one.tokens) == (TEXT, (PERSON,), None)


@pytest.mark.parametrize(
    ("field", "tags"),
    [
        ("ner_tags", ["B-PER", "I-PER", "O"]),
        ("tags", ["PER-B", "PER-I", "O"]),
        ("labels", ["PER", "PER", "O"]),
        ("ner_tags", ["B-PER", "L-PER", "O"]),
    ],
)
def test_tags_beside_tokens(read: Read, field: str, tags: list[str]) -> None:
    corpus = read({"tokens": ["Anna", "Berger", "lives"], field: tags})
    (one,) = corpus.examples
    assert (one.text, one.spans) == ("Anna Berger lives", (PERSON,))
    assert one.tokens == ((0, 4), (5, 11), (12, 17))
    assert corpus.scheme is not None


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"tags": ["O"]}, "2 tokens, but 1 tags"),
        ({"ner_tags": [1, 2]}, "ner_tags has 1, no name of a tag; disk:PATH knows the names"),
        ({"tags": ["O", "B-"]}, "token 2: 'B-' is no tag"),
    ],
)
def test_tags_that_cannot_be(read: Read, fields: dict[str, Any], problem: str) -> None:
    with pytest.raises(DataError, match=f":2: {problem}"):
        read({"tokens": ["a"], "tags": ["O"]}, {"tokens": ["Anna", "Berger"], **fields})


def test_what_nobody_has_annotated_is_left_out_and_counted(read: Read) -> None:
    told: list[str] = []
    spans = [{"start": 0, "end": 11, "label": "PER"}]
    rejected = [{"text": "No.", "spans": spans, "answer": one} for one in ("reject", "ignore")]
    corpus = read(*rejected, {"text": TEXT, "spans": spans, "answer": "accept"}, told=told)
    assert [one.line for one in corpus.examples] == [3]
    assert [one.partition(": ")[2] for one in told] == [
        "records that nobody has annotated, left out: 2"
    ]


def test_marks_of_no_length_are_left_out_and_counted(read: Read) -> None:
    told: list[str] = []
    corpus = read({"text": TEXT, "entities": [[4, 4, "GAP"], [0, 11, "PER"]]}, told=told)
    assert corpus.examples[0].spans == (PERSON,)
    assert told[0].endswith("entities of no length, left out: 1")


@pytest.mark.parametrize(
    ("encoding", "width", "hint"),
    [
        ("utf-16-le", 2, "; the offsets count UTF-16 units, not code points"),
        ("utf-8", 1, "; the offsets count bytes of UTF-8, not code points"),
    ],
)
def test_offsets_in_other_units_are_an_error_that_says_so(
    read: Read, encoding: str, width: int, hint: str
) -> None:
    text = "😀 Änne Berger lives in Kassel."

    def entity(name: str) -> dict[str, Any]:
        start = len(text[: text.index(name)].encode(encoding)) // width
        end = start + len(name.encode(encoding)) // width
        return {"start": start, "end": end, "label": "PER", "text": name}

    with pytest.raises(DataError, match=":1: PER is 'Änne Berger', but at ") as caught:
        read({"text": text, "entities": [entity("Änne Berger"), entity("Kassel")]})
    assert str(caught.value).endswith(hint)


def test_an_entity_that_says_another_text_is_an_error_without_a_hint(read: Read) -> None:
    entity = {"start": 0, "end": 4, "label": "PER", "text": "Bert"}
    with pytest.raises(DataError) as caught:
        read({"text": TEXT, "entities": [entity]})
    problem = "PER is 'Bert', but at 0 to 4 the text has 'Anna'"
    assert str(caught.value).endswith(f":1: {problem}")


def test_blanks_may_be_written_otherwise(read: Read) -> None:
    entity = {"start": 0, "end": 11, "label": "PER", "text": "Anna Berger"}
    (one,) = read({"text": "Anna\nBerger lives.", "entities": [entity]}).examples
    assert one.spans == (PERSON,)


@given(st.text(st.sampled_from("aä😀 é\n가"), min_size=1, max_size=12), st.data())
def test_an_entity_that_says_its_own_text_is_read(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    entity = {"start": start, "end": end, "label": "X", "text": text[start:end]}
    found = marked(Document(text, fields={"entities": [entity]}))
    assert found is not None
    assert found.spans == [(start, end, "X")]


def test_tokens_and_spans_of_gliner(read: Read) -> None:
    record = {"tokenized_text": ["Anna", "Berger", "lives"], "ner": [[0, 1, "person"]]}
    (one,) = read(record).examples
    assert (one.text, one.spans) == ("Anna Berger lives", ((0, 11, "person"),))
    assert one.tokens == ((0, 4), (5, 11), (12, 17))


@pytest.mark.parametrize("mark", [[0, 3, "x"], [1, 0, "x"], [0, "x"], [0, 1, 2]])
def test_spans_of_gliner_that_cannot_be(read: Read, mark: list[object]) -> None:
    with pytest.raises(DataError, match=r":1: .* is no entity of this text"):
        read({"tokenized_text": ["Anna", "Berger", "lives"], "ner": [mark]})


def _task(*results: dict[str, Any], **more: Any) -> dict[str, Any]:
    annotation = {"id": 1, "result": list(results), **more}
    return {"id": 3, "data": {"text": TEXT}, "annotations": [annotation]}


def test_tasks_of_label_studio(read: Read) -> None:
    value = {"start": 0, "end": 11, "text": "Anna Berger", "labels": ["PER"]}
    choice = {"value": {"choices": ["news"]}, "type": "choices"}
    told: list[str] = []
    corpus = read(
        _task({"value": value, "type": "labels"}, choice),
        _task({"value": value}, was_cancelled=True),
        {"id": 4, "data": {"text": "Nothing."}, "annotations": []},
        told=told,
    )
    assert [(one.text, one.spans) for one in corpus.examples] == [(TEXT, (PERSON,))]
    assert told[0].endswith("records that nobody has annotated, left out: 2")


def test_characters_as_tokens_are_the_text(read: Read) -> None:
    """Offsets beside tokens count a blank between any two."""
    tokens = list("이순신은 서울에서 살았다.")
    entities = [{"start": 0, "end": 5, "label": "PER"}, {"start": 10, "end": 13, "label": "LOC"}]
    (one,) = read({"tokens": tokens, "entities": entities}).examples
    assert (one.text, one.tokens) == ("이순신은 서울에서 살았다.", None)
    found = [(one.text[start:end], label) for start, end, label in one.spans]
    assert found == [("이순신", "PER"), ("서울", "LOC")]


def test_what_an_object_has_in_place_of_gold_is_said(read: Read) -> None:
    with pytest.raises(DataError) as caught:
        read({"text": TEXT, "id": 3, "mentions": []})
    assert str(caught.value).endswith(
        "no gold: no 'entities' with start, end and label; it has id, mentions"
    )


@pytest.mark.parametrize(("unit", "start", "end"), [("utf16", 6, 10), ("bytes", 8, 13)])
def test_offsets_are_in_the_unit_that_a_record_says(
    read: Read, unit: str, start: int, end: int
) -> None:
    entity = {"start": start, "end": end, "label": "LOC"}
    (one,) = read({"text": "😀 in Köln", "offsets": unit, "entities": [entity]}).examples
    assert one.spans == ((5, 9, "LOC"),)


@pytest.mark.parametrize("written", [{"text": "Köln"}, {}])
@pytest.mark.parametrize("start", [5, 6])
def test_label_studio_counts_utf_16_units_if_not_code_points(
    read: Read, start: int, written: dict[str, str]
) -> None:
    value = {"start": start, "end": start + 4, "labels": ["LOC"], **written}
    task = {"data": {"text": "😀 in Köln"}, "annotations": [{"result": [{"value": value}]}]}
    expected = 5 if start == 6 or written else 4  # what its front end counts, unless told
    (one,) = read(task).examples
    assert one.spans == ((expected, expected + 4, "LOC"),)


def test_label_studio_with_a_text_that_is_nowhere_is_an_error(read: Read) -> None:
    value = {"start": 6, "end": 10, "labels": ["LOC"], "text": "Bern"}
    task = {"data": {"text": "😀 in Köln"}, "annotations": [{"result": [{"value": value}]}]}
    with pytest.raises(DataError, match=r"a\.jsonl:1: LOC is 'Bern', but at 5 to 9 the text has"):
        read(task)


def test_numbers_have_the_names_that_the_datasets_library_writes_beside_them(
    tmp_path: Path,
) -> None:
    datasets = pytest.importorskip("datasets")
    tags = datasets.List(datasets.ClassLabel(names=["O", "B-PER", "I-PER"]))
    features = datasets.Features({"tokens": datasets.List(datasets.Value("string")), "tags": tags})
    rows = {"tokens": [["Anna", "Berger", "lives"]], "tags": [[1, 2, 0]]}
    dataset = datasets.Dataset.from_dict(rows, features=features)
    path = tmp_path / "a.jsonl"
    dataset.to_json(str(path))
    with pytest.raises(DataError, match=r"tags has 1, no name of a tag; .*dataset_info\.json"):
        load_source(Source(str(path)))
    dataset.info.write_to_directory(str(tmp_path))
    (one,) = load_source(Source(str(path))).examples
    assert one.spans == (PERSON,)


def test_offsets_that_cut_words_and_fit_in_other_units_are_an_error(read: Read) -> None:
    """doccano's triples say no text."""
    with pytest.raises(DataError, match="the entities cut words; their offsets count UTF-16 units"):
        read({"text": "😀 Anna lives.", "label": [[3, 7, "PER"]]})
    (one,) = read({"text": "😀 Anna lives.", "label": [[2, 6, "PER"]]}).examples
    assert one.spans == ((2, 6, "PER"),)


def test_a_unit_that_a_record_says_is_not_doubted(read: Read) -> None:
    record = {"text": "😀 eYahoo!", "entities": [[4, 10, "ORG"]], "offsets": "utf16"}
    told: list[str] = []
    (one,) = read(record, told=told).examples
    assert one.spans == ((3, 9, "ORG"),)
    assert told[0].endswith("entities that begin or end inside a word: 1")


def test_entities_inside_words_are_counted(read: Read) -> None:
    told: list[str] = []
    read({"text": "Kasseler Bank", "entities": [[0, 6, "LOC"], [9, 13, "ORG"]]}, told=told)
    assert told[0].endswith("entities that begin or end inside a word: 1")
    told.clear()
    read({"text": "서울에서 산다", "entities": [[0, 2, "LOC"]]}, told=told)
    assert told == []


@pytest.mark.parametrize("name", ["word", "surface", "form", "mention"])
def test_what_an_entity_says_under_other_names_is_compared(read: Read, name: str) -> None:
    with pytest.raises(DataError, match="PER is 'Bert'"):
        read({"text": TEXT, "entities": [{"start": 0, "end": 4, "label": "PER", name: "Bert"}]})


def test_what_prodigy_accepts_without_a_mark_has_none(read: Read) -> None:
    for fields in ({"spans": None}, {}):
        (one,) = read({"text": TEXT, "answer": "accept", **fields}).examples
        assert one.spans == ()


def test_text_beside_tokens_and_tags(read: Read) -> None:
    record = {"text": "Anna Berger lives.", "tokens": ["Anna", "Berger", "lives", "."]}
    (one,) = read({**record, "ner_tags": ["B-PER", "I-PER", "O", "O"]}).examples
    assert (one.text, one.spans) == (TEXT, (PERSON,))
    assert one.tokens == ((0, 4), (5, 11), (12, 17), (17, 18))


def test_records_of_several_kinds_keep_their_order(read: Read) -> None:
    tagged = {"tokens": ["Anna"], "ner_tags": ["B-PER"]}
    marked = {"text": "Bert", "entities": [[0, 4, "PER"]]}
    found = read(tagged, marked, tagged).examples
    assert [(one.text, one.line) for one in found] == [("Anna", 1), ("Bert", 2), ("Anna", 3)]
