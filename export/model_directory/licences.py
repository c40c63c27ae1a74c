"""Licences of weights: which clauses they have, and what a model inherits from those it is made of:
the one it goes on from or is blended with, and those that teach it."""

from __future__ import annotations

import re
from itertools import combinations
from typing import TYPE_CHECKING

from tagcli.models.config import own_settings, read_config

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

UNKNOWN = "unknown"
"""What a model's licence is called where nobody says."""

_CARD = "README.md"
_CLAUSES = {"nc": "non-commercial", "sa": "share-alike", "nd": "no-derivatives"}
_SHORT = re.compile(r"\b(?:cc|by)((?:-(?:by|nc|nd|sa))+)\b")  # CC BY-NC-SA 4.0, cc-by-nc-sa-4.0
_LONG = {
    "nc": re.compile(r"non-?commercial"),
    "sa": re.compile(r"share-?alike|\b[al]?gpl|general-public-licen[cs]e"),
    "nd": re.compile(r"no-?deriv"),
}


def clauses(licence: str) -> frozenset[str]:
    """The clauses, of "nc", "sa" and "nd", of a licence by its name, SPDX id or hub id; the GNU
    licences count as share-alike."""
    name = re.sub(r"[\s_-]+", "-", licence.lower())
    short = {clause for found in _SHORT.findall(name) for clause in found.split("-")}
    return frozenset(c for c, words in _LONG.items() if c in short or words.search(name))


def licence_of(folder: Path) -> str | None:
    """The licence that a model's folder names, in the nertag object of its config.json or, if that
    has none, in the front matter of its README.md; None where neither does."""
    own = own_settings(folder, read_config(folder))
    for named in (own.get("license"), _licence_of_card(folder / _CARD)):
        if isinstance(named, str) and named not in (UNKNOWN, ""):
            return named
    return None


def _licence_of_card(path: Path) -> object:
    from huggingface_hub import metadata_load

    try:
        front = metadata_load(path) or {}
    except Exception:  # yaml and the hub's library raise many kinds: it says nothing, then
        return None
    named = front.get("license")
    if isinstance(named, list):
        return " AND ".join(map(str, named))
    return front.get("license_name", named) if named == "other" else named


def inherited_licence(licences: Mapping[str, str]) -> str | None:
    """The licence that a model inherits from others, given by what they are: that with the most
    clauses, or several with as many; None where none has a clause that binds it."""
    binding = list(dict.fromkeys(one for one in licences.values() if clauses(one)))
    strictest = [
        one for one in binding if not any(clauses(one) < clauses(other) for other in binding)
    ]
    return " AND ".join(strictest) or None


def warnings(licence: str, licences: Mapping[str, str]) -> Iterator[str]:
    """What is wrong with a model's `licence` (UNKNOWN: the one it inherits), a sentence each: it is
    laxer than what is inherited, what is inherited contradicts itself or forbids the model."""
    owners = {one: _listed(name for name, its in licences.items() if its == one)
              for one in licences.values()}  # fmt: skip
    for inherited, owner in owners.items():
        lacking = clauses(inherited) - clauses(licence)
        if lacking and licence != UNKNOWN:
            names = _listed(name for clause, name in _CLAUSES.items() if clause in lacking)
            yield f"license {licence} is laxer than {inherited}, that of {owner}: it is not {names}"
        if "nd" in clauses(inherited):
            yield f"{inherited}, that of {owner}, allows no model that is made of it"
    for one, other in combinations(owners, 2):
        if _contradict(clauses(one), clauses(other)):
            yield (
                f"{one}, that of {owners[one]}, and {other}, that of {owners[other]}, contradict "
                "each other: no licence keeps to both"
            )


def _contradict(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether one wants the model to be under its own terms, which lack a clause of the other."""
    return ("sa" in one and not other <= one) or ("sa" in other and not one <= other)


def _listed(names: Iterable[str]) -> str:
    return " and ".join(names)
