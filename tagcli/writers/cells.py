"""The cells of a terminal: how many a text takes, and bars of blocks in them."""

from __future__ import annotations

import unicodedata

_EIGHTHS = " ▏▎▍▌▋▊▉"


def cell_width(text: str) -> int:
    """How many columns of a terminal the text takes; composed, so that letters count once."""
    from rich.cells import cell_len

    return cell_len(text if text.isascii() else unicodedata.normalize("NFC", text))


def padded(text: str, cells: int) -> str:
    """The text, with blanks up to so many cells."""
    return text + " " * (cells - cell_width(text))


def blocks(share: float, cells: int) -> str:
    """A bar of this share, 0 to 1, of the cells, to an eighth of one."""
    whole, eighths = divmod(round(share * cells * 8), 8)
    return "█" * whole + _EIGHTHS[eighths].strip()
