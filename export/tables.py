"""Rows of text as tables: for a terminal, for a page."""

from __future__ import annotations

from tagcli.writers.cells import cell_width, padded

Rows = list[list[str]]


def as_table(rows: Rows) -> str:
    """Columns in line, the first to the left, the others to the right."""
    widths = [max(map(cell_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [padded(row[0], widths[0])]
        others = zip(row[1:], widths[1:], strict=True)
        cells += [" " * (width - cell_width(cell)) + cell for cell, width in others]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def as_markdown(rows: Rows, text: bool = False) -> str:
    """A table of Markdown, whose columns but the first have figures, to the right, or `text`."""
    ruler = "---" if text else "---:"
    lines = [rows[0], ["---"] + [ruler] * (len(rows[0]) - 1), *rows[1:]]
    cells = [[cell.replace("\\", "\\\\").replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells) + "\n"
