from __future__ import annotations

import re
import time
import unicodedata
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tagcli.segmentation.marks import with_usual_marks
from tagcli.segmentation.normalisation import normalise
from tagcli.segmentation.paragraphs import line_joins

quick = settings(max_examples=300)

# Letters, marks of several classes, jamo, marks that decompose or never compose, emoji, blanks
TRICKY = (
    "aeouAOU nN \t\u00a0\u2000\u2126\u212b\u00e4\u00e9\u1e69\u01d5"
    "\u0300\u0301\u0308\u0323\u0327\u0344\u0345\u035c\u0338"
    "\u1100\u1112\u1161\u1175\u11a8\u11c2\uac00\ud55c\u115f\u1160"
    "\u0915\u093c\u0958\u09c7\u09be\u0b47\u0b56\u0dd9\u0dcf\u1025\u102e\u0f71\u0f72\u0f73"
    "-\u2010\u2011\u02bc\uff07"
    "\u200b\u200d\u200e\u200f\ufe0f\U0001f468\U0001f1e9\u2adc\ufb1d\uf900\U0001d15e\U0001d165"
)
tricky_text = st.text(st.sampled_from(TRICKY), max_size=24)
any_text = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


def nfc(text: str) -> str:
    return with_usual_marks(unicodedata.normalize("NFC", text))


def alike(text: str) -> str:
    """The text with one character for all that may be an apostrophe, by what is beside it."""
    return re.sub("[`\u00b4\u02b9\u2032\u201b‘’]", "’", text)


@quick
@given(tricky_text | any_text)
@example("A\u2126\u0f73\u0345")  # class 0, but its parts are marks
@example("\u1100\u1161\u11a8\u0308 e\u0323\u0301\u0344")
def test_text_is_what_unicodedata_makes_of_it(text: str) -> None:
    assert normalise(text).text == nfc(text)


@quick
@given(any_text, st.sampled_from(["NFD", "NFKD"]))
def test_decomposed_text_composes(text: str, form: str) -> None:
    decomposed = unicodedata.normalize(form, text)  # type: ignore[arg-type]
    assert normalise(decomposed).text == nfc(decomposed)


@quick
@given(tricky_text | any_text, st.data())
def test_spans_map_back_to_what_they_were_made_from(text: str, data: st.DataObject) -> None:
    normalised = normalise(text)
    if not normalised.text:
        return
    start = data.draw(st.integers(0, len(normalised.text) - 1))
    end = data.draw(st.integers(start + 1, len(normalised.text)))
    first, last = normalised.original_span(start, end)
    assert 0 <= first < last <= len(text)
    assert alike(normalised.text[start:end]) in alike(nfc(text[first:last]))
    several = normalised.original_spans(np.array([[start, end]], np.int32))
    assert several.tolist() == [[first, last]]


@quick
@given(tricky_text)
def test_cuts_that_map_to_cuts_divide_the_text(text: str) -> None:
    """Where two neighbouring spans do not share original code points, they compose apart."""
    normalised = normalise(text)
    size = len(normalised.text)
    for cut in range(1, size):
        left = normalised.original_span(0, cut)
        right = normalised.original_span(cut, size)
        assert left[0] == 0
        assert right[1] == len(text)
        assert right[0] <= left[1], "a code point is in neither span"
        if left[1] == right[0]:
            assert nfc(text[slice(*left)]) == normalised.text[:cut]
            assert nfc(text[slice(*right)]) == normalised.text[cut:]


@quick
@given(tricky_text, st.data())
def test_original_spans_are_inside_their_way_there_and_back(text: str, data: st.DataObject) -> None:
    if not text:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    normalised = normalise(text)
    there = normalised.normalised_spans(np.array([[start, end]], np.int32))
    first, last = there[0].tolist()
    assert 0 <= first <= last <= len(normalised.text)
    if first < last:
        back = normalised.original_span(first, last)
        assert back[0] <= start
        assert back[1] >= end


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Herr Mu\u0308ller lacht", "Müller"),
        (unicodedata.normalize("NFD", "나는 이순신은 서울"), "이순신"),
        (unicodedata.normalize("NFD", "à Besançon et"), "Besançon"),
    ],
)
def test_a_name_in_decomposed_text(text: str, name: str) -> None:
    normalised = normalise(text)
    start = normalised.text.index(name)
    first, last = normalised.original_span(start, start + len(name))
    assert text[first:last] == unicodedata.normalize("NFD", name)


