"""The spans of a text by their place."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tagcli.schemes import Span


class SpansInOrder:
    """The spans of a text, of which those somewhere are found without a look at all of them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted(spans)
        self._starts = [start for start, _, _ in self._spans]
        self._reached = list(accumulate((end for _, end, _ in self._spans), max))

    def between(self, start: int, end: int) -> list[Span]:
        """Those that end behind `start` and start before `end`, in order."""
        first = bisect_right(self._reached, start)
        last = bisect_left(self._starts, end)
        return [span for span in self._spans[first:last] if span[1] > start]
