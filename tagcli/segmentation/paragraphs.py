"""Paragraphs of hard-wrapped text, and the line ends within them that are none.

Whether a text is wrapped, and how, is for tagcli.segmentation.wrapping to say.
"""

from __future__ import annotations

import re
from collections import deque
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

from tagcli.segmentation.line_layout import CJK, DIVIDED, LINE_START, Line, goes_on, line_of
from tagcli.segmentation.modes import AUTO, LINES, WRAPPED
from tagcli.segmentation.wrapping import (
    Pair,
    Wrapping,
    clear_wrapping,
    likeliest_wrapping,
    may_be_prose,
    pair_of,
    still_fits,
    widest_wrapping,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WINDOW_LINES = 40
"""So many lines are seen before it is said of the first of them whether they go on."""
_LONGEST_PARAGRAPH = 400  # lines: what never ends is cut somewhere
_REMEMBERED_PAIRS = 200
# Behind a hyphen that is no division: Haupt- und Nebensatz; Aix-en-Provence, Stratford-upon-Avon
_SUSPENDED = re.compile(r"(?:und|oder|bis|sowie|bzw|et|ou|e|o|ed|and|or|to)\b(?![-\u2010\u2011])")
_LINKING = re.compile(
    r"(?:en|sur|sous|de|du|des|la|le|les|lès|aux|au|et|près|devant|am|an|der|ob|bei|im|in|und|zu"
    r"|upon|on|by|the|under|di|da)[-\u2010\u2011]"
)


class Join(NamedTuple):
    """A line end within a paragraph: text[start:end], with the indent and the quote mark of the
    next line and perhaps a hyphen, stands for `glue`, a blank or nothing."""

    start: int
    end: int
    glue: str


class ParagraphFinder:
    """Takes the lines of a text one after the other, and gives back how many of them make up each
    paragraph, as soon as that is known."""

    def __init__(self, mode: str = AUTO) -> None:
        self._mode = mode
        self._texts: list[str] = []
        self._lines: list[Line] = []  # what the first of the texts look like
        self._pairs: deque[Pair] = deque(maxlen=_REMEMBERED_PAIRS)
        self._wrapping: Wrapping | None = None

    @property
    def found_wrapped(self) -> bool:
        """Whether the text was found to be wrapped, of itself."""
        return self._mode == AUTO and self._wrapping is not None

    def add(self, text: str) -> list[int]:
        """The sizes, in lines, of the paragraphs that end before this line or with it."""
        if self._mode == LINES:
            return [1]
        self._texts.append(text)
        return self._found(is_last=False) if len(self._texts) >= WINDOW_LINES else []

    def pause(self) -> list[int]:
        """Nothing more has come for a while: what need not wait, which is all as long as the text
        has not shown that it is wrapped."""
        return self._found(is_last=False)

    def end(self) -> list[int]:
        """The sizes of the paragraphs that are left."""
        return self._found(is_last=True)

    def _found(self, is_last: bool) -> list[int]:
        if not self._texts:
            return []
        if self._mode == AUTO and self._wrapping is None and not may_be_prose(self._texts):
            sizes = [1] * len(self._texts)
        else:
            self._look()
            self._judge()
            sizes = self._sizes()
            if not is_last and self._wrapping is not None and sizes[-1] < _LONGEST_PARAGRAPH:
                sizes.pop()  # it may go on
        done = sum(sizes)
        del self._texts[:done], self._lines[:done]
        return sizes

    def _look(self) -> None:
        """See what the texts look like that have come since."""
        for text in self._texts[len(self._lines) :]:
            line = line_of(text)
            if self._lines and (pair := pair_of(self._lines[-1], line)):
                self._pairs.append(pair)
            self._lines.append(line)

    def _judge(self) -> None:
        if self._mode == WRAPPED:
            self._wrapping = likeliest_wrapping(self._pairs) or widest_wrapping(self._lines)
        else:
            found = clear_wrapping(self._pairs)
            if found is not None or not still_fits(self._wrapping, self._pairs):
                self._wrapping = found

    def _sizes(self) -> list[int]:
        if self._wrapping is None:
            return [1] * len(self._lines)
        sizes = [1]
        first = self._lines[0]
        for line, following in pairwise(self._lines):
            may_grow = sizes[-1] < _LONGEST_PARAGRAPH and goes_on(first, line, following)
            if may_grow and self._is_open(line, following):
                sizes[-1] += 1
            else:
                sizes.append(1)
                first = following
        return sizes

    def _is_open(self, line: Line, following: Line) -> bool:
        """Whether a line was ended by its length, or can be no line of its own."""
        assert self._wrapping is not None
        if line.is_divided and following.starts in ("small", "large"):
            return True
        goes_on = line.is_unfinished and following.starts == "small"
        return (goes_on and self._mode == WRAPPED) or self._wrapping.is_full(line, following)


def paragraph_joins(text: str, mode: str = AUTO) -> list[Join]:
    """The line ends within paragraphs of a text, in order."""
    if mode == LINES or "\n" not in text:
        return []
    finder = ParagraphFinder(mode)
    lines = text.split("\n")
    sizes = [size for line in lines for size in finder.add(line)] + finder.end()
    firsts = set(accumulate(sizes))
    return [join for number, join in _line_ends(lines) if number not in firsts]


def line_joins(text: str) -> list[Join]:
    """All line ends of a text that is one paragraph, in order."""
    return [join for _, join in _line_ends(text.split("\n"))]


def _line_ends(lines: Sequence[str]) -> Iterator[tuple[int, Join]]:
    """The number of every line but the first, and the join in front of it."""
    offset = 0
    for number, (line, following) in enumerate(pairwise(lines), start=1):
        bare = line.rstrip()
        found = LINE_START.match(following)
        skipped = found.end("indent") if found else 0
        divided, glue = _glue(bare, following[skipped:])
        start, end = offset + len(bare) - divided, offset + len(line) + 1 + skipped
        yield number, Join(start, end, glue)
        offset += len(line) + 1


def _glue(line: str, following: str) -> tuple[int, str]:
    """How many characters of the line's end a division has added, and what is to stand between the
    line and the next: nothing within a word, else a blank."""
    if not DIVIDED.search(line) or not following[:1].isalnum():
        return 0, " "
    if line[-1] == "\u00ad":
        return 1, ""
    if following[0].islower() and not CJK.match(following):
        if _SUSPENDED.match(following):
            return 0, " "
        return (0, "") if _LINKING.match(following) else (1, "")
    return 0, ""


def unwrapped(text: str) -> str:
    """A text of one paragraph on one line, its divided words whole."""
    if "\n" not in text:
        return text
    parts, done = [], 0
    for start, end, glue in line_joins(text):
        parts += [text[done:start], glue]
        done = end
    return "".join([*parts, text[done:]])
