from __future__ import annotations

import json
import re
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tagcli
from tagcli import Document, TaggedDocument, Tagger, UsageError, load
from tagcli.inference import batching
from tagcli.inference.encoding import Encoder
from tagcli.models.config import CONFIG
from tagcli.models.directory import TOKENIZER
from tagcli.readers.base import token_offsets
from tagcli.tagger import TagOptions
from tagcli.writers.conll import token_tags
from tests.support.sure_tagger import SCHEMES, WORDS, sure_tagger
from tests.support.tiny_models import (
    MAX_POSITIONS,
    NERTAG_OBJECT,
    SENTENCES,
    SHAPES,
    ModelMaker,
    TaggerMaker,
    all_sentences,
    edit_json,
)
from tests.support.written import written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

quick = settings(max_examples=60)
every_shape = pytest.mark.parametrize("shape", [*SHAPES, "nertag"])
CLOSE = 1e-3

lines = st.sampled_from(
    ["", " ", "\t", "\u200b", *all_sentences(), *(s.upper() for s in SENTENCES["fr"]), "서울 " * 90]
) | st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
tokens = st.lists(
    st.sampled_from(
        [" ".join(all_sentences()).split(), ["", " ", "\u200b", "\u0301", "a b"]]
    ).flatmap(st.sampled_from),
    max_size=30,
)


def encoder_of(tagger: Tagger) -> Encoder:
    return Encoder(tagger.model.folder / TOKENIZER)


def spans(tagged: TaggedDocument) -> list[Any]:
    return [(e.start, e.end, e.label) for e in tagged.entities]


def assert_same(one: TaggedDocument, other: TaggedDocument) -> None:
    assert one.text == other.text
    assert spans(one) == spans(other)
    assert [e.score for e in one.entities] == pytest.approx(
        [e.score for e in other.entities], abs=CLOSE
    )


def tokenised(words: list[str], **more: Any) -> Document:
    return Document(" ".join(words), tokens=token_offsets(words), **more)


# Order, and nothing lost


@pytest.mark.parametrize("shape", ["xlmr", "nertag", "klue"])
@quick
@given(texts=st.lists(lines, max_size=25))
def test_as_many_texts_come_out_in_their_order(
    tiny_tagger: TaggerMaker, shape: str, texts: list[str]
) -> None:
    tagged = list(tiny_tagger(shape).stream(texts))
    assert [document.text for document in tagged] == texts
    assert [document.document.line for document in tagged] == list(range(1, len(texts) + 1))


@pytest.mark.parametrize("shape", ["xlmr", "nertag"])
@quick
@given(text=lines)
def test_every_character_that_is_no_blank_is_in_a_word(
    tiny_tagger: TaggerMaker, shape: str, text: str
) -> None:
    tagged = tiny_tagger(shape).tag(text)
    covered = set()
    at = 0
    for sentence in tagged.sentences:
        assert at <= sentence.start < sentence.end <= len(text)
        at = sentence.end
        for start, end in sentence.words.tolist():
            assert sentence.start <= start < end <= sentence.end
            covered |= set(range(start, end))
    assert {i for i, char in enumerate(text) if not char.isspace()} <= covered


# Marks that compose, or are put in order, over the end of a word, a cell or a line
COMPOSING = [
    *"a \n\t-.é가&_¹\u2028\u00a0\u2126\ufb1d\u2011\u1100\u1161\u11a8",
    *"\u0301\u0323\u0344\u0338\u0f73\u0f71\u09c7\u09be",
    "\u0915\u093c", "-\n", "Anna ", "서울에서 ", "&nbsp;", "www.a.kr",
    "Berger wohnt in der Stadt, in der auch ihre Mutter schon seit langem lebt\n",
]  # fmt: skip


