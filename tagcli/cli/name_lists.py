"""Lists of names in one word of a command line."""

from __future__ import annotations


def names_of(listed: str) -> list[str]:
    """The names of a list such as `PER,LOC`, without the blanks around them."""
    return [name.strip() for name in listed.split(",")]
