"""At what width a text was wrapped, if it was.

A wrapped paragraph is filled greedily: the first word of a line would not have fitted on the line
before it. So every two lines that follow each other say between which bounds the width must lie,
from the length of the first to that length and the first word of the second. Where one width fits
most of them, lines mostly end within a sentence and mostly start in small letters, the text was
wrapped; lists, verse, logs and one sentence a line agree on no width, or start and end otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from tagcli.segmentation.line_layout import MEASURES, Line, Widths, goes_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LEAST_WIDTH, _MOST_WIDTH = 40, 130
_LONGEST_FIRST_WORD = 25
_SLACK = 0.09  # where letters have widths of their own


class Pair(NamedTuple):
    """Two lines that may be of one paragraph: the widths that would fit them, in every measure."""

    least: Widths
    most: Widths
    starts: str
    is_unfinished: bool


@dataclass(frozen=True, slots=True)
class Wrapping:
    """The width that text was wrapped at in one of the measures; `is_loose` where letters have
    widths of their own, so that lines are full only about there."""

    width: int
    measure: int
    is_loose: bool = False

    def is_full(self, line: Line, following: Line) -> bool:
        """Whether the first word of the next line would not have fitted on this one."""
        room = self.width * (0.88 if self.is_loose else 1)
        filled = line.widths[self.measure]
        return filled + 1 + following.first[self.measure] > room and filled <= 1.2 * self.width


def may_be_prose(texts: Sequence[str]) -> bool:
    """Whether a closer look is worth its time: some lines of wrapped prose start in small letters,
    or they are in a script that has none."""
    starts = [text.lstrip(" >")[:1] for text in texts if 1 < len(text) < _MOST_WIDTH]
    small = sum(start.islower() for start in starts)
    cjk = sum("\u1100" <= start <= "\ud7a3" for start in starts)
    return small > 0.05 * len(starts) or cjk > 0.3 * len(starts)


def pair_of(line: Line, following: Line) -> Pair | None:
    """The pair that two lines make, unless they show that they are of two paragraphs."""
    if not goes_on(line, line, following) or following.first[0] > _LONGEST_FIRST_WORD:
        return None
    least = line.widths
    points, columns, size = (a + b for a, b in zip(least, following.first, strict=True))
    return Pair(least, (points, columns, size), following.starts, line.is_unfinished)


def _coverage(pairs: Iterable[Pair], measure: int, slack: float = 0.0) -> tuple[int, int]:
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


def _fits(pair: Pair, width: int, measure: int, slack: float = 0.0) -> bool:
    least, most = pair.least[measure] * (1 - slack), pair.most[measure] * (1 + slack)
    return int(least) <= width <= int(most)


def likeliest_wrapping(pairs: Sequence[Pair]) -> Wrapping | None:
    """The width and measure that fit most pairs."""
    found = [(*_coverage(pairs, measure), measure) for measure in MEASURES]
    width, count, measure = max(found, key=lambda one: one[1])
    return Wrapping(width, measure) if count else None


def widest_wrapping(lines: Sequence[Line]) -> Wrapping | None:
    """The width of the longest line, where there is nothing else to go by."""
    widths = [line.widths[0] for line in lines if not line.wall]
    return Wrapping(max(widths), 0) if widths else None


def clear_wrapping(pairs: Sequence[Pair]) -> Wrapping | None:
    """The wrapping of a text that shows clearly that it was wrapped."""
    found = likeliest_wrapping(pairs)
    if found is None:
        return None
    if _is_prose([p for p in pairs if _fits(p, found.width, found.measure)], len(pairs)):
        return found
    width, count = _coverage(pairs, 0, _SLACK)
    fitting = [p for p in pairs if _fits(p, width, 0, _SLACK)]
    small = sum(p.starts == "small" for p in fitting)
    open_ones = sum(p.is_unfinished for p in fitting)
    if count >= 8 and count >= 0.85 * len(pairs) and small >= 0.4 * count <= open_ones / 1.7:
        return Wrapping(width, 0, is_loose=True)
    return None


def _is_prose(fitting: Sequence[Pair], pairs: int) -> bool:
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


def still_fits(wrapping: Wrapping | None, pairs: Sequence[Pair]) -> bool:
    """Whether what was found before need not be given up."""
    if wrapping is None:
        return True
    slack = _SLACK if wrapping.is_loose else 0.0
    fitting = sum(_fits(p, wrapping.width, wrapping.measure, slack) for p in pairs)
    return fitting >= 0.4 * len(pairs)
