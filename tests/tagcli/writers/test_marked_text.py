"""Entities marked in the text for a terminal: colours, control characters, line ends."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import Color

from tagcli.records import Entity, TaggedDocument
from tagcli.writers.base import WriterOptions
from tagcli.writers.marked_text import write_spans
from tagcli.writers.palette import COLOURS, badge, bar, slot
from tests.support.tagged import any_tagged, entity, tagged_text

SGR = re.compile(r"\x1b\[[0-9;]*m")
SYSTEMS = ["standard", "256", "truecolor"]
MERKEL = "Angela Merkel mag Rom."
MERKEL_ENTITIES = (entity(MERKEL, "Angela Merkel", "PER"), entity(MERKEL, "Rom", "LOC"))
KOREAN = "국제연합 사무총장 반기문은 서울에서 태어났다."
KOREAN_ENTITIES = (
    entity(KOREAN, "국제연합", "ORG"),
    entity(KOREAN, "반기문", "PER"),
    entity(KOREAN, "서울", "LOC"),
)


def wrapped(tagged: TaggedDocument, columns: int, colour: str | None = None) -> list[str]:
    text = write_spans(tagged, WriterOptions(colour=colour, columns=columns))
    assert text.endswith("\n")
    return text[:-1].split("\n")


def bare(text: str) -> str:
    return SGR.sub("", text)


# Colours


@pytest.mark.parametrize("colour", SYSTEMS)
def test_spans_in_colour(colour: str) -> None:
    options = WriterOptions(colour=colour)
    line = write_spans(tagged_text(MERKEL, MERKEL_ENTITIES), options)
    assert bare(line) == "Angela Merkel PER  mag Rom LOC .\n"
    assert line.count("\x1b[0m") == 4
    assert write_spans(tagged_text("Rom"), options) == "Rom\n"


def test_spans_in_sixteen_colours() -> None:
    tagged = tagged_text("Rom", [Entity(0, 3, "LOC", "Rom", 1)])
    line = write_spans(tagged, WriterOptions(colour="standard"))
    assert line == "\x1b[1;4mRom\x1b[0m\x1b[97;44m LOC \x1b[0m\n"


def test_a_label_keeps_its_colour() -> None:
    known = ("PER", "ORG", "LOC", "MISC", "DAT", "TIM", "NUM")
    assert [slot(label) for label in known] == list(range(len(COLOURS)))
    assert slot("EVENT") == slot("EVENT") < len(COLOURS)
    for system in SYSTEMS:
        codes = {SGR.findall(badge(label, system))[0] for label in known}
        assert len(codes) == len(known)
        assert bare(bar("██", "PER", system)) == "██"


def luminance(name: str) -> float:
    """Relative luminance as WCAG has it."""
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in Color.parse(name).get_truecolor())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_labels_are_readable_on_their_colours() -> None:
    for colour in COLOURS:
        dark, light = sorted((luminance(colour.on_rgb), luminance(colour.rgb)))
        assert (light + 0.05) / (dark + 0.05) > 4.5


# Control characters


@pytest.mark.parametrize("colour", [None, "256"])
def test_control_characters_are_pictures(colour: str | None) -> None:
    text = "\x1b[2J Rom\x07\r\x9b0m und \x1b]0;x\x07"
    found = Entity(5, 8, "LOC\x1b", "Rom", 1)
    options = WriterOptions(show_source=True, colour=colour)
    line = bare(write_spans(tagged_text(text, [found], source="a\x1b.txt"), options))
    label = "[Rom LOC␛]" if colour is None else "Rom LOC␛ "
    assert line == f"a␛.txt: ␛[2J {label}␇␍\ufffd0m und ␛]0;x␇\n"


# Line ends


def test_lines_end_at_blanks() -> None:
    tagged = tagged_text(MERKEL, MERKEL_ENTITIES)
    assert wrapped(tagged, 20) == ["[Angela Merkel PER]", "mag [Rom LOC]."]
    assert wrapped(tagged, 80) == ["[Angela Merkel PER] mag [Rom LOC]."]


def test_wide_characters_take_two_columns() -> None:
    tagged = tagged_text(KOREAN, KOREAN_ENTITIES, "raw")
    first, *rest = wrapped(tagged, 29)
    assert first == "[국제연합 ORG] 사무총장"
    assert rest == ["[반기문 PER]은 [서울 LOC]에서", "태어났다."]
    assert wrapped(tagged, 28)[1:] == ["[반기문 PER]은", "[서울 LOC]에서 태어났다."]


def test_decomposed_letters_count_once() -> None:
    text = unicodedata.normalize("NFD", "서울 서울 서울")
    assert wrapped(tagged_text(text), 9) == [text[:11], text[12:]]


def test_a_span_wider_than_the_terminal_is_marked_anew_on_each_line() -> None:
    text = "Die Vereinigten Staaten von Amerika."
    found = [entity(text, "Vereinigten Staaten von Amerika", "LOC")]
    lines = wrapped(tagged_text(text, found), 16)
    assert lines == ["Die [Vereinigten", "Staaten von", "Amerika LOC]."]
    coloured = wrapped(tagged_text(text, found), 16, "standard")
    assert [bare(line) for line in coloured] == ["Die Vereinigten", "Staaten von", "Amerika LOC ."]
    assert all(line.count("\x1b[1;4m") > 0 for line in coloured)


def test_line_feeds_of_the_text_stay() -> None:
    assert wrapped(tagged_text("a\n\n  b c\td"), 8) == ["a", "", "  b c", "d"]
    found = Entity(0, 8, "LOC", "New\nYork", 1)
    assert wrapped(tagged_text("New\nYork", [found]), 80) == ["[New", "York LOC]"]
    lines = wrapped(tagged_text("New\nYork", [found]), 80, "256")
    assert all(SGR.findall(line)[-1] == "\x1b[0m" for line in lines)


PARTS = [*"ab  \t\n가각é漢😀", "\u1100", "\u1161", "\x1b[1m", "e\u0301"]
WORDS = st.lists(st.sampled_from(PARTS), max_size=30).map("".join)


@given(any_tagged(WORDS), st.integers(1, 30), st.sampled_from([None, "256"]))
def test_wrapping_moves_blanks_only(
    tagged: TaggedDocument, columns: int, colour: str | None
) -> None:
    lines = wrapped(tagged, columns, colour)
    plain = write_spans(tagged, WriterOptions(colour=colour))
    assert bare("\n".join(lines)).split() == bare(plain).split()
    for line in lines:  # no colour reaches over a line's end
        codes = SGR.findall(line)
        assert all(code == "\x1b[0m" for code in codes[1::2])
        assert all(code != "\x1b[0m" for code in codes[::2])
        assert len(codes) % 2 == 0


@given(st.text(st.sampled_from("ab  \n가漢")), st.integers(1, 30))
def test_lines_are_as_long_as_fits(text: str, columns: int) -> None:
    lines = wrapped(tagged_text(text), columns)
    assert all(cell_len(line.rstrip()) <= columns or " " not in line.strip() for line in lines)
