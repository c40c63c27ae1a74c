"""Bar charts: in the terminal, and as a PNG."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from export.optional_packages import check_packages
from tagcli.writers.cells import blocks, cell_width, padded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from matplotlib.figure import Figure


def text_chart(counts: Mapping[str, int], width: int = 40) -> str:
    """A line a count, the largest first."""
    if not counts:
        return ""
    name_width, largest = max(map(cell_width, counts)), max(max(counts.values()), 1)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"{padded(name, name_width)}  {blocks(n / largest, width)} {n}" for name, n in ranked]
    return "\n".join(lines) + "\n"


def png_chart(counts: Mapping[str, Mapping[str, int]], title: str, path: Path) -> None:
    """Counts by type of several corpora, as a PNG. Raises UsageError without matplotlib."""
    check_packages(["matplotlib"], "a chart")
    bar_figure(counts, title).savefig(path, format="png", dpi=150)


def bar_figure(counts: Mapping[str, Mapping[str, int]], title: str) -> Figure:
    """A group of bars for each type, the most frequent first, with a bar for each corpus, its
    number above it.

    Source: https://matplotlib.org (Axes.bar, Axes.bar_label).
    """
    from matplotlib.figure import Figure

    totals = sum((Counter(by_type) for by_type in counts.values()), Counter[str]())
    types = sorted(totals, key=lambda name: (-totals[name], name))
    size = max(6.0, 0.45 * len(types) * len(counts) + 2)
    figure = Figure(figsize=(size, 4), layout="tight")
    axes = figure.subplots()
    width = 0.8 / max(len(counts), 1)
    for place, (name, by_type) in enumerate(counts.items()):
        at = [index + place * width for index in range(len(types))]
        bars = axes.bar(at, [by_type.get(one, 0) for one in types], width, label=name)
        axes.bar_label(bars, fontsize=8, padding=2)
    axes.set_xticks([i + width * (len(counts) - 1) / 2 for i in range(len(types))], types)
    axes.tick_params(axis="x", rotation=45 if len(types) > 8 else 0)
    axes.margins(y=0.1)
    axes.set_ylabel("entities")
    axes.set_title(title)
    axes.legend()
    return figure
