"""Which lines of a text go on in the next one."""

from __future__ import annotations

import random
import textwrap
import unicodedata
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.segmentation.modes import AUTO, LINES, MODES, WRAPPED
from tagcli.segmentation.normalisation import normalise_paragraphs
from tagcli.segmentation.paragraphs import (
    WINDOW_LINES,
    ParagraphFinder,
    line_joins,
    paragraph_joins,
    unwrapped,
)
from tests.support.paths import SAMPLES

PROSE = {
    name: [line for line in (SAMPLES / f"{name}.txt").read_text("utf-8").split("\n") if line]
    for name in ("de", "en", "fr", "it", "ko")
}
LATIN = ("de", "en", "fr", "it")


def sizes_of(lines: list[str], mode: str = AUTO) -> list[int]:
    finder = ParagraphFinder(mode)
    return [size for line in lines for size in finder.add(line)] + finder.end()


def wrapped_prose(name: str, width: int) -> list[list[str]]:
    """The lines of every paragraph, three times the page."""
    return [textwrap.wrap(paragraph, width) for paragraph in PROSE[name] * 3]


@pytest.mark.parametrize("width", [60, 72, 80])
@pytest.mark.parametrize("name", LATIN)
def test_wrapped_paragraphs_are_found(name: str, width: int) -> None:
    lines, expected = [], []
    for paragraph in wrapped_prose(name, width):
        lines += [*paragraph, ""]
        expected += [len(paragraph), 1]
    assert sizes_of(lines) == expected


@pytest.mark.parametrize("name", LATIN)
def test_a_short_line_ends_a_paragraph_without_a_blank_line(name: str) -> None:
    paragraphs = wrapped_prose(name, 72)
    sizes = sizes_of([line for paragraph in paragraphs for line in paragraph])
    true_ends = set(accumulate(len(paragraph) for paragraph in paragraphs))
    ends = set(accumulate(sizes))
    assert ends <= true_ends
    assert len(ends) > 0.8 * len(true_ends)  # where the next word would not have fitted, none is


@pytest.mark.parametrize("width", [60, 72])
def test_korean_is_filled_by_code_points_or_by_columns(width: int) -> None:
    paragraphs = [textwrap.wrap(" ".join(PROSE["ko"]), width)] * 3
    lines = [line for paragraph in paragraphs for line in [*paragraph, ""]]
    assert sizes_of(lines) == [len(paragraphs[0]), 1] * 3
    narrow: list[str] = [""]
    for word in " ".join(PROSE["ko"]).split():
        if (
            sum(1 + (unicodedata.east_asian_width(char) in "WF") for char in f"{narrow[-1]} {word}")
            > width
        ):
            narrow.append(word)
        else:
            narrow[-1] = f"{narrow[-1]} {word}".strip()
    assert sizes_of(narrow) == [len(narrow)]


def test_lines_filled_by_bytes() -> None:
    lines = [""]
    for word in " ".join(PROSE["de"]).split():
        if len(f"{lines[-1]} {word}".encode()) > 70:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    assert sizes_of(lines) == [len(lines)]


NAMES = [f"{first} {last}" for first in ("Anna", "Max") for last in ("Berger", "de Gruyter")] * 30
VERSE = [
    "Der Mond ist aufgegangen,",
    "Die goldnen Sternlein prangen",
    "Am Himmel hell und klar;",
    "Der Wald steht schwarz und schweiget,",
    "Und aus den Wiesen steiget",
    "Der weiße Nebel wunderbar.",
    "",
] * 10
LOG = [
    f"2026-03-{day:02} 12:00:0{day % 10} INFO Anna Berger hat die Seite {day} von Kassel gelesen"
    for day in range(10, 30)
] * 4
TABLE = [f"{name:20}   {town:12}   {name[:3].lower()} {town.lower()}@example.org"
         for name, town in (("Anna Berger", "Kassel"), ("Max Muster", "Bonn"))] * 30  # fmt: skip
CODE = [
    "for name in names:", "    if name in found:", "        continue", "    found.add(name)",
    "return sorted(found, key=lambda name: (len(name), name))", "",
] * 12  # fmt: skip


@pytest.mark.parametrize(
    "lines", [NAMES, VERSE, LOG, TABLE, CODE], ids=["names", "verse", "log", "table", "code"]
)
def test_lists_verse_logs_tables_and_code_stay_lines(lines: list[str]) -> None:
    assert sizes_of(lines) == [1] * len(lines)


@pytest.mark.parametrize("name", PROSE)
def test_a_paragraph_a_line_and_a_sentence_a_line_stay_lines(name: str) -> None:
    lines = PROSE[name] * 3
    assert sizes_of(lines) == [1] * len(lines)
    sentences = [f"{sentence}." for line in lines for sentence in line.rstrip(".").split(". ")]
    assert sizes_of(sentences) == [1] * len(sentences)


def test_lists_within_wrapped_text() -> None:
    (first, second, *_) = (textwrap.wrap(" ".join(PROSE["en"][i : i + 4]), 72) for i in (1, 5))
    items = ["* Anna Berger, who came from Kassel by train and who had brought all her", "  books",
             "* Max Muster", "Anna Berger", "Kassel"]  # fmt: skip
    sizes = sizes_of([*first, "", *items, "", *second])
    assert sizes == [len(first), 1, 2, 1, 1, 1, 1, len(second)]


