"""Offsets in other units."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.writers.base import WriterOptions
from tagcli.writers.offsets import OFFSET_UNITS, to_code_points, unit_places
from tests.support.tagged import any_tagged, entity, tagged_text
from tests.support.written import written

if TYPE_CHECKING:
    from tagcli.records import TaggedDocument

ENCODED = {"codepoints": "utf-32-le", "utf16": "utf-16-le", "bytes": "utf-8"}
WIDTH = {"codepoints": 4, "utf16": 2, "bytes": 1}
TEXTS = st.text(st.sampled_from("aä가😀\u0301") | st.characters(exclude_categories=["Cs"]))


@given(TEXTS, st.sampled_from(OFFSET_UNITS))
def test_units_are_those_of_the_encodings(text: str, unit: str) -> None:
    lengths = [len(text[:i].encode(ENCODED[unit])) // WIDTH[unit] for i in range(len(text) + 1)]
    assert list(unit_places(text, unit)) == lengths
    back = to_code_points(text, unit)
    assert [back(place) for place in lengths] == list(range(len(text) + 1))
    assert back(lengths[-1] + 1) is None
    assert back(-1) is None


def test_an_offset_inside_a_character_is_none() -> None:
    assert to_code_points("😀", "utf16")(1) is None


@given(any_tagged(TEXTS), st.sampled_from(OFFSET_UNITS))
def test_jsonl_in_any_unit_is_the_same_text(tagged: TaggedDocument, unit: str) -> None:
    record = json.loads(written("jsonl", tagged, WriterOptions(offsets=unit)))
    assert record.get("offsets", "codepoints") == unit
    units, width = record["text"].encode(ENCODED[unit]), WIDTH[unit]
    for one in record["entities"]:
        there = units[one["start"] * width : one["end"] * width].decode(ENCODED[unit])
        assert there == one["text"]


@pytest.mark.parametrize(("unit", "name"), [("utf16", "input_offsets"), ("x", "offsets")])
def test_what_an_older_record_says_of_its_offsets_is_not_said_of_these(
    unit: str, name: str
) -> None:
    tagged = tagged_text("Rom", [entity("Rom", "Rom", "LOC")], offsets=unit)
    assert json.loads(written("jsonl", tagged))[name] == unit
