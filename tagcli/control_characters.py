"""Control characters made visible: no text may move a reader's cursor or change its colours."""

from __future__ import annotations

import re

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_DELETE = 0x7F
_PICTURES = 0x2400
_PICTURE_OF_DELETE = "\u2421"
_NO_PICTURE = "\ufffd"  # the second control block (U+009B begins what ESC [ does), half a pair


def visible(text: str) -> str:
    """The text, as long as before, with its control characters but tab and line feed as pictures:
    U+001B as U+241B. Those without a picture, and lone surrogates, become U+FFFD."""
    return _CONTROL.sub(_picture, text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < ord(" "):
        return chr(_PICTURES + code)
    return _PICTURE_OF_DELETE if code == _DELETE else _NO_PICTURE
