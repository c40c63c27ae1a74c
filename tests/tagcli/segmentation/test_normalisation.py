from __future__ import annotations

import time
import unicodedata

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tagcli.segmentation.normalisation import normalise

quick = settings(max_examples=300)

# Letters, marks of several classes, jamo, marks that decompose or never compose, emoji, blanks
TRICKY = (
    "aeouAOU nN \t\u00a0\u2000\u2126\u212b\u00e4\u00e9\u1e69\u01d5"
    "\u0300\u0301\u0308\u0323\u0327\u0344\u0345\u035c\u0338"
    "\u1100\u1112\u1161\u1175\u11a8\u11c2\uac00\ud55c\u115f\u1160"
    "\u0915\u093c\u0958\u09c7\u09be\u0b47\u0b56\u0dd9\u0dcf\u1025\u102e\u0f71\u0f72\u0f73"
    "\u200b\u200d\u200e\u200f\ufe0f\U0001f468\U0001f1e9\u2adc\ufb1d\uf900\U0001d15e\U0001d165"
)
tricky_text = st.text(st.sampled_from(TRICKY), max_size=24)
any_text = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


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
    assert normalised.text[start:end] in nfc(text[first:last])
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