@pytest.mark.parametrize("shape", ["xlmr", "klue"])
@pytest.mark.parametrize("paragraphs", ["lines", "wrapped"])
@quick
@given(text=st.lists(st.sampled_from(COMPOSING), max_size=14).map("".join))
def test_sentences_and_words_part_the_text_in_order(
    tiny_tagger: TaggerMaker, shape: str, paragraphs: str, text: str
) -> None:
    """None overlap, none are empty or have blanks at their ends, and no character is left out; and
    what conll shows is the text."""
    tagged = tiny_tagger(shape, paragraphs=paragraphs).tag(text)
    at = 0
    for sentence in tagged.sentences:
        assert sentence.start >= at
        assert not text[at : sentence.start].strip()
        at = sentence.start
        for start, end in sentence.words.tolist():
            assert at <= start < end <= sentence.end
            assert not text[at:start].strip()
            assert text[start:end] == text[start:end].strip()
            at = end
        assert not text[at : sentence.end].strip()
        at = sentence.end
    assert not text[at:].strip()
    rows = [line.partition("\t") for line in written("conll", tagged).split("\n")]
    shown = "".join("".join(token.split()) for token, tab, _ in rows if tab)
    if paragraphs == "lines":
        assert shown == "".join(text.split())
    else:  # without the hyphens that divide words over lines
        assert shown.replace("-", "") == "".join(text.split()).replace("-", "")


@pytest.mark.parametrize("shape", ["xlmr", "nertag", "bert"])
@quick
@given(documents=st.lists(tokens, max_size=6), lang=st.sampled_from(["auto", "ko", "de"]))
def test_every_given_token_comes_out(
    tiny_tagger: TaggerMaker, shape: str, documents: list[list[str]], lang: str
) -> None:
    tagger = tiny_tagger(shape, lang=lang)
    results = list(tagger.run(tokenised(words) for words in documents))
    tagged = [result for result in results if result is not None]
    assert len(tagged) == len(documents)
    for words, document in zip(documents, tagged, strict=True):
        assert document.text == " ".join(words)
        out = [document.text[a:b] for s in document.sentences for a, b in s.words.tolist()]
        assert out == words
        at = 0
        for entity in document.entities:
            assert entity.start_token is not None
            assert entity.end_token is not None
            assert at <= entity.start_token < entity.end_token <= len(words)
            covered = " ".join(words[entity.start_token : entity.end_token])
            assert entity.text in covered
            at = entity.end_token if shape != "nertag" else entity.start_token
        offsets = token_offsets(words).tolist()
        assert len(token_tags(offsets, document.entities)) == len(words)


def test_entities_of_given_tokens_are_whole_tokens(tiny_tagger: TaggerMaker) -> None:
    tagger = tiny_tagger("klue", lang="ko")
    words = " ".join(SENTENCES["ko"]).split()
    (tagged, _) = list(tagger.run([tokenised(words)]))
    assert tagged.entities
    for entity in tagged.entities:
        assert entity.text == " ".join(words[entity.start_token : entity.end_token])


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_korean_by_the_parts_of_eojeols(
    model_copy: Callable[[str], Path], form: Literal["NFC", "NFD"]
) -> None:
    """Words are parts, labels stand on their pieces, and offsets are those of the text."""
    folder = model_copy("klue")
    own = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("nertag", {})
    edit_json(folder / "config.json", nertag=own | {"units": {"ko": "parts"}})
    tagger = tagcli.load(str(folder), device="cpu", threads=1, lang="ko")
    text = unicodedata.normalize(form, "‘이순신’은 서울에서 태어났다.")
    tagged = tagger.tag(text)
    (sentence,) = tagged.sentences
    found = [text[start:end] for start, end in sentence.words.tolist()]
    expected = ["‘", "이순신", "’", "은", "서울", "에서", "태어났다", "."]
    assert found == [unicodedata.normalize(form, part) for part in expected]
    assert tagged.entities
    for entity in tagged.entities:
        assert entity.text == text[entity.start : entity.end] == entity.text.strip()
    given = tokenised([unicodedata.normalize(form, word) for word in ("이순신은", "서울에서")])
    (by_token, _) = list(tagger.run([given]))
    assert by_token.sentences[0].words.tolist() == given.tokens.tolist()


