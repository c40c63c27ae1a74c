"""JSONL output as datasets and pandas load it: offsets slice their strings, too."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas
import pytest
from click.testing import CliRunner
from datasets import Features, List, Value, load_dataset
from hypothesis import given
from hypothesis import strategies as st

from tagcli.cli.main import main as nertag
from tagcli.writers.base import WriterOptions
from tagcli.writers.jsonl import write_jsonl
from tests.support.paths import SAMPLES
from tests.support.tagged import any_tagged, entity, tagged_text, tagged_tokens

if TYPE_CHECKING:
    from tagcli.records import TaggedDocument

KOREAN, ASTRAL = "이순신은 서울에서 태어났다.", "😀 𝔄nna 👨‍👩‍👧 aus Köln"
NFD_CITIES = [unicodedata.normalize("NFD", name) for name in ("서울", "Zürich")]
NFD = " und ".join(NFD_CITIES)
LINE_ENDS = "In\u2028Rom\x85und\r\nBern"
TAGGED = [
    tagged_text("Hier ist niemand."),
    tagged_text(""),
    tagged_text(KOREAN, [entity(KOREAN, "이순신", "PER"), entity(KOREAN, "서울", "LOC")], "raw"),
    tagged_text(NFD, [entity(NFD, city, "LOC") for city in NFD_CITIES], "raw"),
    tagged_text(ASTRAL, [entity(ASTRAL, "𝔄nna", "PER", 1), entity(ASTRAL, "Köln", "LOC", 0)]),
    tagged_text(LINE_ENDS, [entity(LINE_ENDS, "Rom", "LOC"), entity(LINE_ENDS, "Bern", "LOC")]),
    tagged_tokens(["in", "New York"], [(1, 2, "LOC")]),
    tagged_text("1990"),
]
MORE_FIELDS = [
    tagged_text("Rom", [entity("Rom", "Rom", "LOC")], id="a", meta={"words": 1}),
    tagged_text("Rom?", id=2, meta={"tags": ["x"], "words": 0.5}),
    tagged_text("Rom!", [entity("Rom!", "Rom", "LOC")], published=None),
]
FEATURES = Features(
    {
        "text": Value("string"),
        "entities": List(
            {
                "start": Value("int32"),
                "end": Value("int32"),
                "label": Value("string"),
                "text": Value("string"),
                "score": Value("float32"),
            }
        ),
    }
)
Load = Callable[[Path], list[dict[str, Any]]]


def by_datasets(path: Path, **options: Any) -> list[dict[str, Any]]:
    cache = str(path.parent / "cache")
    return list(
        load_dataset("json", data_files=str(path), split="train", cache_dir=cache, **options)
    )


def by_pandas(path: Path | io.StringIO) -> list[dict[str, Any]]:
    table = pandas.read_json(path, lines=True, dtype=False)
    return table.to_dict("records")  # type: ignore[no-any-return]


each_loader = pytest.mark.parametrize("load", [by_datasets, by_pandas])


def jsonl(several: Sequence[TaggedDocument]) -> str:
    return "".join(write_jsonl(tagged, WriterOptions()) for tagged in several)


def written(folder: Path, several: Sequence[TaggedDocument]) -> Path:
    path = folder / "tagged.jsonl"
    path.write_text(jsonl(several), encoding="utf-8", newline="")
    return path


def assert_loaded(records: list[dict[str, Any]], several: Sequence[TaggedDocument]) -> None:
    """Texts and entities came through, and every entity is the slice that its offsets name."""
    for record, tagged in zip(records, several, strict=True):
        assert record["text"] == tagged.text
        found = [(one["start"], one["end"], one["label"]) for one in record["entities"]]
        assert found == [(one.start, one.end, one.label) for one in tagged.entities]
        for one in record["entities"]:
            assert record["text"][one["start"] : one["end"]] == one["text"]


@each_loader
def test_texts_and_entities_come_through(load: Load, tmp_path: Path) -> None:
    records = load(written(tmp_path, TAGGED))
    assert_loaded(records, TAGGED)
    assert [one["score"] for one in records[4]["entities"]] == [1, 0]
    (city,) = records[6]["entities"]
    assert (city["start_token"], city["end_token"]) == (1, 2)


@each_loader
def test_other_fields_come_through(load: Load, tmp_path: Path) -> None:
    several = [*MORE_FIELDS, tagged_text("Bern", [entity("Bern", "Bern", "LOC")])]
    records = load(written(tmp_path, several))
    assert_loaded(records, several)
    assert [record["id"] for record in records[:2]] == ["a", 2]
    assert records[0]["meta"]["words"] == 1
    assert records[1]["meta"] == {"tags": ["x"], "words": 0.5}


@pytest.mark.usefixtures("bundled_tagger")
@each_loader
def test_output_for_samples_is_loaded(load: Load, tmp_path: Path) -> None:
    names = ("de.txt", "en.txt", "fr.txt", "it.txt", "ko.txt", "panx.conll", "records.jsonl")
    path = tmp_path / "tagged.jsonl"
    files = [str(SAMPLES / name) for name in names]
    done = CliRunner().invoke(nertag, [*files, "--format", "jsonl", "-o", str(path)])
    assert done.exit_code == 0, done.stderr
    records = load(path)
    assert {record["source"] for record in records} == set(files)
    entities = [(record["text"], one) for record in records for one in record["entities"]]
    assert len(entities) > 150
    for text, one in entities:
        assert text[one["start"] : one["end"]] == one["text"]


def test_datasets_is_told_the_features_where_no_entity_comes_first(tmp_path: Path) -> None:
    """It looks no further than its first chunk, which has 10 MB if not told otherwise."""
    several = [*(tagged_text("Hier ist niemand.") for _ in range(50)), *TAGGED[2:6]]
    path = written(tmp_path, several)
    assert_loaded(by_datasets(path, features=FEATURES, chunksize=1000), several)


def test_texts_of_digits_stay_texts_where_pandas_is_told(tmp_path: Path) -> None:
    several = [tagged_text("1990"), tagged_text("007")]
    assert_loaded(by_pandas(written(tmp_path, several)), several)


@given(st.lists(any_tagged(st.text(st.characters(exclude_categories=["Cs"]))), min_size=1))
def test_any_text_comes_through_pandas(several: list[TaggedDocument]) -> None:
    assert_loaded(by_pandas(io.StringIO(jsonl(several))), several)
