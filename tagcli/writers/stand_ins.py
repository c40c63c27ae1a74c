"""What stands in place of an entity: its label, a mask, or a name that means nothing."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Protocol

from tagcli.segmentation.agreement import agreeing
from tagcli.writers.summary import text_key

if TYPE_CHECKING:
    from tagcli.records import Entity

_PSEUDONYM = re.compile(r"\w+_[0-9]+")


class StandIns(Protocol):
    """One way to replace entities, for a whole run."""

    def look_at(self, text: str) -> None:
        """See the text of a record before its entities are replaced."""

    def stand_in(self, part: str, entity: Entity, /) -> str:
        """What stands for a part of an entity, which may be all of it."""

    def particle(self, text: str, entity: Entity) -> tuple[str, str] | None:
        """The particle behind the entity, and the form that it is to have."""


class Labels:
    """`[PER]`; particles stay as they are."""

    def look_at(self, text: str) -> None:
        """Nothing to see."""

    def stand_in(self, _part: str, entity: Entity) -> str:
        """The label, in brackets."""
        return f"[{entity.label}]"

    def particle(self, text: str, entity: Entity) -> tuple[str, str] | None:
        """None: nobody knows how it is read."""


class Masks(Labels):
    """As many blocks as there are code points; line ends stay."""

    def stand_in(self, part: str, _entity: Entity) -> str:
        """The blocks."""
        return re.sub(r"[^\n]", "█", part)


class Pseudonyms:
    """`PER_17`, the same for every entity with this label and name. What has stood in the text so
    far is nobody's pseudonym."""

    def __init__(self) -> None:
        self._given: dict[tuple[str, str], str] = {}
        self._numbers = Counter[str]()
        self._seen = set[str]()

    def look_at(self, text: str) -> None:
        """Remember what looks like a pseudonym."""
        if "_" in text:
            self._seen.update(_PSEUDONYM.findall(text))

    def stand_in(self, _part: str, entity: Entity) -> str:
        """The pseudonym of the whole entity."""
        return self._of(entity)

    def particle(self, text: str, entity: Entity) -> tuple[str, str] | None:
        """As it is said behind the last digit."""
        return agreeing(text, entity.end, self._of(entity)[-1])

    def _of(self, entity: Entity) -> str:
        key = (entity.label, text_key(entity.text))
        if key not in self._given:
            self._given[key] = self._new(entity.label)
        return self._given[key]

    def _new(self, label: str) -> str:
        while True:
            self._numbers[label] += 1
            name = f"{label}_{self._numbers[label]}"
            if name not in self._seen:
                return name


STAND_INS: dict[str, type[Labels] | type[Pseudonyms]] = {
    "label": Labels,
    "mask": Masks,
    "pseudonym": Pseudonyms,
}
