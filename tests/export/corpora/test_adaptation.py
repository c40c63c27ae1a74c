from __future__ import annotations

import unicodedata
from typing import Any

import pytest

from export.corpora.adaptation import adapted, new_type
from export.corpora.examples import Example
from export.corpora.source import Source
from tagcli.errors import DataError

TEXT = "미국 뉴욕 에서 삼성 이 PS"
SPANS = ((0, 2, "OG_POLITICS"), (3, 5, "LC_CITY"), (9, 11, "OG_ECONOMY"))


def spans_of(text: str, spans: Any, **settings: Any) -> list[tuple[str, str]]:
    example = Example(text, tuple(spans), None, 1)
    made = adapted(example, Source("corpus", **settings), "ko")
    assert made.text == text
    return [(text[start:end], label) for start, end, label in made.spans]


@pytest.mark.parametrize(
    ("label", "expected"),
    [("PS_NAME", "PER"), ("PS", "other"), ("OG_X", "ORG"), ("OG_ART", "O"), ("LC", "LC")],
)
def test_the_longest_prefix_names_a_type(label: str, expected: str) -> None:
    names = {"P*": "other", "PS_*": "PER", "OG*": "ORG", "OG_ART": "O"}
    assert new_type(label, names) == expected


def test_types_by_text_and_by_name() -> None:
    labels, types = {"OG*": "ORG", "LC*": "LOC"}, {"미국": "LOC", "이": "PER"}
    found = spans_of(TEXT, SPANS, labels=labels, by_text=types)
    assert found == [("미국", "LOC"), ("뉴욕", "LOC"), ("삼성", "ORG")]
    assert spans_of(TEXT, SPANS, labels={"OG*": "O"}) == [("뉴욕", "LC_CITY")]
    assert spans_of(TEXT, SPANS, by_text={"뉴욕": "O"})[1:] == [("삼성", "OG_ECONOMY")]


def test_text_is_compared_composed() -> None:
    text = unicodedata.normalize("NFD", "미국")
    assert spans_of(text, ((0, len(text), "OG"),), by_text={"미국": "LOC"}) == [(text, "LOC")]


def test_neighbours_of_one_type_are_joined() -> None:
    labels = {"OG*": "ORG", "LC*": "LOC"}
    assert spans_of(TEXT, SPANS, labels=labels, by_text={"미국": "LOC"}, joins=("LOC",)) == [
        ("미국 뉴욕", "LOC"),
        ("삼성", "ORG"),
    ]
    assert len(spans_of(TEXT, SPANS, labels=labels, joins=("LOC", "ORG"))) == 3, "other types"
    three = ((0, 1, "A"), (2, 3, "A"), (4, 5, "A"), (6, 7, "B"), (9, 10, "B"))
    text = "a b c d  e"
    assert spans_of(text, three, joins=("A", "B")) == [("a b c", "A"), ("d", "B"), ("e", "B")]
    assert spans_of("a b", ((2, 3, "A"), (0, 1, "A")), joins=("A",)) == [("a b", "A")], "any order"
    assert len(spans_of("a,b", ((0, 1, "A"), (2, 3, "A")), joins=("A",))) == 2


def test_spacing_moves_the_spans() -> None:
    tokens = ((0, 1), (2, 6), (7, 8))
    example = Example("( Köln )", ((2, 6, "LOC"),), tokens, 7)
    made = adapted(example, Source("corpus", spacing="natural", case="upper"), "de")
    assert (made.text, made.spans, made.tokens) == ("(KÖLN)", ((1, 5, "LOC"),), None)
    with pytest.raises(DataError, match="spacing is for tokens"):
        adapted(Example("Köln", (), None, 7), Source("corpus", spacing="natural"), "de")
