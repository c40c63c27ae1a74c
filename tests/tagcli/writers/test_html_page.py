"""The page: its text, its marks, and that nothing in them can run, break out or be fetched.

What a browser makes of it is seen by test_browser.py. The golden files under golden/html hold the
pages without their style and script; NERTAG_REGENERATE_GOLDEN=1 pytest with this file writes
them anew.
"""

from __future__ import annotations

import base64
import hashlib
import re
import tracemalloc
import unicodedata
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.control_characters import visible
from tagcli.readers.base import token_offsets
from tagcli.records import ConllRows, Document, Entity, TaggedDocument
from tagcli.writers.base import WriterOptions
from tagcli.writers.formats import OUTPUT_FORMATS
from tagcli.writers.palette import COLOURS
from tests.support.golden import assert_golden
from tests.support.tagged import any_tagged, entity, tagged_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

VOID = ("meta",)
PLAIN = WriterOptions()


def page(documents: Iterable[TaggedDocument], options: WriterOptions = PLAIN) -> str:
    writer = OUTPUT_FORMATS["html"](options)
    return "".join([writer.head(), *map(writer.record, documents), writer.tail()])


class Reader(HTMLParser):
    """What a page holds; an element that is not closed, or not known here, fails."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.paragraphs: list[str] = []
        self.headings: list[str] = []
        self.title = self.style = self.script = self.heading = self.about = ""
        self.marks: list[dict[str, str | None]] = []
        self.texts: list[str] = []  # of the marks
        self.attributes: list[dict[str, str | None]] = []
        self.blocks = 0
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = ("html", "head", "meta", "title", "style", "script", "body", "header", "div",
                 "nav", "noscript", "main", "section", "h1", "h2", "p", "mark")  # fmt: skip
        assert tag in known
        self.attributes.append(dict(attrs))
        if tag == "p":
            self.paragraphs.append("")
        elif tag == "h2":
            self.headings.append("")
        elif tag == "mark":
            self.marks.append(dict(attrs))
            self.texts.append("")
        elif tag == "section":
            self.blocks += 1
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        inner = self.open[-1] if self.open else ""
        if inner == "mark":
            self.texts[-1] += data
        if inner in ("p", "mark"):
            self.paragraphs[-1] += data
        elif inner == "h2":
            self.headings[-1] += data
        elif inner == "h1":
            self.heading += data
        elif inner == "div":
            self.about += data
        elif inner in ("title", "style", "script"):
            setattr(self, inner, getattr(self, inner) + data)
        elif inner != "noscript":
            assert data.strip() == ""


KOREAN = "이순신은 서울에서 태어났다."
KOREAN_ENTITIES = (entity(KOREAN, "이순신", "PER", 0.9922), entity(KOREAN, "서울", "LOC", 0.992))
NFD = unicodedata.normalize("NFD", "서울과 Zürich")
NFD_ENTITIES = (
    entity(NFD, unicodedata.normalize("NFD", "서울"), "LOC"),
    entity(NFD, unicodedata.normalize("NFD", "Zürich"), "LOC"),
)
ODD = '</p><script>alert("x")</script> & \x1b[31mRom\x1b[0m <b>\r\n\tA&amp;B\x00 it\'s'
ODD_ENTITIES = (
    entity(ODD, "<script>", "a\"b'<c>&\x1b"),
    entity(ODD, "\x1b[31mRom", "LOC", 1),
    entity(ODD, "A&amp;B", "ORG", 0.005),
)
PAGES: dict[str, tuple[list[TaggedDocument], WriterOptions]] = {
    "korean": (
        [
            tagged_text(KOREAN, KOREAN_ENTITIES, "raw"),
            tagged_text(""),
            tagged_text(NFD, NFD_ENTITIES, "raw"),
        ],
        WriterOptions(title="ko.txt", model="model base", date="2026-01-01"),
    ),
    "odd": ([tagged_text(ODD, ODD_ENTITIES)], WriterOptions(title="<i>\x1b.txt")),
    "sources": (
        [
            tagged_text("Rom", [entity("Rom", "Rom", "LOC")], source="a.txt"),
            tagged_text("Bern", source="a.txt"),
            tagged_text("Rom", [entity("Rom", "Rom", "LOC")], source="<b>\x1b.txt"),
        ],
        WriterOptions(show_source=True, title="a.txt and 1 more"),
    ),
}


@pytest.mark.parametrize("name", PAGES)
def test_pages_are_what_they_were(name: str) -> None:
    bare = re.sub(r"(?s)(<(style|script)>).*?(</\2>)", r"\1\3", page(*PAGES[name]))
    bare = re.sub(r"sha256-[\w+/=]+", "sha256-", bare)
    assert_golden(f"html/{name}.html", bare)


def test_marks() -> None:
    read = Reader(page([tagged_text(KOREAN, KOREAN_ENTITIES, "raw")]))
    assert read.paragraphs == [KOREAN]
    assert read.texts == ["이순신", "서울"]
    assert read.marks == [
        {"id": "e1", "class": "c0", "data-label": "PER", "title": "PER, score 0.99"},
        {"id": "e2", "class": "c2", "data-label": "LOC", "title": "LOC, score 0.99"},
    ]
    assert {"lang": "ko"} in read.attributes


def test_decomposed_text_goes_out_as_it_is() -> None:
    read = Reader(page([tagged_text(NFD, NFD_ENTITIES)]))
    assert read.paragraphs == [NFD]
    assert read.texts == [found.text for found in NFD_ENTITIES]
    assert {"lang": "ko"} not in read.attributes


def test_nothing_of_the_input_is_markup() -> None:
    read = Reader(page([tagged_text(ODD, ODD_ENTITIES)], WriterOptions(title=ODD)))
    assert read.paragraphs == [visible(ODD)]
    assert read.title == visible(ODD)
    assert read.marks[0]["data-label"] == "a\"b'<c>&␛"
    assert [mark["title"] for mark in read.marks[1:]] == ["LOC, score 1.00", "ORG, score 0.01"]


def test_the_head_says_what_of_what_with_and_when() -> None:
    read = Reader(page([], WriterOptions(title="<a>.txt", model="model <b>", date="2026-01-02")))
    assert (read.heading, read.about) == ("<a>.txt", "nertag · model <b> · 2026-01-02")
    read = Reader(page([]))
    assert (read.heading, read.about) == ("nertag", "nertag")


def test_a_heading_a_file() -> None:
    read = Reader(page(*PAGES["sources"]))
    assert read.headings == ["a.txt", "<b>␛.txt"]
    assert [mark["id"] for mark in read.marks] == ["e1", "e2"]
    documents, _ = PAGES["sources"]
    assert Reader(page(documents)).headings == []


def test_comments_after_the_last_sentence_are_no_record() -> None:
    rows = ConllRows(("", "# end"), ())
    tagged = TaggedDocument(Document("", tokens=token_offsets([]), conll=rows), (), ())
    assert page([tagged]) == page([])


def test_an_empty_page_is_a_page() -> None:
    read = Reader(page([]))
    assert read.paragraphs == []
    assert read.title == "nertag"


def test_nothing_is_fetched_and_nothing_else_runs() -> None:
    text = page([tagged_text(KOREAN, KOREAN_ENTITIES)])
    assert not re.search(r"https?:|//\w|url\(|@import|\ssrc=|<link|<img|fetch\(|innerHTML", text)
    read = Reader(text)
    policy = next(a["content"] for a in read.attributes if "http-equiv" in a)
    for content in (read.style, read.script):
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in str(policy)
    assert str(policy).startswith("default-src 'none';")
    assert "unsafe" not in str(policy)
    assert not any(name.startswith("on") or name == "style" for a in read.attributes for name in a)


def test_every_label_has_a_colour() -> None:
    style = Reader(page([])).style
    assert re.findall(r"\.c(\d) \{ --c: (#\w{6}); \}", style) == [
        (str(i), colour.rgb) for i, colour in enumerate(COLOURS)
    ]
    assert style.count("{") == style.count("}")


def test_text_is_cut_into_blocks_of_about_a_screen() -> None:
    lines = [tagged_text("Rom und Bern.") for _ in range(150)]
    assert Reader(page(lines)).blocks == 3
    assert Reader(page([tagged_text("가" * 5000), tagged_text("a")])).blocks == 2
    assert Reader(page([tagged_text("a\n" * 100), tagged_text("a")])).blocks == 2
    assert Reader(page([tagged_text("a\n" * 1000)])).blocks == 17
    assert Reader(page([tagged_text("")])).blocks == 1


def _cut(text: str, found: Sequence[Entity] = ()) -> list[str]:
    """The paragraphs of a record, which together are its text and its marks."""
    read = Reader(page([tagged_text(text, found)]))
    assert "".join(read.paragraphs) == text
    assert read.texts == [one.text for one in found]
    assert read.blocks == len(read.paragraphs)
    return read.paragraphs


def test_a_long_record_is_cut_behind_line_ends() -> None:
    assert len(_cut("Rom\n" * 55 + "Bern")) == 1
    assert _cut("Rom\n" * 58 + "Bern") == ["Rom\n" * 58, "Bern"]
    assert _cut("Rom\n" * 58) == ["Rom\n" * 58]
    long_lines = ("x" * 799 + "\n") * 12  # 11 rows each
    assert [len(part) // 800 for part in _cut(long_lines)] == [6, 6]


def test_a_long_line_is_cut_between_sentences() -> None:
    sentence = "Die Stadt Bern liegt an der Aare, wie man in Bern oft und gerne sagt. "
    parts = _cut(sentence * 1000)
    assert all(9600 <= len(part) < 9700 for part in parts[:-1])
    assert all(part.startswith("Die Stadt") for part in parts)
    assert len(_cut("x" * 100_000)) == 1  # nowhere to cut it


def test_tokens_of_one_long_sentence_are_cut_at_blanks() -> None:
    text = " ".join(["Bern"] * 10_000)
    record = TaggedDocument(Document(text, tokens=token_offsets(text.split())), (), ())
    read = Reader(page([record]))
    assert "".join(read.paragraphs) == text
    assert [len(part) for part in read.paragraphs] == [14_400, 14_400, 14_400, 6_799]


def test_no_entity_is_cut() -> None:
    text = "Rom\n" * 100
    parts = _cut(text, [Entity(4 * 55, 4 * 70, "LOC", text[4 * 55 : 4 * 70], 1.0)])
    assert [len(part) for part in parts] == [4 * 70, 4 * 30]
    every = [Entity(i, i + 3, "LOC", "Rom", 1.0) for i in range(0, 400, 4)]
    assert [len(part) for part in _cut(text, every)] == [232, 168]


def test_what_is_held_does_not_grow() -> None:
    writer = OUTPUT_FORMATS["html"](WriterOptions(show_source=True))
    document = tagged_text("Rom und Bern. " * 20, [Entity(0, 3, "LOC", "Rom", 0.5)])
    for _ in range(100):
        writer.record(document)
    tracemalloc.start()
    written = sum(len(writer.record(document)) for _ in range(3000))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert written > 1_000_000
    assert held < 20_000


def test_a_page_cut_short_has_whole_records_and_its_script() -> None:
    whole = page([tagged_text(KOREAN, KOREAN_ENTITIES)] * 3)
    head, *records = re.split(r"(?<=</p>\n)", whole)
    assert len(records) == 3
    assert "DOMContentLoaded" in head


ANY_TEXT = st.text(st.characters(), max_size=60) | st.lists(
    st.sampled_from(["<", ">", "&", "&lt;", "&#27;", "]]>", "<!--", "--", "</p>", "</main>",
                     "<script>", "\"'", "\x1b[", "\r", "\n", "\t", " ", "가", "\u1100", "\x00"])
).map("".join)  # fmt: skip


@given(st.lists(any_tagged(ANY_TEXT), max_size=4), ANY_TEXT)
def test_the_text_of_the_page_is_the_text(documents: list[TaggedDocument], title: str) -> None:
    text = page(documents, WriterOptions(title=title))
    text.encode()
    read = Reader(text)
    assert read.paragraphs == [visible(document.text) for document in documents]
    found = [found for document in documents for found in document.entities]
    assert read.texts == [visible(one.text) for one in found]
    assert [mark["data-label"] for mark in read.marks] == [visible(one.label) for one in found]
    assert [mark["id"] for mark in read.marks] == [f"e{i}" for i in range(1, len(found) + 1)]
    assert read.title == read.heading == visible(title)
