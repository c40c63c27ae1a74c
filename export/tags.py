"""Rows of tags in a corpus: which scheme they are in, which are illegal, and their spans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tagcli.schemes import OUTSIDE, OUTSIDE_TAG, Tag, chunks

REPAIRS = {
    "error": "an illegal tag is an error",
    "conlleval": "an I- that continues nothing opens an entity, as conlleval has it",
    "strict": "an entity that does not begin with B- is dropped, as seqeval's strict mode has it",
}
"""What is done about illegal tags; the keys name the policies."""

CORPUS_SCHEMES = ("BIO", "IOB1", "BIOES")

_TAG = re.compile(r"([BIESLU])-(\S+)")
_SAME = {"L": "E", "U": "S"}  # BILOU says L and U
_AFTER_OPEN = {"B", "I"}


class OddTag(ValueError):  # noqa: N818 - it names what was found
    """A tag that its scheme does not allow; `index` is its place in the row, from 0."""

    def __init__(self, index: int, problem: str) -> None:
        self.index = index
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class TaggedSpans:
    """Entities (start, end, type) of a row of tags, and how many tags a policy repaired."""

    spans: tuple[tuple[int, int, str], ...]
    repaired: int


def parse_row(labels: Sequence[str]) -> list[Tag]:
    """The tags of a row of labels such as B-PER; raises OddTag for what is no tag."""
    tags = []
    for index, label in enumerate(labels):
        found = _TAG.fullmatch(label)
        if label == OUTSIDE:
            tags.append(OUTSIDE_TAG)
        elif found:
            tags.append(Tag(_SAME.get(found[1], found[1]), found[2]))
        else:
            raise OddTag(index, f"{label!r} is no tag: O, or B-, I-, E- or S- and a type")
    return tags


def recognise_scheme(rows: Iterable[Sequence[Tag]]) -> str:
    """The scheme of a corpus: BIOES, IOB1 or BIO.

    It is IOB1 where an I opens entities and every B stands behind an entity of its own type:
    there alone IOB1 needs one.
    """
    opens_with_i = needless_b = False
    for row in rows:
        for before, tag in pairwise((OUTSIDE_TAG, *row)):
            if tag.prefix in ("E", "S"):
                return "BIOES"
            if before.type != tag.type:
                opens_with_i |= tag.prefix == "I"
                needless_b |= tag.prefix == "B"
    return "IOB1" if opens_with_i and not needless_b else "BIO"


def read_row(tags: Sequence[Tag], scheme: str, repair: str) -> TaggedSpans:
    """The entities of a row in a scheme of CORPUS_SCHEMES under a policy of REPAIRS.

    Raises OddTag for the first illegal tag where the policy is "error".
    """
    illegal = list(_illegal(tags, scheme))
    if illegal and repair == "error":
        raise OddTag(*illegal[0])
    spans = chunks(tags)
    if illegal and repair == "strict":
        bad = {index for index, _ in illegal}
        spans = [span for span in spans if bad.isdisjoint(range(span[0], span[1]))]
    return TaggedSpans(tuple(spans), len(illegal))


def _illegal(tags: Sequence[Tag], scheme: str) -> Iterator[tuple[int, str]]:
    """Place and problem of every tag that the scheme does not allow where it stands."""
    for index, (before, tag) in enumerate(pairwise((OUTSIDE_TAG, *tags))):
        is_open = before.type == tag.type and before.prefix in _AFTER_OPEN
        name = f"{tag.prefix}-{tag.type}"
        if scheme == "BIO" and tag.prefix == "I" and not is_open:
            yield index, f"{name} continues no entity of its type"
        elif scheme == "IOB1" and tag.prefix == "B" and before.type != tag.type:
            yield index, f"{name} where IOB1 has I-{tag.type}"
        elif scheme == "BIOES" and tag.prefix in ("I", "E") and not is_open:
            yield index, f"{name} continues no entity of its type"
    if scheme == "BIOES":
        yield from _never_closed(tags)


def _never_closed(tags: Sequence[Tag]) -> Iterator[tuple[int, str]]:
    for index, (tag, following) in enumerate(pairwise((*tags, OUTSIDE_TAG))):
        goes_on = following.type == tag.type and following.prefix in ("I", "E")
        if tag.prefix in _AFTER_OPEN and not goes_on:
            yield index, f"{tag.prefix}-{tag.type} opens an entity that no E-{tag.type} ends"


def write_row(spans: Iterable[tuple[int, int, str]], count: int, scheme: str) -> list[str]:
    """The labels of `count` units for entities (start, end, type), in a scheme of
    CORPUS_SCHEMES."""
    row = [OUTSIDE] * count
    last_end, last_type = -1, ""
    for start, end, entity_type in spans:
        touches = start == last_end and entity_type == last_type
        for index in range(start, end):
            row[index] = f"I-{entity_type}"
        if scheme != "IOB1" or touches:
            row[start] = f"B-{entity_type}"
        if scheme == "BIOES":
            row[end - 1] = f"{'S' if end - start == 1 else 'E'}-{entity_type}"
        last_end, last_type = end, entity_type
    return row
