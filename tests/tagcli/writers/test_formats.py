"""Tagged documents in the output formats, and CoNLL that keeps all but its last column."""

from __future__ import annotations

import json

import pytest

from tagcli.records import Entity, TaggedDocument
from tagcli.writers.base import WriterOptions
from tagcli.writers.formats import (
    BINARY_FORMATS,
    OUTPUT_FORMATS,
    extension_of,
    format_of_output,
)
from tests.support.steps import steps
from tests.support.tagged import entity, tagged_text
from tests.support.written import MERKEL, MERKEL_ENTITIES, PLAIN, WITH_SOURCE, written

# Spans


def test_spans_in_brackets() -> None:
    expected = "[Angela Merkel PER] mag [Rom LOC].\n"
    assert written("spans", tagged_text(MERKEL, MERKEL_ENTITIES)) == expected


def test_spans_of_neighbours() -> None:
    tagged = tagged_text(
        "서울부산", [entity("서울부산", "서울", "LOC"), Entity(2, 4, "LOC", "부산", 1)]
    )
    assert written("spans", tagged) == "[서울 LOC][부산 LOC]\n"


def test_spans_leave_text_alone() -> None:
    odd = " a\u2028b\xa0 [c] \t"
    assert written("spans", tagged_text(odd)) == odd + "\n"
    assert written("spans", tagged_text("")) == "\n"


def test_spans_say_the_source() -> None:
    expected = "in.txt: [Angela Merkel PER] mag [Rom LOC].\n"
    assert written("spans", tagged_text(MERKEL, MERKEL_ENTITIES), WITH_SOURCE) == expected
    assert written("spans", tagged_text(""), WITH_SOURCE) == "in.txt: \n"


@pytest.mark.parametrize("name", ["conll", "jsonl"])
def test_what_programs_read_keeps_its_control_characters(name: str) -> None:
    text = "\x1b[31mRom\x9b0m\x07"
    line = written(name, tagged_text(text, [entity(text, "Rom", "LOC")]))
    assert text in line if name == "conll" else json.loads(line)["text"] == text


# JSONL


# CoNLL out of text


# CoNLL out of CoNLL


def long_line(sentences: int, unit: str) -> TaggedDocument:
    """A line of so many sentences, each with two entities."""
    one = "Anna Berger mag Rom. "
    places = [(0, 11, "PER"), (16, 19, "LOC")]
    found = [
        Entity(i * len(one) + start, i * len(one) + end, label, one[start:end], 0.5)
        for i in range(sentences)
        for start, end, label in places
    ]
    return tagged_text(one * sentences, found, unit)


@pytest.mark.parametrize("unit", ["words", "raw"])
@pytest.mark.parametrize("options", [PLAIN, WriterOptions(colour="truecolor", columns=40)])
@pytest.mark.parametrize("output_format", OUTPUT_FORMATS)
def test_a_long_line_costs_no_more_by_the_sentence(
    output_format: str, options: WriterOptions, unit: str
) -> None:
    few, many = 50, 200
    written(output_format, long_line(few, unit), options)  # what is done once is done

    def cost(sentences: int) -> float:
        line = long_line(sentences, unit)
        return steps(lambda: written(output_format, line, options)) / sentences

    assert cost(many) < 1.2 * cost(few)


@pytest.mark.parametrize("output_format", OUTPUT_FORMATS)
def test_another_writer_can_take_over_between_any_records(output_format: str) -> None:
    found = [entity("Rom und Bern.", "Rom", "LOC")]
    sources = ["a.txt"] * 70 + ["b.txt"] * 70
    documents = [tagged_text("Rom und Bern.", found, source=source) for source in sources]
    for done in (1, 59, 60, 61, 69, 70, 71, 139, 140):
        whole, first, other = (OUTPUT_FORMATS[output_format](WITH_SOURCE) for _ in range(3))
        expected = [whole.head(), *map(whole.record, documents), whole.tail()]
        written = [first.head(), *map(first.record, documents[:done])]
        other.restore(json.loads(json.dumps(first.state())))
        assert [*written, *map(other.record, documents[done:]), other.tail()] == expected


@pytest.mark.parametrize("output_format", [*OUTPUT_FORMATS, *BINARY_FORMATS])
def test_a_file_of_a_format_says_which_by_its_name(output_format: str) -> None:
    name = f"a{extension_of(output_format)}"
    is_text = output_format in ("spans", "redact")
    assert format_of_output(name) == (None if is_text else output_format)
    assert format_of_output(f"{name}.zst") == format_of_output(name)