def test_characters_are_made_words_of(tiny_tagger: TaggerMaker) -> None:
    tagger = tiny_tagger("nertag")
    text = "이순신은 서울에서 산다."
    characters = Document(text, tokens=token_offsets(list(text), gap=0), by_character=True)
    by_character, whole = list(tagger.run([characters, Document(text)]))[:2]
    assert by_character is not None
    assert whole is not None
    assert by_character.sentences == whole.sentences
    assert spans(by_character) == spans(whole)
    for entity in by_character.entities:
        assert (entity.start_token, entity.end_token) == (entity.start, entity.end)


def test_idle_brings_out_what_came_before(tiny_tagger: TaggerMaker) -> None:
    tagger = tiny_tagger("xlmr")
    out: list[str | None] = []

    def documents() -> Iterator[Document | None]:
        for text in ("Berlin", "", "Paris liegt dort."):
            yield Document(text)
            yield None
            assert [text for text in out if text is not None][-1:] == [text]

    for result in tagger.run(documents()):
        out.append(None if result is None else result.text)
    assert [text for text in out if text is not None] == ["Berlin", "", "Paris liegt dort."]


def test_an_error_comes_after_what_was_before_it(tiny_tagger: TaggerMaker) -> None:
    def documents() -> Iterator[Document]:
        for sentence in SENTENCES["de"]:
            yield Document(sentence)
        raise tagcli.DataError("x.jsonl", 5, "broken JSON")

    out = []
    with pytest.raises(tagcli.DataError, match=r"x\.jsonl:5: broken JSON"):  # noqa: PT012
        for result in tiny_tagger("xlmr").run(documents()):
            if result is not None:
                out.append(result.text)
    assert out == list(SENTENCES["de"])


# Labels do not depend on company


@every_shape
def test_a_text_alone_is_the_text_among_others(tiny_tagger: TaggerMaker, shape: str) -> None:
    tagger = tiny_tagger(shape)
    texts = [*all_sentences(), "", "Rom", " ".join(all_sentences()), "서울", *all_sentences()[::-1]]
    among = list(tagger.stream(texts))
    for text, tagged in zip(texts, among, strict=True):
        assert_same(tagged, tagger.tag(text))
    assert sum(len(tagged.entities) for tagged in among) > 20


def test_threads_may_share_a_tagger(tiny_tagger: TaggerMaker) -> None:
    tagger = tiny_tagger("nertag")
    texts = [*all_sentences(), " ".join(all_sentences())] * 4
    with ThreadPoolExecutor(4) as pool:
        at_once = list(pool.map(tagger.tag, texts))
    for text, tagged in zip(texts, at_once, strict=True):
        assert_same(tagged, tagger.tag(text))


@every_shape
@pytest.mark.parametrize("batch_tokens", [1, 40, 5000])
def test_batches_do_not_matter(tiny_tagger: TaggerMaker, shape: str, batch_tokens: int) -> None:
    tagger = tiny_tagger(shape)

    class OtherBatches:
        name, device, workers = "onnx", "cpu", 2
        run = staticmethod(tagger.backend.run)

        def __init__(self) -> None:
            self.batch_tokens = batch_tokens

    other = Tagger(tagger.model, encoder_of(tagger), OtherBatches(), TagOptions())
    texts = [*all_sentences(), " ".join(all_sentences())]
    for one, two in zip(tagger.stream(texts), other.stream(texts), strict=True):
        assert_same(one, two)


@every_shape
@pytest.mark.parametrize("overlap", [0, 5, 1000])
def test_a_sentence_that_fits_does_not_depend_on_the_overlap(
    tiny_tagger: TaggerMaker, shape: str, overlap: int
) -> None:
    usual, other = tiny_tagger(shape), tiny_tagger(shape, overlap=overlap)
    fitting = [s for s in all_sentences() if len(s) < MAX_POSITIONS - 4]
    assert len(fitting) > 5
    for sentence in fitting:
        assert_same(usual.tag(sentence), other.tag(sentence))


def test_sentences_of_a_text_do_not_see_each_other(tiny_tagger: TaggerMaker) -> None:
    tagger = tiny_tagger("roberta")
    first, second = SENTENCES["en"][0], SENTENCES["en"][2]
    both = tagger.tag(f"{first}\n{second}")
    shift = len(first) + 1
    expected = [
        *spans(tagger.tag(first)),
        *((a + shift, b + shift, label) for a, b, label in spans(tagger.tag(second))),
    ]
    assert spans(both) == expected


