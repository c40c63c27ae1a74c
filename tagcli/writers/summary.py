"""What was found in place of where: entities counted by label and text, as a table or as bars."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tagcli.control_characters import visible
from tagcli.segmentation.paragraphs import unwrapped
from tagcli.writers.cells import blocks, cell_width, padded
from tagcli.writers.palette import bar

if TYPE_CHECKING:
    from tagcli.records import TaggedDocument
    from tagcli.writers.base import WriterOptions

TEXTS_A_LABEL = 10
"""How many texts of a label the bars show."""

_COLUMNS = 80  # where colour is forced into a pipe

Counts = Mapping[str, Counter[str]]
"""How often each text was found, by label."""


class SummaryWriter:
    """Counts the entities of a run and writes the counts at its end: a line `label TAB count TAB
    text` for each, or bars where the options have the columns or the colours of a terminal."""

    def __init__(self, options: WriterOptions) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self._options = options

    def head(self) -> str:
        """Nothing."""
        return ""

    def record(self, tagged: TaggedDocument) -> str:
        """Nothing: the entities are counted."""
        for entity in tagged.entities:
            self.counts.setdefault(entity.label, Counter())[text_key(entity.text)] += 1
        return ""

    def tail(self) -> str:
        """The summary."""
        options = self._options
        if options.columns is None and options.colour is None:
            return table(self.counts)
        return chart(self.counts, options.columns or _COLUMNS, options.colour)


def text_key(text: str) -> str:
    """What texts that look the same have in common: NFC, on one line, with one blank wherever there
    are some."""
    return " ".join(unicodedata.normalize("NFC", unwrapped(text)).split())


def table(counts: Counts) -> str:
    """A line an entity with label, count and text, the most frequent label and text first."""
    lines = (
        f"{visible(label)}\t{count}\t{visible(text)}\n"
        for label in _labels(counts)
        for text, count in _texts(counts[label])
    )
    return "".join(lines)


@dataclass(frozen=True, slots=True)
class _Row:
    name: str
    count: int
    label: str


def chart(counts: Counts, columns: int, colour: str | None) -> str:
    """Bars for the labels, and for the most frequent texts of each, in so many columns."""
    if not counts:
        return "no entities\n"
    labels = _labels(counts)
    lines = _bars([_Row(label, counts[label].total(), label) for label in labels], columns, colour)
    shown = {label: _texts(counts[label])[:TEXTS_A_LABEL] for label in labels}
    rows = [_Row(text, count, label) for label in labels for text, count in shown[label]]
    bars = iter(_bars(rows, columns - 2, colour))
    for label in labels:
        lines += ["", visible(label), *(f"  {next(bars)}" for _ in shown[label])]
        if more := len(counts[label]) - len(shown[label]):
            lines.append(f"  and {more} more")
    return "".join(f"{line}\n" for line in lines)


def _labels(counts: Counts) -> list[str]:
    return sorted(counts, key=lambda label: (-counts[label].total(), label))


def _texts(counted: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counted.items(), key=lambda item: (-item[1], item[0]))


def _bars(rows: Sequence[_Row], columns: int, colour: str | None) -> list[str]:
    """Name, count and bar of each row, the names cut to half of the columns."""
    most = max(row.count for row in rows)
    names = [_cut(visible(row.name), columns // 2) for row in rows]
    name_cells = max(map(cell_width, names))
    digits = len(str(most))
    bar_cells = max(1, columns - name_cells - digits - 4)
    lines = []
    for name, row in zip(names, rows, strict=True):
        drawn = blocks(max(row.count / most, 1 / (8 * bar_cells)), bar_cells)  # none is empty
        if colour is not None:
            drawn = bar(drawn, row.label, colour)
        lines.append(f"{padded(name, name_cells)}  {row.count:{digits}}  {drawn}")
    return lines


def _cut(name: str, cells: int) -> str:
    """The name, or what of it fits into the cells, and an ellipsis."""
    if cell_width(name) <= cells:
        return name
    kept = name[:cells]
    while kept and cell_width(kept) >= cells:
        kept = kept[:-1]
    return f"{kept}…"
