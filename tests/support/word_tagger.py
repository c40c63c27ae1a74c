"""A tagger that needs no model: capitalised words are entities."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tagcli.records import IDLE, Entity, TaggedDocument

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tagcli.records import Document


def found_in(text: str) -> tuple[Entity, ...]:
    return tuple(
        Entity(one.start(), one.end(), "PER", one[0], 0.5)
        for one in re.finditer(r"[A-Z]\w+", text)
    )


class WordTagger:
    """Stands in for a Tagger; it holds `ahead` documents before the first comes out."""

    def __init__(self, ahead: int = 3) -> None:
        self._ahead = ahead

    def run(
        self, documents: Iterable[Document | None], done: int = 0
    ) -> Iterator[TaggedDocument | None]:
        held: list[TaggedDocument] = []
        for document in documents:
            if document is IDLE:
                yield from held
                yield IDLE
                held = []
                continue
            held.append(TaggedDocument(document, found_in(document.text), ()))
            if len(held) > self._ahead:
                yield held.pop(0)
        yield from held
        yield IDLE
