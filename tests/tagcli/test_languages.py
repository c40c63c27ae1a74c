from __future__ import annotations

import pytest

from tagcli.languages import LANGUAGES, LATIN, LATIN_LANGUAGES, unit_of


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
