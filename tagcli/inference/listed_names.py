"""Names that a user has listed: what is an entity wherever it stands, and what never is one."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from tagcli.inference.entities import token_range
from tagcli.languages import WORDS
from tagcli.records import Entity
from tagcli.segmentation.korean import is_particle, particle_starts
from tagcli.segmentation.normalisation import normalise
from tagcli.segmentation.paragraphs import unwrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tagcli.inference.encoding import LabelledUnits
    from tagcli.records import Document
    from tagcli.segmentation.normalisation import NormalisedText

LIST = "list"
"""The `source` of an entity that was listed."""

_RUN = re.compile(r"[^\W_]+|\S")
_BLANKS = re.compile(r"\s+")
_ODD_BLANKS = re.compile(r"\s\s|[^\S ]")


class _Edges(NamedTuple):
    """Where a name may begin, in order, and where it may end; also in front of a particle?"""

    starts: Sequence[int]
    ends: frozenset[int]
    before_particles: bool


class ListedNames:
    """The lists of a run. `always` has the label of every name, `never` the labels that a name
    does not have, None for all; both by the name's `key`."""

    def __init__(
        self,
        always: Mapping[str, str],
        never: Mapping[str, frozenset[str] | None],
        ignore_case: bool,
    ) -> None:
        self._always = always
        self._never = never
        self._ignore_case = ignore_case
        lengths = defaultdict[str, set[int]](set)
        for name in always:
            lengths[_RUN.match(name)[0]].add(len(name))  # type: ignore[index]  # none is blank
        self._lengths = {run: tuple(found) for run, found in lengths.items()}

    @cached_property
    def labels(self) -> frozenset[str]:
        """All labels that listed names have."""
        return frozenset(self._always.values())

    @cached_property
    def digest(self) -> str:
        """The check sum of the lists, whatever their order."""
        never = [(name, sorted(labels or ())) for name, labels in sorted(self._never.items())]
        content = repr((sorted(self._always.items()), never, self._ignore_case))
        return hashlib.blake2b(content.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()

    def corrected(
        self,
        document: Document,
        text: NormalisedText,
        units: LabelledUnits,
        found: Iterable[Entity],
    ) -> list[Entity]:
        """The entities of a sentence, in order and without overlap: the listed ones, and of those
        that were `found` what is beside them and not listed as none."""
        listed = list(self._listed(document, text, units))
        starts = [entity.start for entity in listed]
        ends = [entity.end for entity in listed]
        kept = [
            entity
            for entity in found
            if bisect_right(ends, entity.start) == bisect_left(starts, entity.end)
            and not self._is_none(entity)
        ]
        return sorted([*listed, *kept], key=lambda entity: entity.start)

    def _is_none(self, entity: Entity) -> bool:
        if not self._never:
            return False
        name = key(entity.text, self._ignore_case)
        if name not in self._never:
            return False
        labels = self._never[name]
        return labels is None or entity.label in labels

    def _listed(
        self, document: Document, text: NormalisedText, units: LabelledUnits
    ) -> Iterator[Entity]:
        if not self._always:
            return
        content, places = _plain(text.text[units.start : units.end], self._ignore_case)
        edges = _edges(document, text, units, content, places)
        free_from = 0
        for start, end in _longest(self._matches(content, edges)):
            label = self._always[content[start:end]]
            if places is not None:
                start, end = places[start], places[end - 1] + 1
            start, end = text.original_span(units.start + start, units.start + end)
            start = max(start, free_from)  # one character may have been composed into two names
            if start < end:
                free_from = end
                first, last = token_range(document.tokens, start, end) or (None, None)
                named = document.text[start:end]
                yield Entity(start, end, label, named, 1.0, first, last, LIST)

    def _matches(self, text: str, edges: _Edges) -> Iterator[tuple[int, int]]:
        """Every listed name between edges of the text."""
        for start in edges.starts:
            run = _RUN.match(text, start)
            if run is None:
                continue
            for length in self._lengths.get(run[0], ()):
                end = min(start + length, len(text))
                if text[start:end] in self._always and _is_end(text, end, edges):
                    yield start, end
            if edges.before_particles:
                for end in particle_starts(text, start, run.end()):
                    if text[start:end] in self._always:
                        yield start, end


def key(name: str, ignore_case: bool) -> str:
    """A name as it is looked up: in NFC with the usual marks, and with single blanks."""
    return _plain(normalise(unwrapped(name)).text, ignore_case)[0].strip()


def _plain(text: str, ignore_case: bool) -> tuple[str, list[int] | None]:
    """The text with single blanks, in small letters if it is to be, and the place that each of its
    characters had, None where that is its own."""
    if ignore_case:
        text = "".join(small if len(small := char.lower()) == 1 else char for char in text)
    if not _ODD_BLANKS.search(text):
        return text, None
    places: list[int] = []
    done = 0
    for blanks in _BLANKS.finditer(text):
        places += range(done, blanks.start() + 1)
        done = blanks.end()
    places += range(done, len(text))
    return _BLANKS.sub(" ", text), places


def _edges(
    document: Document,
    text: NormalisedText,
    units: LabelledUnits,
    content: str,
    places: list[int] | None,
) -> _Edges:
    """The edges in the content of a sentence: of given tokens, of words, or of letters and digits
    where the model reads no words."""
    given = document.given_words
    if given is None and units.unit != WORDS:
        runs = [run.span() for run in _RUN.finditer(content)]
        return _Edges([start for start, _ in runs], frozenset(end for _, end in runs), True)
    words = units.words if given is None else text.normalised_spans(given)
    spans = (words - units.start).tolist()
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    if places is not None:
        starts = [bisect_left(places, start) for start in starts]
        ends = [bisect_left(places, end) for end in ends]
    return _Edges(starts, frozenset(ends), given is None)


def _is_end(text: str, end: int, edges: _Edges) -> bool:
    if end in edges.ends:
        return True
    run = _RUN.match(text, end) if edges.before_particles and text[end - 1].isalnum() else None
    return run is not None and is_particle(text, end, run.end())


def _longest(matches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The matches that no longer one overlaps, and of two as long as each other the first."""
    taken: list[tuple[int, int]] = []
    for start, end in sorted(set(matches), key=lambda span: (span[0] - span[1], span[0])):
        at = bisect_left(taken, (start, end))
        is_free = at == len(taken) or taken[at][0] >= end
        if is_free and (not at or taken[at - 1][1] <= start):
            insort(taken, (start, end))
    return taken