def test_indented_paragraphs_quotes_and_headings() -> None:
    paragraphs = [textwrap.wrap(" ".join(PROSE["en"][i : i + 3]), 70) for i in (1, 4, 7)]
    indented = [line for first, *others in paragraphs for line in (f"  {first[:66]}", *others)]
    assert sizes_of(indented)[0] == len(paragraphs[0])
    quoted = [f"> {line}" for paragraph in paragraphs for line in (*paragraph, "")]
    assert sizes_of(quoted)[:2] == [len(paragraphs[0]), 1]
    headed = [line for paragraph in paragraphs for line in ("A Heading", *paragraph, "")]
    assert sizes_of(headed)[:3] == [1, len(paragraphs[0]), 1]


def test_two_lines_are_one_paragraph_only_where_that_is_clear() -> None:
    clear = [
        "Die Bürgermeisterin von Kassel hat am Dienstag mit dem Physiker Anna",
        "und so weiter.",
    ]
    assert sizes_of(clear) == [2]
    names = ["Anna Maria Elisabeth Berger-Hallwachs, Kassel, Germany, Europe", "Max Muster"]
    assert sizes_of(names) == [1, 1]
    assert sizes_of(["Anna", "lebt."]) == [1, 1]


def test_what_the_user_says_goes() -> None:
    lines = ["Anna Maria", "Berger lebt", "", "Kassel"]
    assert sizes_of(lines, LINES) == [1, 1, 1, 1]
    assert sizes_of(lines, WRAPPED) == [2, 1, 1]
    prose = [line for paragraph in wrapped_prose("en", 72) for line in [*paragraph, ""]]
    assert sizes_of(prose, LINES) == [1] * len(prose)


def test_a_pause_brings_out_what_is_not_known_to_be_wrapped() -> None:
    finder = ParagraphFinder()
    assert finder.add("Anna Berger lebt in Kassel.") == []
    assert finder.pause() == [1]
    assert finder.pause() == []
    long = textwrap.wrap(" ".join(PROSE["fr"] * 3), 72)
    known = [size for line in long for size in finder.add(line)]
    assert sum(known) < len(long)
    assert finder.found_wrapped
    assert finder.pause() == []  # its paragraph may go on
    assert sum(known) + sum(finder.end()) == len(long)


LINE = st.one_of(
    st.text("ab ÄÖ-.\t>\u00ad한1)", max_size=90),
    st.sampled_from([*textwrap.wrap(PROSE["de"][1], 72), *textwrap.wrap(PROSE["ko"][1], 60), ""]),
)


@given(st.lists(LINE, max_size=3 * WINDOW_LINES), st.sampled_from(MODES))
def test_every_line_is_in_one_paragraph(lines: list[str], mode: str) -> None:
    sizes = sizes_of(lines, mode)
    assert sum(sizes) == len(lines)
    assert all(size > 0 for size in sizes)
    groups, at = [], 0
    for size in sizes:
        groups.append(lines[at : at + size])
        at += size
    assert all(len(group) == 1 or all(line.strip() for line in group) for group in groups)


@given(st.lists(LINE, max_size=30), st.sampled_from(MODES))
def test_joins_are_in_order_and_take_blanks_and_hyphens_alone(lines: list[str], mode: str) -> None:
    text, done = "\n".join(lines), 0
    for start, end, glue in paragraph_joins(text, mode):
        assert done <= start < end <= len(text)
        assert "\n" in text[start:end]
        assert not text[start:end].strip("-\u2010\u2011\u00ad \t\n\u00a0\u3000>")
        assert glue in ("", " ")
        done = end


@given(st.lists(LINE, max_size=30))
def test_offsets_lead_back_to_the_text(lines: list[str]) -> None:
    text = "\n".join(lines)
    normalised = normalise_paragraphs(text, has_tokens=False, mode=WRAPPED)
    for at, char in enumerate(normalised.text):
        start, end = normalised.original_span(at, at + 1)
        assert 0 <= start < end <= len(text)
        if char.isalnum():
            assert char in normalise_paragraphs(text[start:end], has_tokens=True).text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Anna\nBerger", "Anna Berger"),
        ("Anna  \n  Berger", "Anna Berger"),
        ("Sieben-\nthaler", "Siebenthaler"),
        ("Sieben\u00ad\nthaler", "Siebenthaler"),
        ("Sieben\u2010\nthaler", "Siebenthaler"),
        ("Baden-\nBaden", "Baden-Baden"),
        ("CDU-\nChef", "CDU-Chef"),
        ("Haupt-\nund Nebensatz", "Haupt- und Nebensatz"),
        ("Aix-\nen-Provence", "Aix-en-Provence"),
        ("Gar-\nmisch-Partenkirchen", "Garmisch-Partenkirchen"),
        ("er kam -\nund ging", "er kam - und ging"),
        ("1914-\n1918", "1914- 1918"),
        ("> Anna\n> Berger", "> Anna Berger"),
        ("부산\n시립도서관", "부산 시립도서관"),
    ],
)
def test_what_stands_between_two_lines(text: str, expected: str) -> None:
    assert unwrapped(text) == expected
    assert len(line_joins(text)) == 1


def test_random_lines_agree_on_no_width() -> None:
    shuffled = random.Random(3)
    words = " ".join(PROSE["de"]).split()
    lines = []
    for _ in range(2000):
        at = shuffled.randrange(len(words) - 16)
        lines.append(" ".join(words[at : at + shuffled.randrange(2, 16)]))
    assert sizes_of(lines) == [1] * len(lines)
