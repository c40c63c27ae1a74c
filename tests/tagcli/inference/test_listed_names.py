"""Listed names: where they are found, and what they take away."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.errors import UsageError
from tagcli.inference.encoding import LabelledUnits, Pieces
from tagcli.inference.list_files import read_lists
from tagcli.inference.listed_names import key
from tagcli.languages import PARTS, WORDS
from tagcli.names import as_known
from tagcli.readers.base import token_offsets
from tagcli.records import Document, Entity
from tagcli.segmentation.normalisation import normalise, normalise_paragraphs
from tagcli.segmentation.words import cut_words
from tests.support.tagged import entity

if TYPE_CHECKING:
    from pathlib import Path

    from tagcli.inference.listed_names import ListedNames

AS_MODEL = partial(as_known, known=("PER", "LOC"))
NO_PIECES = Pieces(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros((0, 2), np.int32))


def lists(
    always: dict[str, str],
    never: tuple[tuple[str, str | None], ...] = (),
    ignore_case: bool = False,
) -> ListedNames:
    return read_lists(always.items(), never, ignore_case, AS_MODEL)


def applied(
    names: ListedNames, document: Document, found: tuple[Entity, ...] = (), unit: str = WORDS
) -> list[Entity]:
    """What becomes of the entities of a text that is one sentence."""
    has_tokens = document.given_words is not None
    text = normalise_paragraphs(document.text, has_tokens, is_one=document.wrapped)
    words = np.array(cut_words(text.text), np.int32).reshape(-1, 2)
    units = LabelledUnits(0, len(text.text), "", unit, words, NO_PIECES)
    return names.corrected(document, text, units, found)


def found(names: dict[str, str], text: str, unit: str = WORDS, **options: bool) -> list[str]:
    return [one.text for one in applied(lists(names, **options), Document(text), unit=unit)]


def test_a_listed_name_is_an_entity_of_its_own_kind() -> None:
    (one,) = applied(lists({"Anna Meier": "VIP"}), Document("Frau Anna Meier kommt"))
    assert one == Entity(5, 15, "VIP", "Anna Meier", 1.0, source="list")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Bern, (Bern) «Bern» Bern.", ["Bern"] * 4),
        ("Berner Bernina Hintbern BERN bern", []),
        ("Bern-Wabern in Bern's l’Bern", ["Bern"] * 2),
        ("Bern Wabern", ["Bern Wabern"]),
        ("Bern \u00a0 Wabern\tBern", ["Bern \u00a0 Wabern", "Bern"]),
    ],
)
def test_names_stand_between_the_tagger_s_words(text: str, expected: list[str]) -> None:
    assert found({"Bern": "LOC", "Bern  Wabern": "LOC"}, text) == expected


def test_a_name_goes_over_the_line_end_of_a_wrapped_paragraph() -> None:
    document = Document("die Stadt St.\n> Gallen und die Stadt-\nbibliothek", wrapped=True)
    names = lists({"St. Gallen": "LOC", "Stadtbibliothek": "ORG"})
    assert [one.text for one in applied(names, document)] == [
        "St.\n> Gallen", "Stadt-\nbibliothek",
    ]  # fmt: skip


def test_letters_may_be_composed_and_marks_unusual() -> None:
    assert found({"Zu\u0308rich": "LOC", "Saint\u2010Denis": "LOC"}, "Zürich, Saint-Denis") == [
        "Zürich", "Saint-Denis",
    ]  # fmt: skip
    assert found({"Zürich": "LOC", "Saint-Denis": "LOC"}, "Zu\u0308rich, Saint\u2011Denis") == [
        "Zu\u0308rich", "Saint\u2011Denis",
    ]  # fmt: skip


def test_case_counts_unless_it_is_ignored() -> None:
    text = "İzmir ISTANBUL istanbul"
    assert found({"Istanbul": "LOC"}, text) == []
    assert found({"Istanbul": "LOC"}, text, ignore_case=True) == ["ISTANBUL", "istanbul"]


@pytest.mark.parametrize("unit", [WORDS, PARTS])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("민지는 민지가 민지도 민지입니다", ["민지"] * 4),
        ("민지은 민지비 김민지", []),
        ("서울에서는, 서울로", ["서울", "서울"]),
        ("NATO는 NATO의", ["NATO", "NATO"]),
        ("김 민지와 민지", ["김 민지", "민지"]),
    ],
)
def test_korean_names_stand_before_their_particles(
    text: str, expected: list[str], unit: str
) -> None:
    names = {"민지": "PER", "서울": "LOC", "NATO": "ORG", "김 민지": "PER"}
    assert found(names, text, unit) == expected


def test_given_tokens_are_whole_or_no_name() -> None:
    tokens = ["Bern", "-", "Wabern", "Bern-Wabern", "서울에서", "서울", "Bad", "Ems"]
    document = Document(" ".join(tokens), tokens=token_offsets(tokens))
    names = {"Bern": "LOC", "Wabern": "LOC", "서울": "LOC", "Bad Ems": "LOC"}
    places = [(one.text, one.start_token, one.end_token) for one in applied(lists(names), document)]
    assert places == [("Bern", 0, 1), ("Wabern", 2, 3), ("서울", 5, 6), ("Bad Ems", 6, 8)]


def test_the_longest_name_is_taken_and_the_first_of_two_as_long() -> None:
    names = {"New York": "LOC", "York City Council": "ORG", "a b": "PER", "b c": "PER"}
    assert found(names, "New York City Council, a b c") == ["York City Council", "a b"]


def test_what_the_model_found_gives_way_where_they_overlap() -> None:
    text = "Anna Meier und Max aus Bern"
    model = (
        entity(text, "Anna Meier und", "ORG"), entity(text, "Max", "PER"),
        entity(text, "Bern", "PER"),
    )  # fmt: skip
    names = lists({"Meier": "PER", "Bern": "LOC"})
    assert [(one.text, one.label) for one in applied(names, Document(text), model)] == [
        ("Meier", "PER"), ("Max", "PER"), ("Bern", "LOC"),
    ]  # fmt: skip


def test_never_takes_away_the_whole_entity_that_is_listed() -> None:
    text = "Anna Meier, Zu\u0308rich und Bern in Bern West"
    model = (
        entity(text, "Anna Meier", "PER"), entity(text, "Zu\u0308rich", "LOC"),
        entity(text, "Bern", "LOC"), entity(text, "Bern West", "ORG"),
    )  # fmt: skip

    def left(*never: tuple[str, str | None], ignore_case: bool = False) -> list[str]:
        names = lists({}, never, ignore_case)
        return [one.text for one in applied(names, Document(text), model)]

    assert left(("Zürich", None)) == ["Anna Meier", "Bern", "Bern West"]
    assert left(("Bern", "loc"), ("Anna", None)) == ["Anna Meier", "Zu\u0308rich", "Bern West"]
    assert left(("Bern", "PER"), ("bern", "LOC")) == [one.text for one in model]
    both = left(("Bern", "PER"), ("bern", "LOC"), ignore_case=True)
    assert both == ["Anna Meier", "Zu\u0308rich", "Bern West"]
    assert left(("Bern", None), ("Bern", "PER")) == left(("Bern", "PER"), ("Bern", None)) == both


def test_never_is_about_what_the_model_found() -> None:
    names = lists({"Bern": "LOC"}, (("Bern", None),))
    assert [one.text for one in applied(names, Document("Bern"))] == ["Bern"]


def test_labels_are_the_model_s_in_any_case_or_others() -> None:
    assert lists({"a": "per", "b": "Ship"}).labels == {"PER", "Ship"}


# Files


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "names.txt"


def test_a_file_may_have_a_mark_and_windows_line_ends(file: Path) -> None:
    file.write_bytes("\ufeffBern\tLOC\r\n\r\nAnna\tPER".encode())
    names = read_lists(file, None, False, AS_MODEL)
    assert [one.label for one in applied(names, Document("Anna Bern"))] == ["PER", "LOC"]
    assert names.digest == lists({"Anna": "PER", "Bern": "LOC"}).digest


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("a\tPER\nBern\n", ":2: 'Bern' has no label: give it one behind a tab"),
        ("Bern\t \n", ":1: 'Bern' has no label: give it one behind a tab"),
        (" \tPER\n", ":1: there is no name"),
        ("a\tPER\tx\n", ":1: a name and a label are wanted, here are more tabs"),
        ("a\tPER\nb\tPER\na\tLOC\n", ":3: 'a' has another label elsewhere in the list"),
        (b"a\tPER\n\xff", " is not UTF-8: byte 7"),
    ],
)
def test_bad_lines_are_named(file: Path, content: str | bytes, problem: str) -> None:
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(UsageError) as caught:
        read_lists(file, None, False, AS_MODEL)
    assert str(caught.value) == f"{file}{problem}"


def test_bad_lists_from_elsewhere(file: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        read_lists(None, str(file), False, AS_MODEL)
    with pytest.raises(UsageError, match="item 1 of always, counted from 0: 'ab' is no name"):
        read_lists([("a", "PER"), "ab"], None, False, AS_MODEL)  # type: ignore[list-item]
    with pytest.raises(UsageError, match="item 0 of never, counted from 0: there is no name"):
        read_lists(None, [("\n", None)], False, AS_MODEL)


# What holds of any list and text

WORD = st.sampled_from(["a", "b", "A", "Bern", "é", "e\u0301", "a-b", ".", "서울", "서울에서"])
TEXT = st.lists(st.tuples(WORD, st.sampled_from([" ", "  ", "\u00a0", ""]))).map(
    lambda words: "".join(word + blank for word, blank in words)
)
NAMES = st.dictionaries(
    st.lists(WORD, min_size=1, max_size=3).map(" ".join), st.sampled_from(["PER", "X"]), max_size=6
)


@given(NAMES, TEXT, st.booleans(), st.sampled_from([WORDS, PARTS]), st.randoms())
def test_the_longest_names_that_there_are(
    names: dict[str, str], text: str, ignore_case: bool, unit: str, random: object
) -> None:
    by_key = {key(name, ignore_case): label for name, label in names.items()}
    pairs = [(name, by_key[key(name, ignore_case)]) for name in names]
    document = Document(text)
    result = applied(read_lists(pairs, None, ignore_case, AS_MODEL), document, unit=unit)
    random.shuffle(pairs)  # type: ignore[attr-defined]
    again = read_lists(pairs, None, ignore_case, AS_MODEL)
    assert applied(again, document, unit=unit) == result
    end = 0
    for one in result:
        assert end <= one.start < one.end
        assert text[one.start : one.end] == one.text
        assert by_key[key(one.text, ignore_case)] == one.label
        end = one.end
    if unit == WORDS and "서울" not in text:
        assert [(one.start, one.end) for one in result] == _expected(text, by_key, ignore_case)


def _expected(text: str, names: dict[str, str], ignore_case: bool) -> list[tuple[int, int]]:
    """By trying all spans of words."""
    normal = normalise(text)
    words = cut_words(normal.text)
    spans = [(a, b) for i, (a, _) in enumerate(words) for _, b in words[i:]]
    lengths = {(a, b): len(key(normal.text[a:b], ignore_case)) for a, b in spans}
    spans = [(a, b) for a, b in spans if key(normal.text[a:b], ignore_case) in names]
    taken: list[tuple[int, int]] = []
    for start, end in sorted(spans, key=lambda span: (-lengths[span], span[0])):
        if all(end <= a or b <= start for a, b in taken):
            taken.append((start, end))
    return [normal.original_span(*span) for span in sorted(taken)]


@given(NAMES, TEXT)
def test_entities_of_the_model_stay_where_no_name_is(names: dict[str, str], text: str) -> None:
    spans = cut_words(text)
    model = tuple(Entity(a, b, "ORG", text[a:b], 0.5) for a, b in spans)
    listed = applied(lists(names), Document(text))
    taken = {at for one in listed for at in range(one.start, one.end)}
    kept = [one for one in model if not taken.intersection(range(one.start, one.end))]
    both = sorted([*listed, *kept], key=lambda one: one.start)
    assert applied(lists(names), Document(text), model) == both
    assert applied(lists({}, tuple((name, None) for name in names)), Document(text), model) == [
        one for one in model if key(one.text, False) not in {key(name, False) for name in names}
    ]
    assert all(replace(one, source=None) != one for one in listed)
