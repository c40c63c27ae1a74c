"""The language that a text's script shows."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.languages import LATIN
from tagcli.segmentation.script import language_of_script
from tests.support.tiny_models import SENTENCES


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("language", list(SENTENCES))
def test_sentences_of_each_language(language: str, form: str) -> None:
    expected = "ko" if language == "ko" else LATIN
    for sentence in SENTENCES[language]:
        text = unicodedata.normalize(form, sentence)  # type: ignore[arg-type]
        assert language_of_script(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", LATIN),
        ("1234 !?", LATIN),
        ("서울", "ko"),
        ("ㅋㅋㅋ", "ko"),
        ("그는 Google과 Microsoft에서 일했다", "ko"),
        ("The word 한글 means the Korean alphabet, he said.", LATIN),
        ("東京", LATIN),
        ("서울 abcdef", "ko"),  # a syllable weighs as much as three letters
        ("서울 abcdefg", LATIN),
    ],
)
def test_the_script_decides(text: str, expected: str) -> None:
    assert language_of_script(text) == expected


@given(st.text(st.characters(codec="latin-1"), max_size=40))
def test_text_without_hangul_is_never_korean(text: str) -> None:
    assert language_of_script(text) == LATIN


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    "text",
    [
        # letters of addresses do not count
        "김민지가 서울에서 썼다: https://www.example.org/very/long/path/to/an/article/about/it",
        "김민지 <minji.kim.department@university-of-somewhere.example.ac.kr> 서울대학교는 넓다.",
        "문의: Anna.Berger.and.others@example.com",
        "www.example.com/a/long/path/to/somewhere 참고",
        # names in Latin letters with Korean particles and endings
        "Manchester United는 Real Madrid에서 Cristiano Ronaldo를 영입했다.",
        "New York Times와 Washington Post에 따르면 Joe Biden이 왔다",
        "Senior Software Engineer로 Microsoft Deutschland GmbH에서 일한다",
        "Queen, Bohemian Rhapsody, Live Aid 들었다.",
        "Samsung Electronics가",
        "Real Madrid 에서 Cristiano Ronaldo 를 영입",
        "iphone pro max를 apple이 the verge에서 공개했어요",
        # what is in brackets explains a name
        "서울(Seoul Metropolitan City Government Office) 방문",
    ],
)
def test_korean_with_many_latin_letters(text: str, form: str) -> None:
    assert language_of_script(unicodedata.normalize(form, text)) == "ko"  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text",
    [
        "Seoul (서울) ist die Hauptstadt.",
        "Kim (김민지)",
        "Koreatown, Palisades Park (벼랑 공원 코리아타운)",
        "Präsident Moon Jae-in 문재인 besucht Berlin",
        "The company 삼성전자 announced a new phone.",
        "Das Wort für das Meer heißt dort seit jeher 바다.",
        "Das Suffix in NATO의 zeigt nach Ansicht der Forschung den Genitiv an.",
        "We met 김철수 in Seoul. 그는 Samsung Electronics America에서 일한다. He likes it a lot.",
    ],
)
def test_latin_text_with_korean_names(text: str) -> None:
    assert language_of_script(text) == LATIN


def test_nothing_but_brackets_is_what_is_in_them() -> None:
    assert language_of_script("(서울 Seoul)") == "ko"
    assert language_of_script("(Seoul Metropolitan City, 서울)") == LATIN
