"""Corpora with different label sets into one training set."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import torch

from export.corpora.labelling import IGNORED, Labeller
from export.corpora.source import Source
from export.corpora.sources import Corpus, load_source
from export.training.training_set import Collator, label_names, make_set, types_by_language
from tagcli.inference.encoding import Encoder
from tagcli.models.directory import BUNDLED, DEFAULT, TOKENIZER

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def corpora(tmp_path: Path) -> list[Corpus]:
    words = tmp_path / "words.conll"
    words.write_text("Anna\tB-PER\nwohnt\tO\nin\tO\nKöln\tB-LOC\n\nEs\tO\nregnet\tO\n")
    spans = tmp_path / "spans.jsonl"
    record = {"text": "이순신은 3월에", "entities": [
        {"start": 0, "end": 3, "label": "PS"}, {"start": 5, "end": 7, "label": "DT"}]}  # fmt: skip
    spans.write_text(json.dumps(record) + "\n")
    return [
        load_source(Source(str(words), language="de", weight=2.0)),
        load_source(Source(str(spans), language="ko", labels={"PS": "PER", "DT": "DAT"})),
    ]


def _make(corpora: list[Corpus]):  # type: ignore[no-untyped-def]
    labels = label_names(corpora)
    ids = {label: number for number, label in enumerate(labels)}
    units = {"ko": "raw"}
    encoder = Encoder(BUNDLED / DEFAULT / TOKENIZER)
    labeller = Labeller(encoder, 64, 8, lambda name: units.get(name, "words"), ids)
    return make_set(corpora, labeller, labels)


def test_labels_are_bio2_of_all_types(corpora: list[Corpus]) -> None:
    assert label_names(corpora) == [
        "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-DAT", "I-DAT",
    ]  # fmt: skip


def test_types_are_those_that_a_languages_sources_annotate(corpora: list[Corpus]) -> None:
    expected = {"de": ["LOC", "PER"], "ko": ["DAT", "PER"]}
    assert types_by_language(corpora, _make(corpora)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("heute\tB-TIM\n", {"de": ["LOC", "PER", "TIM"], "ko": ["DAT", "PER"]}),
        ("오늘\tB-TIM\n", {"de": ["LOC", "PER"], "ko": ["DAT", "PER", "TIM"]}),
    ],
)
def test_a_source_of_no_language_counts_for_those_of_its_script(
    corpora: list[Corpus], tmp_path: Path, text: str, expected: dict[str, list[str]]
) -> None:
    (tmp_path / "times.conll").write_text(text, encoding="utf-8")
    times = load_source(Source(str(tmp_path / "times.conll")))
    assert types_by_language([*corpora, times], _make([*corpora, times])) == expected
    # where no source declares a language, no type is kept from it
    assert types_by_language([times], _make([times])) == {}


def test_entities_that_labels_cannot_say_are_counted_by_source(
    corpora: list[Corpus], tmp_path: Path
) -> None:
    outer, inner = ({"start": 0, "end": 8, "label": "ORG"}, {"start": 4, "end": 8, "label": "LOC"})
    record = {"text": "Uni Köln", "entities": [outer, inner]}
    (tmp_path / "nested.jsonl").write_text(json.dumps(record) + "\n", encoding="utf-8")
    nested = load_source(Source(str(tmp_path / "nested.jsonl")))
    assert _make([*corpora, nested]).misfits == [0, 0, 1]


def test_each_window_allows_what_its_source_annotates(corpora: list[Corpus]) -> None:
    made = _make(corpora)
    assert made.dataset["allowed"][0] == [True] * 5 + [False] * 2
    assert made.dataset["allowed"][2] == [True] * 3 + [False] * 2 + [True] * 2
    assert made.dataset["source"] == [0, 0, 1]
    assert [made.languages[i] for i in made.dataset["language"]] == ["de", "de", "ko"]
    assert made.window_weights == [2.0, 2.0, 1.0]


def test_windows_come_in_order(corpora: list[Corpus]) -> None:
    made = _make(corpora)
    assert made.lengths == [len(ids) for ids in made.dataset["input_ids"]]
    assert made.dataset["source"] == sorted(made.dataset["source"])


def test_the_collator_pads(corpora: list[Corpus]) -> None:
    made = _make(corpora)
    batch = Collator(pad_id=1)([made.dataset[0], made.dataset[1]])
    short = made.lengths[1]
    assert batch["input_ids"].shape == batch["labels"].shape == batch["attention_mask"].shape
    assert batch["attention_mask"].sum(1).tolist() == made.lengths[:2]
    assert (batch["input_ids"][1, short:] == 1).all()
    assert (batch["labels"][1, short:] == IGNORED).all()
    assert batch["allowed"].dtype == torch.bool
