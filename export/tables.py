"""Rows of text as tables: for a terminal, for a page."""

from __future__ import annotations

import unicodedata

Rows = list[list[str]]


def as_table(rows: Rows) -> str:
    """Columns in line, the first to the left, the others to the right."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [row[0] + " " * (widths[0] - _width(row[0]))]
        cells += [" " * (w - _width(c)) + c for c, w in zip(row[1:], widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def as_markdown(rows: Rows, text: bool = False) -> str:
    """A table of Markdown, whose columns but the first have figures, to the right, or `text`."""
    ruler = "---" if text else "---:"
    lines = [rows[0], ["---"] + [ruler] * (len(rows[0]) - 1), *rows[1:]]
    cells = [[cell.replace("\\", "\\\\").replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in cells) + "\n"
