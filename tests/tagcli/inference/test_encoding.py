from __future__ import annotations

import json
import shutil
import tracemalloc
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagcli.errors import UsageError
from tagcli.inference.encoding import Encoder, Pieces, encode_sentence
from tagcli.models.directory import TOKENIZER
from tagcli.readers.base import token_offsets
from tagcli.records import Document
from tests.support.tiny_models import (
    SENTENCES,
    SHAPES,
    ModelMaker,
    TaggerMaker,
    all_sentences,
    edit_json,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Spans = npt.NDArray[np.int32]
quick = settings(max_examples=80)
every_shape = pytest.mark.parametrize("shape", SHAPES)

# What tokenizers drop, replace, join or know as a special token
ODD_WORDS = (
    "\u200b", "\u200f\u200e", "\ufeff", "\u0007", "\u00ad", "\u0301", "👩‍👩‍👧", "🇩🇪", "ﬁ", "…", "½",
    "㍿", "한글", "\u1112\u1161\u11ab", "龘", "<s>", "</s>", "<pad>", "<mask>", "<unk>", "[CLS]",
    "[MASK]", "[UNK]", "İstanbul", "STRASSE", "ß", "don't", "a\u200bb", "x" * 120, "\u2581", "Ġ",
    "a b", " a", "a ", "\u00a0",
)  # fmt: skip
words_lists = st.lists(
    st.sampled_from(ODD_WORDS)
    | st.sampled_from(" ".join(all_sentences()).split())
    | st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=8),
    max_size=12,
)


def spans_of(words: list[str]) -> tuple[str, Spans]:
    """The words joined by one blank, with their offsets."""
    spans, at = [], 0
    for word in words:
        spans.append((at, at + len(word)))
        at += len(word) + 1
    return " ".join(words), np.array(spans, np.int32).reshape(-1, 2)


def encode(encoder: Encoder, words: list[str]) -> Pieces:
    return encoder.encode(*spans_of(words))


@pytest.fixture(scope="session")
def encoders(checkpoint: ModelMaker) -> dict[str, Encoder]:
    return {shape: Encoder(checkpoint(shape) / TOKENIZER) for shape in SHAPES}


@every_shape
@quick
@given(words=words_lists)
def test_every_word_has_pieces_and_they_lie_in_it(
    encoders: dict[str, Encoder], shape: str, words: list[str]
) -> None:
    text, spans = spans_of(words)
    pieces = encoders[shape].encode(text, spans)
    assert len(pieces.ids) == len(pieces.word_of_piece) == len(pieces.offsets)
    assert sorted(set(pieces.word_of_piece.tolist())) == list(range(len(words)))
    assert (np.diff(pieces.word_of_piece) >= 0).all()
    assert (pieces.offsets[:, 0] <= pieces.offsets[:, 1]).all()
    owners = spans[pieces.word_of_piece]
    assert (pieces.offsets[:, 0] >= owners[:, 0]).all()
    assert (pieces.offsets[:, 1] <= owners[:, 1]).all()
    first = pieces.first_of_word()
    assert pieces.word_of_piece[first].tolist() == list(range(len(words)))
    assert first.tolist() == [pieces.word_of_piece.tolist().index(i) for i in range(len(words))]


@every_shape
@pytest.mark.parametrize("language", list(SENTENCES))
def test_ids_are_those_of_transformers(
    encoders: dict[str, Encoder], checkpoint: ModelMaker, shape: str, language: str
) -> None:
    from transformers import AutoTokenizer

    more = {"add_prefix_space": True} if shape == "roberta" else {}
    reference = AutoTokenizer.from_pretrained(checkpoint(shape), use_fast=True, **more)
    for sentence in SENTENCES[language]:
        words = sentence.split()
        expected = reference(words, is_split_into_words=True)
        pieces = encode(encoders[shape], words)
        ids = encoders[shape].with_special(pieces.ids)
        assert ids.tolist() == expected["input_ids"]
        inner = [word for word in expected.word_ids() if word is not None]
        assert pieces.word_of_piece.tolist() == inner


