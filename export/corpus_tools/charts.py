"""Bar charts: in the terminal, and as a PNG."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from export.optional_packages import check_packages
from tagcli.writers.cells import blocks, cell_width, padded


def text_chart(counts: Mapping[str, int], width: int = 40) -> str:
    """A line a count, the largest first."""
    if not counts:
        return ""
    name_width, largest = max(map(cell_width, counts)), max(max(counts.values()), 1)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    lines = [f"{padded(name, name_width)}  {blocks(n / largest, width)} {n}" for name, n in ranked]
    return "\n".join(lines) + "\n"


def png_chart(counts: Mapping[str, Mapping[str, int]], path: Path) -> None:
    """Entities per type, a bar for each split, as a PNG. Raises UsageError without matplotlib.

    Source: https://matplotlib.org (Axes.bar).
    """
    check_packages(["matplotlib"], "a chart")
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    splits = list(counts)
    totals: dict[str, int] = {}
    for by_type in counts.values():
        for name, count in by_type.items():
            totals[name] = totals.get(name, 0) + count
    types = sorted(totals, key=lambda name: (-totals[name], name))
    figure, axes = pyplot.subplots(figsize=(max(6, 0.6 * len(types) + 2), 4))
    width = 0.8 / max(len(splits), 1)
    for place, split in enumerate(splits):
        at = [index + place * width for index in range(len(types))]
        axes.bar(at, [counts[split].get(name, 0) for name in types], width, label=split)
    axes.set_xticks([i + width * (len(splits) - 1) / 2 for i in range(len(types))], types)
    axes.tick_params(axis="x", rotation=45 if len(types) > 8 else 0)
    axes.set_ylabel("entities")
    axes.legend()
    figure.tight_layout()
    figure.savefig(path, format="png", dpi=150)
    pyplot.close(figure)
