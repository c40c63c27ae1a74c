"""Tokens into natural running text: where a person writing the language sets no blank."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tagcli.languages import LATIN_LANGUAGES
from tagcli.segmentation.abbreviations import listed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagcli.schemes import Span

LANGUAGES = LATIN_LANGUAGES
"""Those whose spacing is known; Korean corpora have their blanks already."""

Joins = tuple[bool, bool]
"""Whether a token has no blank before it, and whether it has none after it."""

_APART: Joins = (False, False)
_TO_LEFT: Joins = (True, False)
_TO_RIGHT: Joins = (False, True)
_BOTH: Joins = (True, True)

_PUNCTUATION = re.compile(r"[.,;:!?…]+|[)\]}]+|%")
# Its full stop and the sentence's are one in print; as two they stay apart.
_ABBREVIATED = re.compile(r".*\w\.")
# French sets a blank before these and inside « ». It is kept: web text and Wikipedia have it, and
# where a writer leaves it out, the words are cut the same.
_FRENCH_APART = re.compile("[;:!?%]+|»")
_OPENING = frozenset("([{¿¡")
_CURRENCIES = frozenset("$£€")
_SIGNS = frozenset("+−±")
_DASHES = frozenset("-–")
_CLOSES_AFTER = frozenset(".,;:!?)]}…")

# Quotes: straight ones by turns, „ “ and » « in German, “ ” elsewhere; `` opens what '' closes.
_STRAIGHT = ('"', "''", "'", "'\"'")
_OPENER_OF = {"``": "''", "`": "'"}
_LOW_QUOTES = {"„": "“", "‚": "‘"}
_HIGH_QUOTES = {"“": "“", "‘": "‘"}
_END_QUOTES = {"”": "“", "’": "‘"}
_GUILLEMETS = {"«": True, "‹": True, "»": False, "›": False}
# WikiNEuRal has a quote where Wikipedia had a narrow blank, as in: 10 " million
_UNIT = re.compile(r"\d.*|[^\W\d_]{1,3}[²³]?|[mb]il\w*|mln|mrd\.?|%|°")

_CLITIC = re.compile(r"(?:['’](?:s|m|d|t|re|ve|ll)|n['’]t)", re.IGNORECASE)
CLITICS = frozenset(("s", "t", "m", "d", "re", "ve", "ll"))
APOSTROPHES = frozenset("'’")
_ELIDED = re.compile(r"[^\W\d_].*['’]")
_ALWAYS_ELIDED = re.compile(
    r"(?:[ldcjmnst]|(?:jusq|lorsq|puisq|quoiq|q)u|(?:[dn]e|a|da|su|co|que)ll|un|quest|gl)['’]",
    re.IGNORECASE,
)
_CUT_SHORT = re.compile(r"(?:po|mo|be|de|ne|co|a|e|to|fe|va|fa|da|di|sta)['’]", re.IGNORECASE)
_VOWEL = re.compile('[aeiouyhàáâäæèéêëìíîïòóôöœùúûü"«“„‘(\\[\\d]', re.IGNORECASE)
_NAME_PREFIX = re.compile(r"(?:.*-)?[ODLNdl]")  # O ' Neill, Val-d ’ Oise

_FRENCH_HYPHENS = listed(
    "-ci -là -t -il -ils -elle -elles -on -je -tu -nous -vous -moi -toi -le -la -les -lui -leur -y"
    " -en -ce"
)
_SCORE = re.compile(r"\d+:\d+")
_INITIAL = re.compile(r"[^\W\d_]\.")
_COORDINATION = frozenset(("und", "oder", "bis", "bzw.", "sowie"))
_ADDRESS_JOINTS = frozenset("./_?=&~%+")


def natural_text(tokens: Sequence[str], language: str) -> tuple[str, list[tuple[int, int]]]:
    """A sentence's text as `language`, one of LANGUAGES, is written, and every token's (start,
    end) in it, in code points. The text without its blanks is the tokens without theirs."""
    joined = _Joiner(tokens, language).blanks()
    parts, spans, end = [], list[tuple[int, int]](), 0
    for token, blank in zip(tokens, joined, strict=True):
        start = end + blank
        end = start + len(token)
        parts.append(" " * blank + token)
        spans.append((start, end))
    return "".join(parts), spans


def natural_spans(
    old: Sequence[tuple[int, int]],
    new: Sequence[tuple[int, int]],
    entities: Sequence[Span],
) -> list[Span]:
    """Entities (start, end, type) on the same characters of tokens that moved from the spans `old`
    to `new`; raises ValueError for one that has none of their characters."""
    place = {
        before + i: after + i
        for (before, end), (after, _) in zip(old, new, strict=True)
        for i in range(end - before)
    }
    moved = []
    for start, end, label in entities:
        inside = [place[i] for i in range(start, end) if i in place]
        if not inside:
            raise ValueError(f"{label} from {start} to {end} has no token")
        moved.append((inside[0], inside[-1] + 1, label))
    return moved


class _Joiner:
    """Goes through a sentence once, and knows which quotes are open."""

    def __init__(self, tokens: Sequence[str], language: str) -> None:
        self._tokens = tokens
        self._language = language
        self._open: set[str] = set()

    def blanks(self) -> list[bool]:
        """Whether there is a blank before every token; the first has none."""
        joins = [self._joins(i) for i in range(len(self._tokens))]
        in_address = _address_tails(self._tokens)
        return [
            i > 0 and not (i in in_address or joins[i][0] or joins[i - 1][1])
            for i in range(len(self._tokens))
        ]

    def _joins(self, i: int) -> Joins:
        token, previous, following = self._tokens[i], self._token(i - 1), self._token(i + 1)
        quoted = self._quote(i, token, previous, following)
        if quoted is not None:
            return quoted
        if token in _DASHES or token in (".", ":", "/"):
            found = self._between(token, previous, following)
            if found is not None:
                return found
        if self._language == "fr" and _FRENCH_APART.fullmatch(token):
            return _APART
        if _PUNCTUATION.fullmatch(token):
            return (not (token[0] == "." and _ABBREVIATED.fullmatch(previous)), False)
        return _symbol(token, previous, following) or self._word(token, previous, following)

    def _token(self, i: int) -> str:
        return self._tokens[i] if 0 <= i < len(self._tokens) else ""

    def _between(self, mark: str, previous: str, following: str) -> Joins | None:
        """Marks that join what stands around them: 3 : 1, 1999 – 2001, Sci / Fi, In - und."""
        digits = _ends_in_digit(previous) and following[:1].isdigit()
        if mark == ":":
            return _BOTH if digits and len(previous) <= 3 else None
        if mark == ".":
            return _BOTH if digits else None
        if mark == "/":
            around = previous[-1:].isalnum() and following[:1].isalnum()
            return _BOTH if around and not previous.startswith("http") else None
        if digits or (_INITIAL.fullmatch(previous) and following[:1].isupper()):
            return _BOTH
        if self._language == "de" and mark == "-":
            if following in _COORDINATION and previous[:1].isupper():
                return _TO_LEFT
            if _SCORE.fullmatch(previous) and following[:1].isupper():
                return _BOTH
        return None

    def _word(self, token: str, previous: str, following: str) -> Joins:
        after_word = previous[-1:].isalnum()
        if _CLITIC.fullmatch(token):
            return (after_word, False)
        if self._language == "fr" and token.lower() in _FRENCH_HYPHENS:
            return (after_word, False)
        if self._language == "de" and token[:1] == "-" and token[1:2].isupper():
            return (after_word, False)
        if _ELIDED.fullmatch(token):
            return (False, self._elides(token, following))
        return _APART

    def _elides(self, token: str, following: str) -> bool:
        """Whether the word that ends in an apostrophe is written together with the next one."""
        if self._language in ("de", "en"):
            return len(token) == 2 and following[:1].isalpha()
        if _CUT_SHORT.fullmatch(token):
            return False
        is_vowel = _VOWEL.match(following) is not None
        return is_vowel or following in CLITICS or bool(_ALWAYS_ELIDED.fullmatch(token))

    def _quote(self, i: int, token: str, previous: str, following: str) -> Joins | None:
        if token in APOSTROPHES:
            apostrophe = self._apostrophe(i, token, previous, following)
            if apostrophe is not None:
                return apostrophe
        if token in _STRAIGHT:
            return self._straight(token, previous, following)
        if token in _OPENER_OF:
            return self._opened(_OPENER_OF[token])
        if token in _LOW_QUOTES:
            return self._opened(_LOW_QUOTES[token])
        if token in _HIGH_QUOTES:
            key = _HIGH_QUOTES[token]
            return self._closed(key) if key in self._open else self._opened(key)
        if token in _END_QUOTES:
            return self._closed(_END_QUOTES[token])
        if token in _GUILLEMETS:
            return self._guillemet(token)
        self._note_attached(token)
        return None

    def _opened(self, key: str) -> Joins:
        self._open.add(key)
        return _TO_RIGHT

    def _closed(self, key: str) -> Joins:
        self._open.discard(key)
        return _TO_LEFT

    def _straight(self, key: str, previous: str, following: str) -> Joins:
        if key in self._open:
            return self._closed(key)
        amount = _ends_in_digit(previous) or previous in _CURRENCIES
        if key == '"' and amount and _UNIT.fullmatch(following):
            return _TO_LEFT
        ends = not following or following[0] in _CLOSES_AFTER
        if ends and previous and previous not in _OPENING:
            return _TO_LEFT
        return self._opened(key)

    def _guillemet(self, token: str) -> Joins:
        if self._language == "fr":
            return _APART
        if self._language != "de":
            return _TO_RIGHT if _GUILLEMETS[token] else _TO_LEFT
        key = "»" if token in "«»" else "›"  # German has both »so« and «so»
        return self._closed(key) if key in self._open else self._opened(key)

    def _apostrophe(self, i: int, token: str, previous: str, following: str) -> Joins | None:
        """What a lone apostrophe is if it is no quote."""
        if previous[-1:].isalpha() and following in CLITICS:
            return _BOTH
        if _NAME_PREFIX.fullmatch(previous) and following[:1].isalpha():
            return _BOTH
        if following == "n":  # Rock ' n ' Roll
            return _TO_RIGHT
        if previous == "n" and self._token(i - 2) in APOSTROPHES:
            return _TO_LEFT
        if _END_QUOTES.get(token, token) in self._open:
            return None
        if _ends_in_digit(previous):  # minutes: 3 ' 48
            return (True, following[:1].isdigit())
        if following[:2].isdigit() and len(following) >= 2:  # anni ' 50
            return _TO_RIGHT
        unpaired = list(self._tokens[i + 1 :]).count(token) % 2 == 0
        if token == "'" and unpaired and previous[-1:] in tuple("sxz"):
            return _TO_LEFT  # of a possessive plural
        return None

    def _note_attached(self, token: str) -> None:
        """Quotes that the tokens have not split off: ''Monster, "Foo."""
        for key in ("''", '"'):
            if len(token) > len(key):
                if token.startswith(key):
                    self._open.add(key)
                if token.endswith(key):
                    self._open.discard(key)


