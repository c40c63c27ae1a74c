"""Hard-wrapped text: which lines of it go on in the next one.

A wrapped paragraph is filled greedily: the first word of a line would not have fitted on the line
before it. So every two lines that follow each other say between which bounds the width must lie,
from the length of the first to that length and the first word of the second. Where one width fits
most of them, lines mostly end within a sentence and mostly start in small letters, the text was
wrapped; lists, verse, logs and one sentence a line agree on no width, or start and end otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from collections import deque
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

AUTO, LINES, WRAPPED = "auto", "lines", "wrapped"
MODES = (AUTO, LINES, WRAPPED)
"""How the lines of a text are read: as they look, each for itself, or as wrapped paragraphs."""

WINDOW_LINES = 40
"""So many lines are seen before it is said of the first of them whether they go on."""
_LONGEST_PARAGRAPH = 400  # lines: what never ends is cut somewhere
_REMEMBERED_PAIRS = 200
_LEAST_WIDTH, _MOST_WIDTH = 40, 130
_LONGEST_FIRST_WORD = 25

_SHAPE = re.compile(r"(?P<quote>(?:>[ \t]?)*)(?P<indent>[ \u00a0\u3000]*)(?P<first>\S+)")
_STRONG_MARK = re.compile(r"(?:[*+•‣▪◦·●○■□※]|\(?(?:\d{1,3}|[A-Za-z]|[ivx]{1,5})\)|\[\d{1,3}\])\s")
# So begin list items, but also lines within a sentence: ordinals, dashes, "Basel: ..."
_WEAK_MARK = re.compile(r"(?:\d{1,3}\.|[-–—])\s|[A-Z][\w-]{1,24}:(?:\s|$)")
_TABLE = re.compile(r"\S(?:\s*\t\s*| {3,})\S|^[|+=_*#~\-\s]+$|^#{1,6}\s")
_FINISHED = re.compile(r"[.!?…。！？:][\"'”’»“«」』)\]]*$")
_DIVIDED = re.compile(r"[^\W\d_][-\u2010\u2011\u00ad]$")
# Behind a hyphen that is no division: Haupt- und Nebensatz; Aix-en-Provence, Stratford-upon-Avon
_SUSPENDED = re.compile(r"(?:und|oder|bis|sowie|bzw|et|ou|e|o|ed|and|or|to)\b(?![-\u2010\u2011])")
_LINKING = re.compile(
    r"(?:en|sur|sous|de|du|des|la|le|les|lès|aux|au|et|près|devant|am|an|der|ob|bei|im|in|und|zu"
    r"|upon|on|by|the|under|di|da)[-\u2010\u2011]"
)
_CJK = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u9fff\uac00-\ud7a3]")


Widths = tuple[int, int, int]
"""In the measures that programs fill lines by: code points, columns of a terminal, bytes."""
MEASURES = range(3)


class Join(NamedTuple):
    """A line end within a paragraph: text[start:end], with the indent and the quote mark of the
    next line and perhaps a hyphen, stands for `glue`, a blank or nothing."""

    start: int
    end: int
    glue: str


@dataclass(frozen=True, slots=True)
class _Line:
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


class _Pair(NamedTuple):
    """Two lines that may be of one paragraph: the widths that would fit them, in every measure."""

    least: Widths
    most: Widths
    starts: str
    is_unfinished: bool


@dataclass(frozen=True, slots=True)
class _Wrapping:
    """The width that text was wrapped at in one of the measures; `is_loose`
    where letters have widths of their own, so that lines are full only about there."""

    width: int
    measure: int
    is_loose: bool = False

    def is_full(self, line: _Line, following: _Line) -> bool:
        """Whether the first word of the next line would not have fitted on this one."""
        room = self.width * (0.88 if self.is_loose else 1)
        filled = line.widths[self.measure]
        return filled + 1 + following.first[self.measure] > room and filled <= 1.2 * self.width


class ParagraphFinder:
    """Takes the lines of a text one after the other, and gives back how many of them make up each
    paragraph, as soon as that is known."""

    def __init__(self, mode: str = AUTO) -> None:
        self._mode = mode
        self._texts: list[str] = []
        self._lines: list[_Line] = []  # what the first of the texts look like
        self._pairs: deque[_Pair] = deque(maxlen=_REMEMBERED_PAIRS)
        self._wrapping: _Wrapping | None = None

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
        if self._mode == AUTO and self._wrapping is None and not _may_be_prose(self._texts):
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
            line = _shape_of(text)
            if self._lines and (pair := _pair_of(self._lines[-1], line)):
                self._pairs.append(pair)
            self._lines.append(line)

    def _judge(self) -> None:
        if self._mode == WRAPPED:
            self._wrapping = _likeliest(self._pairs) or _widest(self._lines)
        else:
            found = _clear(self._pairs)
            if found is not None or not _still_fits(self._wrapping, self._pairs):
                self._wrapping = found

    def _sizes(self) -> list[int]:
        if self._wrapping is None:
            return [1] * len(self._lines)
        sizes = [1]
        first = self._lines[0]
        for line, following in pairwise(self._lines):
            may_grow = sizes[-1] < _LONGEST_PARAGRAPH and _goes_on(first, line, following)
            if may_grow and self._is_open(line, following):
                sizes[-1] += 1
            else:
                sizes.append(1)
                first = following
        return sizes


    def _is_open(self, line: _Line, following: _Line) -> bool:
        """Whether a line was ended by its length, or can be no line of its own."""
        assert self._wrapping is not None
        if line.is_divided and following.starts in ("small", "large"):
            return True
        goes_on = line.is_unfinished and following.starts == "small"
        return (goes_on and self._mode == WRAPPED) or self._wrapping.is_full(line, following)


def _may_be_prose(texts: Sequence[str]) -> bool:
    """Whether a closer look is worth its time: some lines of wrapped prose start in small letters,
    or they are in a script that has none."""
    starts = [text.lstrip(" >")[:1] for text in texts if 1 < len(text) < _MOST_WIDTH]
    small = sum(start.islower() for start in starts)
    cjk = sum("\u1100" <= start <= "\ud7a3" for start in starts)
    return small > 0.05 * len(starts) or cjk > 0.3 * len(starts)


def _shape_of(text: str) -> _Line:
    bare = text.rstrip()
    found = _SHAPE.match(bare)
    if found is None or len(bare) > 2 * _MOST_WIDTH or _TABLE.search(bare):
        return _Line()
    content = bare[found.end("indent") :]
    return _Line(
        widths=_widths(bare),
        first=_widths(found["first"]),
        quote=found["quote"].strip(),
        indent=len(found["indent"]),
        wall=False,
        mark=_mark_of(content),
        starts=_start_of(content),
        is_unfinished=not _FINISHED.search(bare),
        is_divided=bool(_DIVIDED.search(bare)),
    )


def _widths(text: str) -> Widths:
    length = len(text)
    if text.isascii():
        return length, length, length
    columns = length
    if _CJK.search(text):
        columns += sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return length, columns, len(text.encode("utf-8", "replace"))


def _mark_of(content: str) -> str:
    if _STRONG_MARK.match(content):
        return "strong"
    return "weak" if _WEAK_MARK.match(content) else ""


def _start_of(content: str) -> str:
    letter = next((char for char in content[:4] if char.isalnum()), "")
    if _CJK.match(letter):
        return "cjk"
    return "small" if letter.islower() else "large" if letter.isupper() else "other"


def _pair_of(line: _Line, following: _Line) -> _Pair | None:
    if not _goes_on(line, line, following) or following.first[0] > _LONGEST_FIRST_WORD:
        return None
    least = line.widths
    points, columns, size = (a + b for a, b in zip(least, following.first, strict=True))
    return _Pair(least, (points, columns, size), following.starts, line.is_unfinished)


def _goes_on(first: _Line, line: _Line, following: _Line) -> bool:
    """Whether a line may go on in the next one, by what both look like; `first` is the first line
    of its paragraph."""
    if line.wall or following.wall or line.quote != following.quote:
        return False
    if following.mark == "strong" or (following.mark and (first.mark or not line.is_unfinished)):
        return False
    if following.indent > line.indent:  # a new paragraph, or what hangs below a list's mark
        return bool(first.mark) and line is first and following.indent <= line.indent + 6
    return following.indent == line.indent or line is first


def _coverage(pairs: Iterable[_Pair], measure: int, slack: float = 0.0) -> tuple[int, int]:
    """The width that fits most pairs, and how many it fits."""
    steps = [0] * (_MOST_WIDTH + 2)
    for pair in pairs:
        least = max(_LEAST_WIDTH, int(pair.least[measure] * (1 - slack)))
        most = min(_MOST_WIDTH, int(pair.most[measure] * (1 + slack)))
        if least <= most:
            steps[least] += 1
            steps[most + 1] -= 1
    counts = list(accumulate(steps))
    best = max(counts)
    return counts.index(best), best


def _fits(pair: _Pair, width: int, measure: int, slack: float = 0.0) -> bool:
    least, most = pair.least[measure] * (1 - slack), pair.most[measure] * (1 + slack)
    return int(least) <= width <= int(most)


def _likeliest(pairs: Sequence[_Pair]) -> _Wrapping | None:
    """The width and measure that fit most pairs."""
    found = [(*_coverage(pairs, measure), measure) for measure in MEASURES]
    width, count, measure = max(found, key=lambda one: one[1])
    return _Wrapping(width, measure) if count else None


def _widest(lines: Sequence[_Line]) -> _Wrapping | None:
    widths = [line.widths[0] for line in lines if not line.wall]
    return _Wrapping(max(widths), 0) if widths else None


def _clear(pairs: Sequence[_Pair]) -> _Wrapping | None:
    """The wrapping of a text that shows clearly that it was wrapped."""
    found = _likeliest(pairs)
    if found is None:
        return None
    if _is_prose([p for p in pairs if _fits(p, found.width, found.measure)], len(pairs)):
        return found
    width, count = _coverage(pairs, 0, _SLACK)
    fitting = [p for p in pairs if _fits(p, width, 0, _SLACK)]
    small = sum(p.starts == "small" for p in fitting)
    open_ones = sum(p.is_unfinished for p in fitting)
    if count >= 8 and count >= 0.85 * len(pairs) and small >= 0.4 * count <= open_ones / 1.7:
        return _Wrapping(width, 0, is_loose=True)
    return None


_SLACK = 0.09


def _is_prose(fitting: Sequence[_Pair], pairs: int) -> bool:
    """Whether pairs that one width fits, of so many, also start and end as lines of prose do. The
    fewer there are, the more of them have to."""
    count = len(fitting)
    share = count / pairs
    open_share = sum(p.is_unfinished for p in fitting) / count
    cased = [p for p in fitting if p.starts != "cjk"]
    small_share = sum(p.starts == "small" for p in cased) / len(cased) if cased else 1.0
    is_cased = len(cased) >= 0.3 * count
    if count >= 6:
        if not is_cased:
            return share >= 0.7 and open_share >= 0.7
        least_small = 0.25 if share < 0.7 else 0.08
        return share >= 0.55 and open_share >= 0.6 and small_share >= least_small
    if count >= 3:
        if not is_cased:
            return share >= 0.9 and open_share >= 0.75
        return share >= 0.75 and open_share >= 0.6 and small_share >= 0.34
    return is_cased and share == open_share == 1 and small_share >= 0.5


def _still_fits(wrapping: _Wrapping | None, pairs: Sequence[_Pair]) -> bool:
    """Whether what was found before need not be given up."""
    if wrapping is None:
        return True
    slack = _SLACK if wrapping.is_loose else 0.0
    fitting = sum(_fits(p, wrapping.width, wrapping.measure, slack) for p in pairs)
    return fitting >= 0.4 * len(pairs)


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
        found = _SHAPE.match(following)
        skipped = found.end("indent") if found else 0
        divided, glue = _glue(bare, following[skipped:])
        start, end = offset + len(bare) - divided, offset + len(line) + 1 + skipped
        yield number, Join(start, end, glue)
        offset += len(line) + 1


def _glue(line: str, following: str) -> tuple[int, str]:
    """How many characters of the line's end a division has added, and what is to stand between the
    line and the next: nothing within a word, else a blank."""
    if not _DIVIDED.search(line) or not following[:1].isalnum():
        return 0, " "
    if line[-1] == "\u00ad":
        return 1, ""
    if following[0].islower() and not _CJK.match(following):
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
