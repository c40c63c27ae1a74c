"""A colour for each entity type, of those that Okabe and Ito chose for all kinds of colour vision;
the label always stands beside it."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple


class Colour(NamedTuple):
    """A background and what is readable on it, in full colour (#rrggbb) and in rich's names of
    the sixteen of every terminal, where green beside yellow and magenta beside blue are avoided
    for the types that are most frequent."""

    rgb: str
    on_rgb: str
    name: str
    on_name: str


COLOURS = (
    Colour("#56b4e9", "#000000", "cyan", "black"),  # sky blue
    Colour("#e69f00", "#000000", "yellow", "black"),  # orange
    Colour("#009e73", "#000000", "blue", "bright_white"),  # bluish green
    Colour("#cc79a7", "#000000", "white", "black"),  # reddish purple
    Colour("#f0e442", "#000000", "green", "black"),  # yellow
    Colour("#0072b2", "#ffffff", "red", "bright_white"),  # blue
    Colour("#d55e00", "#000000", "magenta", "bright_white"),  # vermilion
)
_SLOT_OF_LABEL = {"PER": 0, "ORG": 1, "LOC": 2, "MISC": 3, "DAT": 4, "TIM": 5, "NUM": 6}
_SYSTEMS = {"256": "EIGHT_BIT", "truecolor": "TRUECOLOR"}  # rich has two names for each
_SIXTEEN = "STANDARD"


def slot(label: str) -> int:
    """Which of COLOURS the label has; no run, language or model changes it."""
    return _SLOT_OF_LABEL.get(label, sum(map(ord, label)) % len(COLOURS))


@cache
def badge(label: str, system: str) -> str:
    """The label on its colour, for a terminal with rich's colour system of that name."""
    colour = COLOURS[slot(label)]
    if system in _SYSTEMS:
        return _painted(f" {label} ", system, colour.on_rgb, colour.rgb)
    return _painted(f" {label} ", system, colour.on_name, colour.name)


def bar(blocks: str, label: str, system: str) -> str:
    """Blocks in the label's colour."""
    colour = COLOURS[slot(label)]
    return _painted(blocks, system, colour.rgb if system in _SYSTEMS else colour.name)


def emphasised(text: str) -> str:
    """The text bold and underlined, which is seen on every terminal, line by line: pagers forget
    at a line's end."""
    return "\n".join(f"\x1b[1;4m{line}\x1b[0m" for line in text.split("\n"))


def _painted(text: str, system: str, colour: str, background: str | None = None) -> str:
    from rich.color import ColorSystem
    from rich.style import Style

    style = Style(color=colour, bgcolor=background)
    return style.render(text, color_system=ColorSystem[_SYSTEMS.get(system, _SIXTEEN)])