# Windows


class Counting:
    """A backend that labels pieces by their ids and keeps the rows it was given."""

    name, device, workers, batch_tokens = "fake", "cpu", 1, 300

    def __init__(self, labels: dict[int, int], count: int) -> None:
        self.labels = labels
        self.count = count
        self.rows: list[list[int]] = []

    def run(self, ids: Any, mask: Any) -> Any:
        for row, used in zip(ids, mask, strict=True):
            self.rows.append(row[: used.sum()].tolist())
        logits = np.zeros((*ids.shape, self.count), np.float32)
        for (row, column), index in np.ndenumerate(ids):
            logits[row, column, self.labels.get(int(index), 0)] = 12.0
        return logits


def labelling(tagger: Tagger, labels: dict[str, int], **options: Any) -> tuple[Tagger, Counting]:
    """The tagger with a backend that gives words' pieces these labels, and O to the rest."""
    by_id = {}
    for word, label in labels.items():
        pieces = encoder_of(tagger).encode(word, np.array([[0, len(word)]], np.int32))
        by_id[int(pieces.ids[0])] = label
    backend = Counting(by_id, len(tagger.model.tag_set.labels))
    return Tagger(tagger.model, encoder_of(tagger), backend, TagOptions(**options)), backend


class Sociable:
    """A backend whose labels depend on what else is in the batch."""

    name, device, workers, batch_tokens = "fake", "cpu", 1, 60

    def __init__(self, count: int) -> None:
        self.count = count
        self.batches = 0

    def run(self, ids: Any, mask: Any) -> Any:
        self.batches += 1
        mixed = ids[:, :, None] * 7 + ids.sum() + np.arange(self.count) * 11
        return (mixed % 13).astype(np.float32)


@pytest.mark.parametrize("done", [0, 1, 7, 30, 41, 42, 50])
def test_what_is_done_is_not_run_again_but_keeps_company(
    tiny_tagger: TaggerMaker, monkeypatch: pytest.MonkeyPatch, done: int
) -> None:
    monkeypatch.setattr(batching, "FIRST_BUFFER_TOKENS", 20)
    monkeypatch.setattr(batching, "BUFFER_TOKENS", 150)
    tiny = tiny_tagger("xlmr")
    texts = [*all_sentences(), " ".join(all_sentences()), "", *all_sentences()]
    assert len(texts) == 42

    def run(done: int, texts: list[str]) -> tuple[list[tuple[str, Any]], int]:
        backend = Sociable(len(tiny.model.tag_set.labels))
        tagger = Tagger(tiny.model, encoder_of(tiny), backend, TagOptions())
        results = tagger.run(map(Document, texts), done)
        found = [(result.text, result.entities) for result in results if result is not None]
        return found, backend.batches

    (whole, all_batches), (rest, batches) = run(0, texts), run(done, texts)
    assert rest == whole[done:]
    assert (batches == all_batches) == (done == 0)
    assert (batches == 0) == (done >= 42)
    assert run(0, texts[7:])[0] != whole[7:]


@pytest.mark.parametrize("overlap", [0, 1, 10, 64, 500])
def test_windows_lose_and_double_nothing(tiny_tagger: TaggerMaker, overlap: int) -> None:
    tagger, backend = labelling(
        tiny_tagger("xlmr"), {"Berlin": 5, "Paris": 1}, overlap_tokens=overlap, language="de"
    )
    words = [["der", "Berlin", "und", "die"], ["und", "Paris", "der", "lacht"]] * 60
    text = " ".join(word for four in words for word in four)
    entities = tagger.tag(text).entities
    assert [(e.text, e.label) for e in entities] == [("Berlin", "LOC"), ("Paris", "PER")] * 60
    assert len(backend.rows) > 8
    special = encoder_of(tagger)
    for row in backend.rows:
        assert len(row) <= tagger.model.limit == MAX_POSITIONS - 2
        assert row[0] == special.prefix_ids[0]
        assert row[-1] == special.suffix_ids[0]


