"""Tag schemes: what a model's label names mean, and entities out of a row of tags."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from tagcli.errors import UsageError
from tagcli.spellings import OUTSIDE, spelling_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Span = tuple[int, int, str]
"""An entity as (start, end, type), in units of a row or in code points of a text."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A label name taken apart: prefix B, I, E, S or O, and the entity type ("" for O)."""

    prefix: str
    type: str


OUTSIDE_TAG = Tag(OUTSIDE, "")


@dataclass(frozen=True, slots=True)
class TagSet:
    """A model's labels in the order of its logits, and the scheme they are in."""

    labels: tuple[str, ...]
    tags: tuple[Tag, ...]
    scheme: str

    @property
    def types(self) -> tuple[str, ...]:
        """The entity types, in the order of the labels."""
        return tuple(dict.fromkeys(tag.type for tag in self.tags if tag.type))


def read_tag_set(labels: Sequence[str], declared: str | None = None) -> TagSet:
    """The tag set of label names such as B-PER or PER-B; `declared` is the config's scheme.

    Without a declared scheme it is read off the prefixes: BIOES, BIO or IO. Labels of special
    tokens, such as [CLS], are O. Raises UsageError for labels that are no tag set or that the
    scheme rules out.
    """
    if odd := [label for label in labels if not label.isprintable() or not label.strip()]:
        raise UsageError(f"the model's label {odd[0]!r:.40} cannot be printed")
    tags = _tags(labels)
    scheme = declared or _scheme_of({tag.prefix for tag in tags})
    if scheme not in SCHEMES:
        raise UsageError(f"the model's scheme {scheme!r} is none of {', '.join(SCHEMES)}")
    for label, tag in zip(labels, tags, strict=True):
        if not _may_come(tag, tags, scheme):
            raise UsageError(f"the model's label {label} can never come in its scheme {scheme}")
    return TagSet(tuple(labels), tags, scheme)


def _tags(labels: Sequence[str]) -> tuple[Tag, ...]:
    shown = ", ".join(labels[:5])
    if not any(label.upper() == OUTSIDE for label in labels):
        raise UsageError(f"the model's labels ({shown}) have no {OUTSIDE}: not an entity tagger")
    spelling = spelling_of(labels)
    if spelling is None:
        problem = "are written in no one way, as B-PER, PER-B or PER"
        raise UsageError(f"the model's labels ({shown}, ...) {problem}")
    return tuple(Tag(*parts) for label in labels if (parts := spelling.parts(label)))


def _may_come(tag: Tag, tags: Sequence[Tag], scheme: str) -> bool:
    """Whether the scheme allows the tag at the start or after another one of the tags."""
    allowed = SCHEMES[scheme]
    if allowed is None or tag == OUTSIDE_TAG:
        return True
    return any(allowed(before, tag) for before in (OUTSIDE_TAG, *tags) if before != tag)


def _scheme_of(prefixes: set[str]) -> str:
    if prefixes & {"E", "S"}:
        return "BIOES"
    return "BIO" if "B" in prefixes else "IO"


def chunks(tags: Sequence[Tag]) -> list[Span]:
    """Entities (start, end, type) of a row of tags in any scheme, by conlleval's rules.

    An I that continues nothing opens an entity; a change of type ends one. Source: conlleval.pl
    of the CoNLL-2000 and 2003 shared tasks.
    """
    found: list[Span] = []
    open_at: int | None = None
    for index, (before, tag) in enumerate(pairwise((OUTSIDE_TAG, *tags, OUTSIDE_TAG))):
        if open_at is not None and _ends(before, tag):
            found.append((open_at, index, before.type))
            open_at = None
        if tag.type and (open_at is None):
            open_at = index
    return found


def _ends(before: Tag, tag: Tag) -> bool:
    return before.type != tag.type or before.prefix in ("E", "S") or tag.prefix in ("B", "S")


def may_follow_bio2(before: Tag, tag: Tag) -> bool:
    """Whether BIO2 allows `tag` after `before`: an I only inside an entity of its type."""
    return tag.prefix != "I" or before.type == tag.type


SCHEMES: dict[str, Callable[[Tag, Tag], bool] | None] = {
    # the constraint on neighbouring tags that decoding keeps to, where there is one
    "BIO2": may_follow_bio2,
    "BIO": None,
    "IOB1": None,
    "IO": None,
    "BIOES": None,
}
