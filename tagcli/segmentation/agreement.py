"""Korean particles in the form that goes with the sound before them: 은 behind a consonant, 는
behind a vowel."""

from __future__ import annotations

import re

# Behind a consonant, and behind a vowel; each may have what stands after the stroke behind it.
_PAIRS = (
    ("은", "는", ""), ("이", "가", ""), ("을", "를", ""), ("과", "와", " 의 는 도"),
    ("으로", "로", " 서 써 부터 는 도 의 만 서의 서는"), ("이나", "나", ""), ("이랑", "랑", ""),
    ("이며", "며", ""), ("이라", "라", " 는 고 면 서 며"), ("이란", "란", ""), ("이여", "여", ""),
    ("이다", "다", ""), ("이었다", "였다", ""), ("이에요", "예요", ""),
    ("이었", "였", "던 고 으며 지만"), ("아", "야", ""), ("이야", "야", ""),
)  # fmt: skip
_BEHIND_VOWEL = {
    first + more: second + more for first, second, tails in _PAIRS for more in tails.split(" ")
}
# 야 calls somebody or says what something is; of names it is more often the former
_BEHIND_CONSONANT = {second: first for first, second in reversed(_BEHIND_VOWEL.items())}
_RUN = re.compile("[가-힣]+")
_WITH_RIEUL, _VOWELS = "178", "2459"
_LONGEST = max(map(len, _BEHIND_VOWEL))


def agreeing(text: str, start: int, digit: str) -> tuple[str, str] | None:
    """The particle that text[start:] begins with, as it is and in the form that it has behind a
    digit, read in Korean; None where there is none with two forms."""
    run = _RUN.match(text, start, start + _LONGEST + 1)
    if run is None:
        return None
    given = run[0]
    behind_vowel = _BEHIND_VOWEL.get(given, given if given in _BEHIND_CONSONANT else None)
    if behind_vowel is None:
        return None
    is_open = digit in _VOWELS or (digit in _WITH_RIEUL and behind_vowel.startswith("로"))
    if is_open:
        return given, behind_vowel
    return given, given if given in _BEHIND_VOWEL else _BEHIND_CONSONANT[given]
