"""Entities counted: a table for programs, bars for people."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tagcli.records import Document, Entity, TaggedDocument
from tagcli.writers.base import WriterOptions
from tagcli.writers.summary import TEXTS_A_LABEL, SummaryWriter, chart, table, text_key
from tests.support.tagged import any_tagged

if TYPE_CHECKING:
    from collections.abc import Sequence

BAR = re.compile("[█▏▎▍▌▋▊▉]+$")


def tagged(*found: tuple[str, str]) -> TaggedDocument:
    """A document of nothing but entities, each a text and a label."""
    entities, at = [], 0
    for text, label in found:
        entities.append(Entity(at, at + len(text), label, text, 0.5))
        at += len(text)
    return TaggedDocument(Document("".join(text for text, _ in found)), tuple(entities), ())


def summary(
    documents: Sequence[TaggedDocument], columns: int | None = None, colour: str | None = None
) -> str:
    writer = SummaryWriter(WriterOptions(columns=columns, colour=colour))
    assert writer.head() == ""
    assert {writer.record(document) for document in documents} <= {""}
    return writer.tail()


CITIES = [
    tagged(("Rom", "LOC"), ("Angela Merkel", "PER"), ("서울", "LOC")),
    tagged(("Rom", "LOC"), ("Zürich", "LOC")),
]


def test_a_line_an_entity_the_most_frequent_first() -> None:
    expected = "LOC\t2\tRom\nLOC\t1\tZürich\nLOC\t1\t서울\nPER\t1\tAngela Merkel\n"
    assert summary(CITIES) == expected


def test_nothing_found() -> None:
    assert summary([tagged()]) == ""
    assert summary([tagged()], columns=80) == "no entities\n"


def test_texts_that_look_the_same_are_one() -> None:
    decomposed = [unicodedata.normalize("NFD", text) for text in ("서울", "Zürich")]
    found = [(text, "LOC") for text in ("서울", "Zürich", *decomposed, "New York", "New\nYork")]
    assert summary([tagged(*found)]) == "LOC\t2\tNew York\nLOC\t2\tZürich\nLOC\t2\t서울\n"
    assert text_key("New\u00a0 \tYork") == "New York"


def test_control_characters_are_pictures() -> None:
    assert summary([tagged(("\x1b[31mRom\x07", "L\x1b"))]) == "L␛\t1\t␛[31mRom␇\n"
    assert "\x1b" not in summary([tagged(("\x1b[31mRom\x07", "L\x1b"))], columns=40)


def test_bars() -> None:
    assert summary(CITIES, columns=24) == (
        "LOC  4  ████████████████\n"
        "PER  1  ████\n"
        "\n"
        "LOC\n"
        "  Rom          2  ██████\n"
        "  Zürich       1  ███\n"
        "  서울         1  ███\n"
        "\n"
        "PER\n"
        "  Angela Mer…  1  ███\n"
    )


def test_bars_show_the_most_frequent_texts() -> None:
    names = [(f"name {i:02}", "PER") for i in range(TEXTS_A_LABEL + 3)]
    lines = summary([tagged(*names, names[-1])], columns=60).splitlines()
    assert lines[3].split()[:3] == ["name", "12", "2"]
    assert len(lines) == 3 + TEXTS_A_LABEL + 1
    assert lines[-1] == "  and 3 more"


@pytest.mark.parametrize("colour", ["standard", "256", "truecolor"])
def test_bars_in_colour(colour: str) -> None:
    coloured = summary(CITIES, 40, colour)
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == summary(CITIES, 40)
    assert coloured.count("\x1b[0m") == 2 + 4
    assert summary(CITIES, None, colour) == summary(CITIES, 80, colour)


@given(
    st.dictionaries(
        st.sampled_from(["PER", "LOC", "조직", "x" * 30]),
        st.dictionaries(
            st.text(st.sampled_from("ab 가漢é\u0301"), min_size=1),
            st.integers(1, 10**6),
            min_size=1,
        ),
    ),
    st.integers(30, 120),
)
def test_bars_keep_to_the_columns(counts: dict[str, dict[str, int]], columns: int) -> None:
    counted = {label: Counter(texts) for label, texts in counts.items()}
    lines = chart(counted, columns, None).splitlines()
    assert all(cell_len(unicodedata.normalize("NFC", line)) <= columns for line in lines)
    rows = [line for line in lines if BAR.search(line)]
    assert len(rows) == len(counts) + sum(min(len(c), TEXTS_A_LABEL) for c in counts.values())


@given(st.lists(any_tagged(st.text(max_size=20)), max_size=5))
def test_every_entity_is_counted(documents: list[TaggedDocument]) -> None:
    writer = SummaryWriter(WriterOptions())
    for document in documents:
        writer.record(document)
    total = sum(len(document.entities) for document in documents)
    assert sum(texts.total() for texts in writer.counts.values()) == total
    rows = [line.split("\t") for line in table(writer.counts).split("\n")[:-1]]
    assert sum(int(count) for _, count, _ in rows) == total
