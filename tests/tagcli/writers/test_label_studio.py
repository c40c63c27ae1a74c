"""Tasks for Label Studio."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.records import Document, Entity, TaggedDocument
from tagcli.writers.base import WriterOptions
from tagcli.writers.formats import OUTPUT_FORMATS
from tests.support.tagged import any_tagged, entity, tagged_text
from tests.support.written import WITH_SOURCE

if TYPE_CHECKING:
    from collections.abc import Iterable

OPTIONS = WriterOptions(model_version="base-0123abcd")
CONFIG = (
    '<View><Labels name="label" toName="text"><Label value="PER"/><Label value="LOC"/></Labels>'
    '<Text name="text" value="$text"/></View>'
)


def array(documents: Iterable[TaggedDocument], options: WriterOptions = OPTIONS) -> Any:
    writer = OUTPUT_FORMATS["label-studio"](options)
    return json.loads("".join([writer.head(), *map(writer.record, documents), writer.tail()]))


def test_a_task_is_what_label_studio_imports() -> None:
    text = "😀 Anna mag Rom."
    found = [entity(text, "Anna", "PER", 0.75), entity(text, "Rom", "LOC", 0.5)]
    (task,) = array([tagged_text(text, found)])
    common = {"from_name": "label", "to_name": "text", "type": "labels"}
    anna = {"start": 3, "end": 7, "text": "Anna", "labels": ["PER"], "score": 0.75}
    rom = {"start": 12, "end": 15, "text": "Rom", "labels": ["LOC"], "score": 0.5}
    assert task == {
        "data": {"text": text},
        "predictions": [
            {
                "model_version": "base-0123abcd",
                "score": 0.5,
                "result": [
                    {"id": "1-1", **common, "value": anna},
                    {"id": "1-2", **common, "value": rom},
                ],
            }
        ],
    }


def test_no_text_is_no_task_and_no_entity_no_score() -> None:
    assert array([]) == []
    tasks = array([tagged_text(""), tagged_text("Ja."), tagged_text(" "), tagged_text("Nein.")])
    assert [task["data"]["text"] for task in tasks] == ["Ja.", "Nein."]
    assert "score" not in tasks[0]["predictions"][0]


def test_fields_are_data_and_a_task_stays_one() -> None:
    (record,) = array([tagged_text("Ja.", url="x")], WITH_SOURCE)
    assert record["data"] == {"source": "in.txt", "url": "x", "text": "Ja."}
    (record,) = array([TaggedDocument(Document("Ja.", fields={"text": "b"}), (), ())])
    assert record["data"] == {"text": "Ja.", "input_text": "b"}
    old = {"id": 7, "data": {"text": "Ja.", "n": 1}, "annotations": [], "predictions": [1]}
    (task,) = array([TaggedDocument(Document("Ja.", fields=old), (), ())])
    new = {"model_version": "base-0123abcd", "result": []}
    assert task == {**old, "predictions": [new]}


@given(st.lists(any_tagged(st.text(st.characters(exclude_categories=["Cs"]))), max_size=5))
def test_offsets_are_utf_16_and_ids_differ(documents: list[TaggedDocument]) -> None:
    ids = []
    for task in array(documents):
        units = task["data"]["text"].encode("utf-16-le")
        for region in task["predictions"][0]["result"]:
            ids.append(region["id"])
            value = region["value"]
            there = units[value["start"] * 2 : value["end"] * 2].decode("utf-16-le")
            assert there == value["text"]
    assert len(ids) == len(set(ids))


@pytest.mark.skipif(
    importlib.util.find_spec("label_studio_sdk") is None, reason="label-studio-sdk is not installed"
)
def test_label_studios_own_package_takes_it() -> None:
    from label_studio_sdk.label_interface import LabelInterface

    text = "😀 Anna mag Rom."
    found = (entity(text, "Anna", "PER"), Entity(11, 14, "LOC", "Rom", 0.5))
    interface = LabelInterface(CONFIG)
    for task in array([tagged_text(text, found), tagged_text("Ja.")]):
        assert interface.validate_task({"data": task["data"]})
        for prediction in task["predictions"]:
            assert interface.validate_prediction(prediction, return_errors=True) == []
