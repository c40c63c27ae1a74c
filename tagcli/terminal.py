"""What standard output is: a terminal or not, in colour or not, and how wide."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TextIO


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sees the stream."""
    return stream is not None and stream.isatty()


def is_taken(stream: TextIO) -> bool:
    """Whether the terminal's screen is another program's, such as a pager that the output goes to:
    then it hands on keys one by one."""
    try:
        import termios
    except ImportError:  # not on Windows
        return False
    try:
        modes: int = termios.tcgetattr(stream.fileno())[3]
    except (OSError, ValueError, termios.error):
        return False
    return not modes & termios.ICANON


def colour_system() -> str | None:
    """rich's name of the colours for standard output ("standard", "256", "truecolor"), or None.

    NO_COLOR turns them off, FORCE_COLOR on where there is no terminal; set but empty is not set.
    """
    if os.environ.get("NO_COLOR"):
        return None
    forced = bool(os.environ.get("FORCE_COLOR"))
    if not forced and not is_terminal(sys.stdout):
        return None
    from rich.console import Console

    found = Console(force_terminal=True).color_system
    return "standard" if forced and found is None else found


def columns() -> int | None:
    """How many columns the terminal has that standard output is, None if it is none."""
    return shutil.get_terminal_size().columns if is_terminal(sys.stdout) else None
