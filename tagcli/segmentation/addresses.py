"""Web and mail addresses in running text."""

from __future__ import annotations

import re

URL = r"(?i:https?://|ftp://|www\.)[^\s<>\"«»“”„\ufffc]+"
"""A pattern of a web address, with what may stand behind it: see `url_end`."""

_MAIL = r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
_ADDRESS = rf"(?P<url>{URL})|{_MAIL}"  # compiled where it is used: few texts need it
_SIGNS = ("@", "://", "www.", "WWW.")
# A path may have Hangul; what stands right behind Latin letters or a bracket is a particle.
_PARTICLE = r"(?<![/=_%?&#.+:,~가-힣-])[가-힣]"


def url_end(text: str, start: int, end: int) -> int:
    """End of the web address in text[start:end], without the punctuation or the Korean particle
    that follows it."""
    if not text.isascii() and (found := re.compile(_PARTICLE).search(text, start, end)):
        end = found.start()
    surplus = text.count(")", start, end) - text.count("(", start, end)
    while text[end - 1] in ".,;:!?'’]}*" or (text[end - 1] == ")" and surplus > 0):
        end -= 1
        surplus -= text[end] == ")"
    return end


def addresses(text: str) -> list[tuple[int, int]]:
    """The (start, end) offsets of the addresses in a text, in order."""
    found: list[tuple[int, int]] = []
    if not any(sign in text for sign in _SIGNS):
        return found
    search = re.compile(_ADDRESS).search
    end = 0
    while match := search(text, end):
        start, end = match.span()
        if match["url"]:
            end = url_end(text, start, end)
        found.append((start, end))
    return found