def _symbol(token: str, previous: str, following: str) -> Joins | None:
    after_word, first = previous[-1:].isalnum(), following[:1]
    if token in _OPENING:
        return _TO_RIGHT
    if token in _CURRENCIES and first.isdigit() and not _ends_in_digit(previous):
        return _TO_RIGHT
    if token in _SIGNS and first.isdigit() and not after_word:
        return _TO_RIGHT
    if token in ("#", "@") and (first.isalnum() or first == "_"):
        return _TO_RIGHT
    if token == "_":
        return (after_word, first.isalnum())
    return (after_word, False) if token == "°" else None


def _ends_in_digit(token: str) -> bool:
    return token[-1:].isdigit()


def _address_tails(tokens: Sequence[str]) -> set[int]:
    """The tokens of web addresses but their first: http : / / t . co / a."""
    tails: set[int] = set()
    i = 0
    while i < len(tokens):
        if tokens[i] in ("http", "https") and tuple(tokens[i + 1 : i + 4]) == (":", "/", "/"):
            end = i + 4
            while end < len(tokens) and _goes_on(tokens, end):
                end += 1
            tails.update(range(i + 1, end))
            i = end
        else:
            i += 1
    return tails


def _goes_on(tokens: Sequence[str], i: int) -> bool:
    """Whether the token is part of the address that the one before it is part of."""
    if tokens[i] not in _ADDRESS_JOINTS:
        return tokens[i - 1] in _ADDRESS_JOINTS and tokens[i][:1].isalnum()
    following = tokens[i + 1] if i + 1 < len(tokens) else ""
    ends_sentence = tokens[i] == "." and following[:1].isupper()
    return following[:1].isalnum() and not ends_sentence
