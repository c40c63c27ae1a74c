"""What a line of text shows of its layout: how wide it is, how it starts and how it ends."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_LONGEST_LINE = 260  # code points; no wrapped text has longer ones

LINE_START = re.compile(r"(?P<quote>(?:>[ \t]?)*)(?P<indent>[ \u00a0\u3000]*)(?P<first>\S+)")
_STRONG_MARK = re.compile(r"(?:[*+•‣▪◦·●○■□※]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})\)|\[\d{1,3}\])\s")
# So begin list items, but also lines within a sentence: ordinals, dashes, "Basel: ..."
_WEAK_MARK = re.compile(r"(?:\d{1,3}\.|[-–—])\s|[A-Z][\w-]{1,24}:(?:\s|$)")
_TABLE = re.compile(r"\S(?:\s*\t\s*| {3,})\S|^[|+=_*#~\-\s]+$|^#{1,6}\s")
_FINISHED = re.compile(r"[.!?…。！？:][\"'”’»“«」』)\]]*$")
DIVIDED = re.compile(r"[^\W\d_][-\u2010\u2011\u00ad]$")
CJK = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3]")

Widths = tuple[int, int, int]
"""In the measures that programs fill lines by: code points, columns of a terminal, bytes."""
MEASURES = range(3)


@dataclass(frozen=True, slots=True)
class Line:
    """What a line shows of its layout: its `widths`, those of its `first` word, in every measure;
    a `wall` goes on in no other line."""

    widths: Widths = (0, 0, 0)
    first: Widths = (0, 0, 0)
    quote: str = ""
    indent: int = 0
    wall: bool = True
    mark: str = ""  # of a list item: strong, weak or none
    starts: str = ""  # small, large, cjk or other
    is_unfinished: bool = False
    is_divided: bool = False  # its last word goes on


def line_of(text: str) -> Line:
    """The layout of a line of text."""
    bare = text.rstrip()
    found = LINE_START.match(bare)
    if found is None or len(bare) > _LONGEST_LINE or _TABLE.search(bare):
        return Line()
    content = bare[found.end("indent") :]
    return Line(
        widths=_widths(bare),
        first=_widths(found["first"]),
        quote=found["quote"].strip(),
        indent=len(found["indent"]),
        wall=False,
        mark=_mark_of(content),
        starts=_start_of(content),
        is_unfinished=not _FINISHED.search(bare),
        is_divided=bool(DIVIDED.search(bare)),
    )


def _widths(text: str) -> Widths:
    length = len(text)
    if text.isascii():
        return length, length, length
    columns = length
    if CJK.search(text):
        columns += sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return length, columns, len(text.encode("utf-8", "replace"))


def _mark_of(content: str) -> str:
    if _STRONG_MARK.match(content):
        return "strong"
    return "weak" if _WEAK_MARK.match(content) else ""


def _start_of(content: str) -> str:
    letter = next((char for char in content[:4] if char.isalnum()), "")
    if CJK.match(letter):
        return "cjk"
    return "small" if letter.islower() else "large" if letter.isupper() else "other"


def goes_on(first: Line, line: Line, following: Line) -> bool:
    """Whether a line may go on in the next one, by what both look like; `first` is the first line
    of its paragraph."""
    if line.wall or following.wall or line.quote != following.quote:
        return False
    if following.mark == "strong" or (following.mark and (first.mark or not line.is_unfinished)):
        return False
    if following.indent > line.indent:  # a new paragraph, or what hangs below a list's mark
        return bool(first.mark) and line is first and following.indent <= line.indent + 6
    return following.indent == line.indent or line is first
