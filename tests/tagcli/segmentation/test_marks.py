"""Marks that stand for others, and marks that are glued on words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.segmentation.marks import as_cut, trimmed, with_usual_marks, without_glued_marks

PIECES = (
    *"aBé_&;#.,'’ʼ`´‘-‐‑－ \n¹²³①ªº*/@+1", "&amp;", "&nbsp;", "&#39;", "&#xE9;", "&uuml;", "&ouml",
    "https://", "가", "\u0300", "\ufffc", "km", "AT&T",
)  # fmt: skip
texts = st.text() | st.lists(st.sampled_from(PIECES), max_size=24).map("".join)


@pytest.mark.parametrize("mark", ["\u2010", "\u2011", "\ufe63", "\uff0d"])
@pytest.mark.parametrize("text", ["Anna-Lena", "Grund- und", "- nein -", "1990-1995", "-"])
def test_hyphens(mark: str, text: str) -> None:
    assert with_usual_marks(text.replace("-", mark)) == text


@pytest.mark.parametrize("text", ["l’ami", "James’ Haus", "’s", "3,5’", "dell’«Arte»", "-’-"])
def test_the_letter_apostrophe_is_one_everywhere(text: str) -> None:
    assert with_usual_marks(text.replace("’", "\u02bc")) == text


@pytest.mark.parametrize("mark", ["`", "\u00b4", "\u02b9", "\u2032", "\u201b"])
def test_accents_are_apostrophes_between_letters(mark: str) -> None:
    changed = ["l’avocat", "Peter’s", "O’Brien", "dell’Écurie", "don’t"]
    same = ["`code`", "a `b` c", "5´ 30´´", "´", "Hans´ ", "3`5", "가`나"]
    for text in changed:
        assert with_usual_marks(text.replace("’", mark)) == text
    for text in (one.replace("`", mark).replace("´", mark) for one in same):
        assert with_usual_marks(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("l‘ami d‘Anna", "l’ami d’Anna"),
        ("qu‘Anna dell‘Aquila O‘Brien", "qu’Anna dell’Aquila O’Brien"),
        ("Leicester‘s", "Leicester’s"),
        ("KBS‘Music Bank’", "KBS‘Music Bank’"),
        ("er sagt ‘nein’ und (‘ja’)", "er sagt ‘nein’ und (‘ja’)"),
        ("가수‘아이유’가", "가수‘아이유’가"),
    ],
)
def test_opening_quotes_that_are_apostrophes(text: str, expected: str) -> None:
    assert with_usual_marks(text) == expected


# What becomes a symbol is in angle brackets.
@pytest.mark.parametrize(
    "marked",
    [
        "Anna Berger<¹> und Max<²³>, Kassel<①> Bonn<❷>",
        "Berger<¹>,<²> Tübingen.<²>",
        "<¹>Siehe <①>Erstens 언제<②>어디서<③> 김철수<¹>는",
        "Dupont<ª> Curie<º> Berger<ᵃ>",
        "km² m³ mc² 100m² km²당 E² CO₂ H²O 1ª 2º nº XIXᵉ Mᵐᵉ",
        "<_>New York Times<_> <__>Anna<__> <_>Kassel<_>.",
        "Bürger_innen a_b ____ _ @_max_ #_tag_ max_@mail.org _max@mail.org",
        "https://example.org/_a_/b_ http://a.example/?a=1&amp;b_=2 www.example.org/_a_",
        "Anna<&nbsp;>Berger <&quot;>Siemens<&quot;> <&lt;>Bosch<&gt;> l<&#39;>ami <&#x27;>",
        "AT&T R&B; H&M &und; Müller & Söhne",
    ],
)
def test_glued_marks_become_symbols(marked: str) -> None:
    expected = re.sub("<([^>]+)>", lambda found: "\ufffc" + "\u0300" * (len(found[1]) - 1), marked)
    assert without_glued_marks(re.sub("[<>]", "", marked)) == expected


@pytest.mark.parametrize("text", ["M&uuml;ller", "Caf&eacute;", "M&#252;ller", "&Ouml;l", "&#xE9;"])
def test_references_to_letters_are_letters(text: str) -> None:
    assert without_glued_marks(text).isalpha()


@given(texts)
def test_every_character_keeps_its_place(text: str) -> None:
    for made in (with_usual_marks(text), without_glued_marks(text), as_cut(text)):
        assert len(made) == len(text)
        assert [c.isspace() for c in made] == [c.isspace() for c in text]


@given(texts)
def test_usual_marks_stay(text: str) -> None:
    once = with_usual_marks(text)
    assert with_usual_marks(once) == once


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Anna Berger¹", "Anna Berger"),
        ("_New York Times_", "New York Times"),
        ("&quot;Siemens&quot;", "Siemens"),
        ("Anna&nbsp;Berger &lt;", "Anna&nbsp;Berger"),
        ("① 서울", "서울"),
        ("33m²", "33m²"),
        ("AT&T", "AT&T"),
        ("Anna_Lena", "Anna_Lena"),
        ("¹", ""),
        ("&nbsp;&nbsp;", ""),
        ("", ""),
    ],
)
def test_spans_lose_the_marks_at_their_ends(text: str, name: str) -> None:
    start, end = trimmed(f"x {text} y", 2, 2 + len(text))
    assert f"x {text} y"[start:end] == name


@pytest.mark.parametrize(
    "unit", ["_", "_a", "a_", "&", "&amp;", "¹", "¹a", "`", "a`", "‘a", "@_", "https://&", "&#1;"]
)
def test_long_runs(unit: str) -> None:
    text = unit * (200_000 // len(unit))
    assert len(as_cut(text)) == len(text)
