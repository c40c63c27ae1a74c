"""Gold spans onto the model input that tagging makes."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.corpora.examples import Example
from export.corpora.labelling import IGNORED, LabelledInput, Labeller
from tagcli.inference.decoding import Decoder
from tagcli.inference.encoding import Encoder, encode_document
from tagcli.models.directory import BUNDLED, DEFAULT, TOKENIZER
from tagcli.schemes import read_tag_set
from tagcli.segmentation.normalisation import normalise

if TYPE_CHECKING:
    from collections.abc import Sequence

LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
UNITS = {"ko": "raw"}


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    if not (BUNDLED / DEFAULT / TOKENIZER).is_file():
        pytest.skip("the bundled model is not in this checkout")
    return Encoder(BUNDLED / DEFAULT / TOKENIZER)


def _labeller(encoder: Encoder, limit: int = 512, overlap: int = 64) -> Labeller:
    ids = {label: number for number, label in enumerate(LABELS)}
    return Labeller(encoder, limit, overlap, lambda language: UNITS.get(language, "words"), ids)


def _example(text: str, *entities: tuple[str, str], tokens: Sequence[str] | None = None) -> Example:
    spans = tuple((text.index(s), text.index(s) + len(s), kind) for s, kind in entities)
    offsets = None
    if tokens is not None:
        ends = np.cumsum([len(token) + 1 for token in tokens]) - 1
        offsets = tuple((int(e) - len(t), int(e)) for e, t in zip(ends, tokens, strict=True))
    return Example(text, spans, offsets, 1)


def _names(inputs: Sequence[LabelledInput]) -> list[str]:
    return [LABELS[label] for one in inputs for label in one.labels if label != IGNORED]


def test_given_tokens_are_labelled_by_their_first_piece(encoder: Encoder) -> None:
    example = _example("Anna Meier in Köln .", ("Anna Meier", "PER"), ("Köln", "LOC"),
                       tokens=["Anna", "Meier", "in", "Köln", "."])  # fmt: skip
    (one,) = _labeller(encoder).inputs(example, "de")
    assert _names([one]) == ["B-PER", "I-PER", "O", "B-LOC", "O"]
    assert len(one.ids) == len(one.labels)
    assert one.labels[0] == one.labels[-1] == IGNORED


def test_text_is_cut_as_the_tagger_cuts_it(encoder: Encoder) -> None:
    example = _example("Anna wohnt in Köln. Es regnet.", ("Anna", "PER"), ("Köln", "LOC"))
    inputs = list(_labeller(encoder).inputs(example, "de"))
    assert len(inputs) == 2
    assert _names(inputs) == ["B-PER", "O", "O", "B-LOC", "O", "O", "O", "O"]


def test_korean_is_labelled_by_piece_without_its_particle(encoder: Encoder) -> None:
    example = _example("이순신은 서울에서 태어났다.", ("이순신", "PER"), ("서울", "LOC"))
    (one,) = _labeller(encoder).inputs(example, "ko")
    names = _names([one])
    assert names.count("B-PER") == names.count("B-LOC") == 1
    assert len(names) == len(one.ids) - 2  # every piece has a label
    assert names[-1] == "O"


@pytest.mark.parametrize(
    ("text", "entities", "misfits"),
    [
        ("Anna Meier in Köln .", [("Anna Meier", "PER"), ("Köln", "LOC")], []),
        ("Uni Köln hat Anna .", [("Uni Köln", "PER"), ("Köln", "LOC"), ("Anna", "PER")], ["Köln"]),
        ("Uni Köln Bonn", [("Uni Köln", "PER"), ("Köln Bonn", "LOC")], ["Köln Bonn"]),
        ("Köln/Bonn ist da", [("Köln", "LOC"), ("Bonn", "LOC")], ["Bonn"]),
    ],
    ids=["plain", "nested", "crossing", "one word"],
)
def test_entities_that_labels_cannot_say_are_counted(
    encoder: Encoder, text: str, entities: list[tuple[str, str]], misfits: list[str]
) -> None:
    labeller = _labeller(encoder)
    list(labeller.inputs(_example(text, *entities, tokens=text.split()), "de"))
    assert [text[start:end] for start, end, _ in labeller.misfits] == misfits


def test_an_entity_across_sentences_is_counted(encoder: Encoder) -> None:
    labeller = _labeller(encoder)
    list(labeller.inputs(_example("Anna lacht. Köln auch.", ("lacht. Köln", "LOC")), "de"))
    assert len(labeller.misfits) == 1


def test_decomposed_text_is_labelled_like_composed_text(encoder: Encoder) -> None:
    composed = _example("Frau Öztürk aus Köln", ("Öztürk", "PER"), ("Köln", "LOC"))
    text = unicodedata.normalize("NFD", composed.text)
    names = (unicodedata.normalize("NFD", name) for name in ("Öztürk", "Köln"))
    decomposed = _example(text, *zip(names, ("PER", "LOC"), strict=True))
    (first,) = _labeller(encoder).inputs(composed, "de")
    (second,) = _labeller(encoder).inputs(decomposed, "de")
    assert first.labels.tolist() == second.labels.tolist()
    assert first.ids.tolist() == second.ids.tolist()


@given(words=st.lists(st.sampled_from(["Anna", "Köln", "wohnt", "Straße", "x"]), min_size=1,
                      max_size=60), limit=st.integers(10, 40))  # fmt: skip
def test_windows_label_every_word_once(encoder: Encoder, words: list[str], limit: int) -> None:
    text = " ".join(words)
    spans, at = [], 0
    for word in words:
        if word in ("Anna", "Köln"):
            spans.append((at, at + len(word), "PER" if word == "Anna" else "LOC"))
        at += len(word) + 1
    ends = np.cumsum([len(word) + 1 for word in words]) - 1
    tokens = tuple((int(e) - len(w), int(e)) for e, w in zip(ends, words, strict=True))
    example = Example(text, tuple(spans), tokens, 1)
    inputs = list(_labeller(encoder, limit, overlap=4).inputs(example, "de"))
    assert all(len(one.ids) <= limit for one in inputs)
    expected = {"Anna": "B-PER", "Köln": "B-LOC"}
    assert _names(inputs) == [expected.get(word, "O") for word in words]


@pytest.mark.parametrize("language", ["de", "ko"])
def test_decoding_the_gold_labels_gives_the_gold_spans(encoder: Encoder, language: str) -> None:
    """Labels on units and back: what training teaches is what tagging reads."""
    text = {"de": "Anna Meier fuhr nach Köln.", "ko": "김민서 씨는 부산 에 있다."}[language]
    entities = {"de": [("Anna Meier", "PER"), ("Köln", "LOC")],
                "ko": [("김민서", "PER"), ("부산", "LOC")]}[language]  # fmt: skip
    example = _example(text, *entities)
    (one,) = _labeller(encoder).inputs(example, language)
    (units,) = encode_document(
        encoder, normalise(text), None, language, lambda name: UNITS.get(name, "words")
    )
    known = one.labels[one.labels != IGNORED]
    logits = np.eye(len(LABELS), dtype=np.float32)[known] * 9
    found = Decoder(read_tag_set(LABELS, "BIO2")).decode(logits)
    offsets = units.offsets()
    spans = [(text[offsets[c.start, 0] : offsets[c.end - 1, 1]].strip(), c.type) for c in found]
    assert spans == entities