@pytest.mark.parametrize("given_tokens", [False, True])
def test_the_model_is_given_the_usual_hyphens_and_apostrophes(
    tiny_tagger: TaggerMaker, given_tokens: bool
) -> None:
    usual = "l’avocat d’Anna-Lena Berger, Aix-en-Provence"
    changed = usual.replace("’", "\u02bc").replace("-", "\u2011")
    tagger = tiny_tagger("xlmr")
    ids = []
    for text in (usual, changed):
        tokens = token_offsets(text.split()) if given_tokens else None
        (one,) = tagger.inputs([Document(text, tokens=tokens)])
        ids.append(one.ids.tolist())
    assert ids[0] == ids[1]


@every_shape
def test_special_tokens_surround_a_sentence(
    encoders: dict[str, Encoder], checkpoint: ModelMaker, shape: str
) -> None:
    from transformers import AutoTokenizer

    reference = AutoTokenizer.from_pretrained(checkpoint(shape), use_fast=True)
    encoder = encoders[shape]
    assert encoder.prefix_ids.tolist() == [reference.cls_token_id]
    assert encoder.suffix_ids.tolist() == [reference.sep_token_id]
    assert encoder.special_count == 2
    assert encoder.with_special(np.array([17, 18])).tolist() == [
        reference.cls_token_id, 17, 18, reference.sep_token_id,
    ]  # fmt: skip


@every_shape
def test_pieces_of_ordinary_words_cover_them(encoders: dict[str, Encoder], shape: str) -> None:
    """From the first letter to the last: where entities of raw units begin and end."""
    for sentence in all_sentences():
        text, spans = spans_of(sentence.split())
        pieces = encoders[shape].encode(text, spans)
        for word, (start, end) in enumerate(spans.tolist()):
            of_word = pieces.offsets[pieces.word_of_piece == word]
            assert of_word[0, 0] == start, text[start:end]
            assert of_word[-1, 1] == end, text[start:end]
            # a piece that is only the mark of a word's start stands on the first letter
            assert (of_word[1:, 0] <= of_word[:-1, 1]).all(), text[start:end]
            assert (np.diff(of_word, axis=0) >= 0).all(), text[start:end]


def test_byte_level_words_get_the_blank_they_come_without(
    checkpoint: ModelMaker, encoders: dict[str, Encoder]
) -> None:
    spec = json.loads((checkpoint("roberta") / TOKENIZER).read_text(encoding="utf-8"))
    assert spec["pre_tokenizer"]["add_prefix_space"] is False
    names = {index: token for token, index in spec["model"]["vocab"].items()}
    pieces = encode(encoders["roberta"], ["Paris", "Berlin", ".", "서울"])
    firsts = [names[int(i)] for i in pieces.ids[pieces.first_of_word()]]
    assert all(token.startswith("Ġ") for token in firsts)


@every_shape
def test_truncation_and_padding_of_the_file_are_off(
    checkpoint: ModelMaker, encoders: dict[str, Encoder], tmp_path: Path, shape: str
) -> None:
    spoilt = tmp_path / TOKENIZER
    shutil.copyfile(checkpoint(shape) / TOKENIZER, spoilt)
    edit_json(
        spoilt,
        truncation={
            "direction": "Right", "max_length": 4, "strategy": "LongestFirst", "stride": 0,
        },
        padding={
            "strategy": {"Fixed": 50}, "direction": "Left", "pad_to_multiple_of": None,
            "pad_id": 1, "pad_type_id": 0, "pad_token": "<pad>",
        },
    )  # fmt: skip
    words = " ".join(all_sentences()).split()
    expected = encode(encoders[shape], words)
    encoder = Encoder(spoilt)
    pieces = encode(encoder, words)
    assert pieces.ids.tolist() == expected.ids.tolist()
    assert pieces.offsets.tolist() == expected.offsets.tolist()
    assert encoder.special_count == 2
    assert encode(encoder, ["a"]).ids.tolist() == encode(encoders[shape], ["a"]).ids.tolist()


