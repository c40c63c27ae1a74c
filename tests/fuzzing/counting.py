"""What came of many inputs, counted by what they were and what befell them."""

from __future__ import annotations

import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from .broken import broken_input
from .levels import READ, REFUSED, open_level

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

BAD = "BAD"
_OUTCOMES = (READ, REFUSED, BAD)

Counts = Counter[tuple[str, str]]
"""How many inputs of a kind or with a damage had an outcome."""


def counted(
    level_name: str, seeds: Iterable[int], folder: Path, tell: Callable[[str], None]
) -> tuple[Counts, int]:
    """The counts of the inputs of these numbers, and how many were bad; `tell` hears of each of
    the latter how to have it again."""
    level = open_level(level_name, folder)
    counts: Counts = Counter()
    bad = 0
    for seed in seeds:
        broken = broken_input(seed)
        try:
            outcome = level(broken)
        except Exception as error:
            outcome = BAD
            bad += 1
            tell(f"--level {level_name} --seed {seed} --cases 1: {_shown(error)}")
        counts[broken.kind, outcome] += 1
        counts[broken.damage, outcome] += 1
    return counts, bad


def _shown(error: Exception) -> str:
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error!s:.300} ({Path(place.filename).name}:{place.lineno})"


def table(counts: Counts) -> str:
    """A line for each kind and each damage."""
    names = sorted({name for name, _ in counts})
    width = max(map(len, names), default=0)
    lines = ["".join([" " * width, *(f"{outcome:>10}" for outcome in _OUTCOMES)])]
    for name in names:
        numbers = (f"{counts[name, outcome]:>10}" for outcome in _OUTCOMES)
        lines.append("".join([name.ljust(width), *numbers]))
    return "\n".join(lines)
