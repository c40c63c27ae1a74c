"""Names that a user typed, beside those that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_LEAST_ALIKE = 0.7  # of `cpu`, `gpu` is no misspelling


def as_known(name: str, known: Iterable[str]) -> str:
    """The one of the known names that is this one but for its case; without it the name as it
    is."""
    known = list(known)
    alike = [other for other in known if other.casefold() == name.casefold()]
    return alike[0] if len(alike) == 1 and name not in known else name


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """What a message ends in, "; did you mean NAME?", for a name that is close to a known one."""
    near = _nearest(name.casefold(), {other.casefold(): other for other in known})
    return f"; did you mean {near}?" if near else ""


def _nearest(name: str, known: dict[str, str]) -> str | None:
    from difflib import get_close_matches

    if close := get_close_matches(name, known, 1, _LEAST_ALIKE):
        return known[close[0]]
    begun = (known[other] for other in known if _is_cut(name, other) or _is_cut(other, name))
    return next(begun, None)


def _is_cut(short: str, long: str) -> bool:
    """Whether it is a beginning that says something: `loc` of `location`."""
    return len(short) > 1 and long.startswith(short)