@pytest.mark.parametrize(("shape", "unknown"), [("xlmr", "<unk>"), ("bert", "[UNK]")])
def test_a_word_without_pieces_gets_the_unknown_one(
    encoders: dict[str, Encoder], checkpoint: ModelMaker, shape: str, unknown: str
) -> None:
    from transformers import AutoTokenizer

    reference = AutoTokenizer.from_pretrained(checkpoint(shape), use_fast=True)
    dropped = "\u200b"
    pieces = encode(encoders[shape], [dropped, "Paris", dropped, dropped])
    owners = pieces.word_of_piece.tolist()
    for word, span in ((0, [0, 1]), (2, [8, 9]), (3, [10, 11])):
        assert owners.count(word) == 1
        assert pieces.ids[owners.index(word)] == reference.convert_tokens_to_ids(unknown)
        assert pieces.offsets[owners.index(word)].tolist() == span


@every_shape
def test_a_very_long_word_is_one_word(encoders: dict[str, Encoder], shape: str) -> None:
    text, spans = spans_of(["Paris", "Straßenbahn" * 300, "Rom", "é" * 900])
    pieces = encoders[shape].encode(text, spans)
    assert sorted(set(pieces.word_of_piece.tolist())) == [0, 1, 2, 3]
    owners = spans[pieces.word_of_piece]
    assert (pieces.offsets[:, 0] >= owners[:, 0]).all()
    assert (pieces.offsets[:, 1] <= owners[:, 1]).all()
    of_word = pieces.offsets[pieces.word_of_piece == 1]
    assert [of_word[0, 0], of_word[-1, 1]] == spans[1].tolist()


@every_shape
def test_many_words_are_those_of_one_after_the_other(
    encoders: dict[str, Encoder], shape: str
) -> None:
    words = (" ".join(all_sentences()).split() * 20)[:4321]
    pieces = encode(encoders[shape], words)
    at = 0
    for word in words[:500]:
        alone = encode(encoders[shape], [word]).ids.tolist()
        assert pieces.ids[at : at + len(alone)].tolist() == alone
        at += len(alone)
    assert pieces.word_of_piece[-1] == len(words) - 1


@every_shape
def test_no_words_are_no_pieces(encoders: dict[str, Encoder], shape: str) -> None:
    pieces = encode(encoders[shape], [])
    assert pieces.ids.shape == (0,)
    assert pieces.offsets.shape == (0, 2)
    assert pieces.first_of_word().tolist() == []


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"model": {"type": "None"}}', "\xff"])
def test_a_broken_tokenizer_is_one_sentence(tmp_path: Path, content: str) -> None:
    path = tmp_path / TOKENIZER
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(UsageError) as caught:
        Encoder(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_missing_unknown_token_is_no_obstacle(
    checkpoint_copy: Callable[[str], Path],
) -> None:
    path = checkpoint_copy("roberta") / TOKENIZER
    pieces = encode(Encoder(path), ["", "Paris"])
    assert pieces.word_of_piece.tolist()[:1] == [0]
    assert set(pieces.word_of_piece.tolist()) == {0, 1}


@pytest.mark.parametrize("shape", ["xlmr", "bert"])
def test_a_long_sentence_is_held_in_arrays(tiny_tagger: TaggerMaker, shape: str) -> None:
    encoder = Encoder(tiny_tagger(shape).model.folder / TOKENIZER)
    text = f"{SENTENCES['de'][0]} " * 3000
    encode_sentence(encoder, text[:100], (0, 100), "de", "words")  # what is done once
    tracemalloc.start()
    units = encode_sentence(encoder, text, (0, len(text)), "de", "words")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(units.words) > 2 * 3000
    assert peak < 65 * len(units.pieces.ids)