def test_entities_go_on_from_window_to_window(tiny_tagger: TaggerMaker) -> None:
    tagger, backend = labelling(
        tiny_tagger("xlmr"), {"Berlin": 5, "und": 6}, overlap_tokens=8, language="de"
    )
    text = "Berlin" + " und" * 200
    (entity,) = tagger.tag(text).entities
    assert (entity.text, entity.label) == (text, "LOC")
    assert entity.score == pytest.approx(1, abs=1e-3)
    assert len(backend.rows) > 3


@every_shape
def test_a_text_of_many_windows_runs_on_every_shape(tiny_tagger: TaggerMaker, shape: str) -> None:
    tagger = tiny_tagger(shape)
    words = re.sub("[.?!]", "", " ".join(all_sentences())).split() * 6
    tagged = tagger.tag(" ".join(words))
    (sentence,) = tagged.sentences
    assert (sentence.start, sentence.end) == (0, len(tagged.text))
    thirds = {3 * entity.start // len(tagged.text) for entity in tagged.entities}
    assert thirds == {0, 1, 2}, "entities in every part of it"


@every_shape
def test_a_word_longer_than_a_window(tiny_tagger: TaggerMaker, shape: str) -> None:
    tagger = tiny_tagger(shape)
    text = f"Paris {'Donaudampfschifffahrt' * 80} und 서울{'에서' * 300} Rom"
    tagged = tagger.tag(text)
    words = [text[a:b] for s in tagged.sentences for a, b in s.words.tolist()]
    assert "".join(words) == text.replace(" ", "")
    assert all(text[e.start : e.end] == e.text for e in tagged.entities)


# Languages, types, options


def test_types_not_taught_for_a_language_never_come_out(tiny_tagger: TaggerMaker) -> None:
    taught = NERTAG_OBJECT["labels_by_language"]
    seen: dict[str, set[str]] = {}
    for language, sentences in SENTENCES.items():
        tagger = tiny_tagger("nertag", lang=language)
        tagged = tagger.stream([*sentences, " ".join(sentences)])
        seen[language] = {e.label for document in tagged for e in document.entities}
        assert seen[language] <= set(taught[language])
    auto = tiny_tagger("nertag").stream(s for lang in ("de", "fr", "it") for s in SENTENCES[lang])
    assert {e.label for document in auto for e in document.entities} <= {"PER", "ORG"}
    assert seen["fr"] == seen["it"] == {"PER"}
    assert "LOC" in seen["ko"]


@pytest.mark.parametrize(
    ("lang", "labels", "told"),
    [
        ("fr", ["LOC"], ["the model finds no LOC in text with --lang fr"]),
        ("fr", ["org", "PER", "LOC"], ["the model finds no LOC and no ORG in text with --lang fr"]),
        ("de", ["ORG"], []),
        ("auto", ["LOC"], []),
        ("ko", ["LOC"], []),
        ("de", None, []),
    ],
)
def test_a_label_that_cannot_be_found_is_told(
    float_model: ModelMaker, lang: str, labels: list[str] | None, told: list[str]
) -> None:
    notes: list[str] = []
    load(float_model("nertag"), device="cpu", lang=lang, labels=labels, note=notes.append)
    assert notes == told


@pytest.mark.parametrize(
    ("taught", "told"),
    [
        ({"de": ["PER"], "ko": ["PER"]}, ["the model finds no LOC in any language"]),
        ({"de": ["PER"]}, []),  # nobody knows what it finds in Korean
        ({"de": [], "ko": []}, ["the model finds no LOC in any language"]),
        ({}, []),
    ],
)
def test_a_label_that_no_language_has(
    model_copy: Callable[[str], Path], taught: dict[str, list[str]], told: list[str]
) -> None:
    folder, notes = model_copy("nertag"), list[str]()
    edit_json(folder / CONFIG, nertag=NERTAG_OBJECT | {"labels_by_language": taught})
    load(folder, device="cpu", labels=["LOC"], note=notes.append)
    assert notes == told


def test_bio2_models_give_bio2_paths_only(tiny_tagger: TaggerMaker) -> None:
    """Where all labels are I, a BIO model opens entities and a BIO2 model finds none or B."""
    for shape, expected in (("xlmr", ["Berlin"]), ("nertag", [])):
        tagger, backend = labelling(tiny_tagger(shape), {"Berlin": 2}, language="de")
        run = backend.run

        def without_b(ids: Any, mask: Any, run: Any = run) -> Any:
            logits = run(ids, mask)
            logits[:, :, 1] = -40
            return logits

        backend.run = without_b  # type: ignore[method-assign]
        assert [e.text for e in tagger.tag("der Berlin lacht").entities] == expected


def test_korean_is_raw_where_the_config_says_so(tiny_tagger: TaggerMaker) -> None:
    text = "태어났다"
    found = {}
    for shape in ("nertag", "xlmr"):
        tagger, _ = labelling(tiny_tagger(shape), {text: 5})
        tagged = tagger.tag(text)
        assert {s.language for s in tagged.sentences} == {"ko"}
        (entity,) = tagged.entities
        assert entity.label == "LOC"
        found[shape] = entity.end
    pieces = encoder_of(tiny_tagger("xlmr")).encode(text, np.array([[0, len(text)]], np.int32))
    assert found == {"nertag": pieces.offsets[0, 1], "xlmr": len(text)}
    assert found["nertag"] < found["xlmr"]


def test_auto_goes_by_script_paragraph_by_paragraph(tiny_tagger: TaggerMaker) -> None:
    text = f"{SENTENCES['de'][0]} {SENTENCES['de'][1]}\n{SENTENCES['ko'][0]}\n{SENTENCES['it'][0]}"
    tagged = tiny_tagger("nertag").tag(text)
    by_start = {text[s.start : s.start + 3]: s.language for s in tagged.sentences}
    assert by_start["Die"] == by_start["Am "] == ""
    assert by_start["이순신"] == "ko"
    assert by_start["L'a"] == ""
    forced = tiny_tagger("nertag", lang="fr").tag(text)
    assert {s.language for s in forced.sentences} == {"fr"}


def test_a_korean_sentence_of_a_latin_paragraph_is_korean(tiny_tagger: TaggerMaker) -> None:
    text = f"{SENTENCES['en'][2]} {SENTENCES['ko'][0]} {SENTENCES['en'][1]}\tSeoul 서울로 간다.\n"
    tagged = tiny_tagger("nertag").tag(text)
    assert [s.language for s in tagged.sentences] == ["", "ko", "", "ko"]


@pytest.mark.parametrize("end", [*"\t\v\f\x1c\x1d\x1e\x1f\x85\u2028\u2029"])
def test_entities_end_with_cells_and_pages(tiny_tagger: TaggerMaker, end: str) -> None:
    """As with lines, unless the words are given tokens."""
    labels, right, _ = SCHEMES["BIO"]
    tagger = sure_tagger(tiny_tagger("klue"), labels, WORDS, right)
    text = f"Angela{end}Merkel kennt Köln"
    assert [e.text for e in tagger.tag(text).entities] == ["Angela", "Merkel", "Köln"]
    tokens = np.array([[0, 6], [7, 13]], np.int32)
    (given_tokens, _) = list(tagger.run([Document(text, tokens=tokens)]))
    assert given_tokens is not None
    assert [e.text for e in given_tokens.entities] == [f"Angela{end}Merkel"]


def test_labels_and_scores_filter_entities(tiny_tagger: TaggerMaker) -> None:
    text = "\n".join(all_sentences())
    every = tiny_tagger("klue").tag(text).entities
    first, *others = dict.fromkeys(e.label for e in every)
    only = tiny_tagger("klue", labels=tuple(others)).tag(text).entities
    assert only == tuple(e for e in every if e.label != first)
    assert 0 < len(only) < len(every)
    threshold = float(np.median([e.score for e in every]))
    sure = tiny_tagger("klue", min_score=threshold).tag(text).entities
    assert sure == tuple(e for e in every if e.score >= threshold)
    assert 0 < len(sure) < len(every)


def test_labels_are_those_of_the_model_in_any_case(tiny_tagger: TaggerMaker) -> None:
    assert tiny_tagger("bert", labels=("per", "LOC")).options.labels == {"PER", "LOC"}


def test_unknown_options_are_refused(tiny_tagger: TaggerMaker) -> None:
    tagger = tiny_tagger("bert")
    encoder = encoder_of(tagger)
    with pytest.raises(UsageError, match="no label 'DOG'; it has PER, ORG, LOC"):
        Tagger(tagger.model, encoder, tagger.backend, TagOptions(labels=frozenset(["DOG"])))
    with pytest.raises(UsageError, match=r"no label 'Person'; .*; did you mean PER"):
        Tagger(tagger.model, encoder, tagger.backend, TagOptions(labels=frozenset(["Person"])))
    with pytest.raises(UsageError, match="unknown language 'xx'"):
        Tagger(tagger.model, encoder, tagger.backend, TagOptions(language="xx"))


def test_the_package_exports_what_it_says() -> None:
    for name in tagcli.__all__:
        assert getattr(tagcli, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tagcli.nothing  # noqa: B018


# The model that comes with the package


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Angela Merkel besuchte Paris.", {("Angela Merkel", "PER"), ("Paris", "LOC")}),
        ("Barack Obama was born in Honolulu.", {("Barack Obama", "PER"), ("Honolulu", "LOC")}),
        ("Victor Hugo est né à Besançon.", {("Victor Hugo", "PER"), ("Besançon", "LOC")}),
        ("Giuseppe Verdi visse a Milano.", {("Giuseppe Verdi", "PER"), ("Milano", "LOC")}),
    ],
)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_the_bundled_model_knows_names(
    bundled_tagger: Any, form: Any, text: str, expected: set[tuple[str, str]]
) -> None:
    tagged = bundled_tagger.tag(unicodedata.normalize(form, text))
    found = {(unicodedata.normalize("NFC", e.text), e.label) for e in tagged.entities}
    assert found == expected


