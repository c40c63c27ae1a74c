from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.languages import LANGUAGES, LATIN, LATIN_LANGUAGES, language_of_script, unit_of
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


def test_the_languages() -> None:
    assert set(LANGUAGES) == {"de", "en", "fr", "it", "ko"}
    assert set(LATIN_LANGUAGES) == set(LANGUAGES) - {"ko"}
    assert LATIN not in LANGUAGES


@pytest.mark.parametrize(
    ("units", "language", "expected"),
    [
        ({"ko": "parts"}, "ko", "parts"),
        ({"ko": "parts"}, "de", "words"),
        ({"ko": "parts"}, LATIN, "words"),
        ({"de": "raw"}, LATIN, "words"),
        ({"de": "raw", "en": "raw", "fr": "raw", "it": "raw"}, LATIN, "raw"),
    ],
)
def test_what_is_read_in_a_language(units: dict[str, str], language: str, expected: str) -> None:
    assert unit_of(units, language) == expected
