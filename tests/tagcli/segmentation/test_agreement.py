"""Particles that go with the sound before them."""

from __future__ import annotations

import pytest

from tagcli.segmentation.agreement import agreeing

READ = {"consonant": "036", "rieul": "178", "vowel": "2459"}


@pytest.mark.parametrize(
    ("consonant", "vowel"),
    [
        ("은", "는"), ("이", "가"), ("을", "를"), ("과", "와"), ("과의", "와의"), ("이나", "나"),
        ("이랑", "랑"), ("이며", "며"), ("이라는", "라는"), ("이다", "다"), ("이었다", "였다"),
        ("이에요", "예요"), ("이야", "야"), ("아", "야"),
    ],
)  # fmt: skip
def test_the_form_is_that_behind_the_digit_as_it_is_read(consonant: str, vowel: str) -> None:
    for given in (consonant, vowel):
        for digit in READ["vowel"]:
            assert agreeing(f"X{given} ", 1, digit) == (given, vowel)
        for digit in READ["consonant"] + READ["rieul"]:
            # 야 has two forms behind a consonant
            wanted = "아" if given == "야" else consonant
            assert agreeing(f"X{given}.", 1, digit) == (given, wanted)


@pytest.mark.parametrize("more", ["", "서", "부터", "는", "도", "의"])
def test_rieul_takes_the_short_form_of_a_direction(more: str) -> None:
    for given in (f"으로{more}", f"로{more}"):
        for digit in READ["vowel"] + READ["rieul"]:
            assert agreeing(given, 0, digit) == (given, f"로{more}")
        for digit in READ["consonant"]:
            assert agreeing(given, 0, digit) == (given, f"으로{more}")


@pytest.mark.parametrize(
    "text", ["에서", "의", "", " 은", "s", "이상한", "으로써야만", "은행", "가나"]
)
def test_what_has_one_form_alone_or_is_no_particle(text: str) -> None:
    assert agreeing(text, 0, "2") is None