class Strange:
    """What looks odd where it is shown."""

    def __repr__(self) -> str:
        return "one\n" * 100


NO_TEXTS = [None, float("nan"), b"Anna", ["Anna"], 7, np.array([[1], [2]]), Strange()]


@pytest.mark.parametrize("value", NO_TEXTS, ids=lambda value: type(value).__name__)
def test_what_is_no_string_is_refused(tiny_tagger: TaggerMaker, value: Any) -> None:
    tagger = tiny_tagger("bert")
    with pytest.raises(UsageError, match=r"^the text is .*, not a string$") as caught:
        tagger.tag(value)
    assert type(value).__name__ in str(caught.value)
    assert "\n" not in str(caught.value)
    results = tagger.stream(["Rom", "Bern", value, "Ulm"])
    assert [next(results).text, next(results).text] == ["Rom", "Bern"]
    with pytest.raises(UsageError, match=r"^item 2 of the texts, counted from 0, is .*not a strin"):
        next(results)


@pytest.mark.parametrize("value", ["Anna", "", None, float("nan"), 7])
def test_one_text_is_no_series_of_texts(tiny_tagger: TaggerMaker, value: Any) -> None:
    with pytest.raises(UsageError, match=r"texts are wanted, and this is .*: make it a list"):
        tiny_tagger("bert").stream(value)


def test_any_iterable_of_strings_is_a_series_of_texts(tiny_tagger: TaggerMaker) -> None:
    class Text(str):
        """A string of a kind of its own, as numpy and others have them."""

    tagger = tiny_tagger("bert")
    given = ["Rom", Text("Bern"), np.str_("Ulm")]
    for texts in (given, tuple(given), iter(given), dict.fromkeys(given), np.array(given, object)):
        assert [tagged.text for tagged in tagger.stream(texts)] == ["Rom", "Bern", "Ulm"]


def test_results_of_the_same_text_are_equal(tiny_tagger: TaggerMaker) -> None:
    tagger, text = tiny_tagger("bert"), " ".join(SENTENCES["de"])
    assert tagger.tag(text) == tagger.tag(text)
    assert tagger.tag(text) != tagger.tag(text + " ")