@pytest.mark.parametrize("hyphen", ["\u2010", "\u2011", "\uff0d"])
def test_usual_marks_stand_where_the_others_stood(hyphen: str) -> None:
    text = f"Mu\u0308ller{hyphen}Lu\u0308denscheid"
    normalised = normalise(text)
    assert normalised.text == "Müller-Lüdenscheid"
    assert normalised.original_span(6, 7) == (7, 8)
    assert text[7] == hyphen
    assert normalise(f"Anna{hyphen}Lena").starts is None, "one character for another needs no map"


@quick
@given(tricky_text, st.data())
def test_parted_spans_divide_the_text_in_order(text: str, data: st.DataObject) -> None:
    """Every span is in its bounds, begins with no blank and shares nothing; none is empty."""
    normalised = normalise(text)
    size = len(normalised.text)
    cuts = sorted(data.draw(st.sets(st.integers(0, size), max_size=6)) | {0, size})
    spans = np.array(list(pairwise(cuts)), np.int32).reshape(-1, 2)
    if normalised.starts is None:
        return
    at = 0
    for start, end in normalised.parted_spans(text, spans, 0, len(text)).tolist():
        assert at <= start < end <= len(text)
        assert not text[at:start].strip(), "a character is in no span"
        assert not text[start].isspace()
        at = end
    assert not text[at:].strip()


def test_a_mark_that_composes_over_a_blank_is_behind_it() -> None:
    """U+0344 is written as two marks, which map to the blank and the mark; and it is one word."""
    text = "a \u0344b"
    normalised = normalise(text)
    words = np.array([[0, 1], [2, 3], [3, 5]], np.int32)
    assert normalised.original_spans(words).tolist() == [[0, 1], [1, 3], [1, 4]]
    assert normalised.parted_spans(text, words, 0, 4).tolist() == [[0, 1], [2, 3], [3, 4]]
    assert normalised.parted_spans(text, words, 2, 4).tolist() == [[2, 3], [3, 4]]


def test_the_hyphen_of_a_divided_word_is_in_a_part() -> None:
    text = "Ka-\nle"
    normalised = normalise(text, line_joins(text))
    assert normalised.text == "Kale"
    halves = np.array([[0, 2], [2, 4]], np.int32)
    assert normalised.parted_spans(text, halves, 0, 6).tolist() == [[0, 3], [4, 6]]


def test_text_that_is_nfc_has_no_map() -> None:
    normalised = normalise("Müller 이순신 👩‍👩‍👧")
    assert normalised.starts is None
    assert normalised.original_span(3, 9) == (3, 9)


def test_lone_surrogates_become_replacement_characters_of_the_same_place() -> None:
    text = "a\ud800b e\u0308\udfff"
    normalised = normalise(text)
    assert normalised.text == "a\ufffdb \u00eb\ufffd"
    assert normalised.original_span(4, 5) == (4, 6)
    assert normalised.original_span(5, 6) == (6, 7)


def test_empty_spans_stay_empty() -> None:
    normalised = normalise("e\u0308x")
    assert normalised.original_span(1, 1) == (2, 2)
    assert normalised.original_span(2, 2) == (3, 3)
    assert normalise("").original_span(0, 0) == (0, 0)


def test_a_heap_of_marks_takes_time_by_its_length() -> None:
    text = "e" + "\u0301" * 60_000 + "\u0323" * 60_000 + " Zu\u0308rich"
    started = time.monotonic()
    normalised = normalise(text)
    assert time.monotonic() - started < 10  # by the square of the marks it takes half a minute
    assert normalised.text.startswith("\u00e9")
    assert normalised.text.endswith(" Zürich")
    end = len(normalised.text)
    assert normalised.original_span(0, end) == (0, len(text))
    assert normalised.original_span(end - 6, end) == (len(text) - 7, len(text))


def test_many_symbols_stay() -> None:
    text = "★" * 1000 + "e"
    normalised = normalise(text)
    assert normalised.text == text
    assert normalised.original_span(3, 1001) == (3, 1001)
