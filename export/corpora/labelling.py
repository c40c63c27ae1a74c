"""Gold entities onto the units of the model input that the tagger makes."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tagcli.inference.encoding import Encoder, LabelledUnits, encode_document, model_inputs
from tagcli.segmentation.normalisation import normalise_paragraphs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import numpy.typing as npt

    from export.corpora.examples import Example
    from tagcli.records import Spans
    from tagcli.schemes import Span

IGNORED = -100
"""The label of positions that have none: special tokens and all but a word's first piece."""


@dataclass(frozen=True, slots=True)
class LabelledInput:
    """A window for training: ids and labels, shape (tokens,), its language, and the offsets of
    its labelled units in the NFC text, shape (labelled units, 2)."""

    ids: npt.NDArray[np.int64]
    labels: npt.NDArray[np.int64]
    language: str
    units: Spans


@dataclass(frozen=True, slots=True)
class Labeller:
    """What turns examples into windows: `limit` and `overlap_tokens` as for tagging, `unit_of`
    the unit of a language, `label_ids` the place of every BIO2 label in the logits. `misfits`
    are the entities so far that labels cannot say as they stand: they overlap another, share a
    word with one, or go on in the next sentence."""

    encoder: Encoder
    limit: int
    overlap_tokens: int
    unit_of: Callable[[str], str]
    label_ids: Mapping[str, int]
    misfits: list[Span] = field(default_factory=list)

    def inputs(self, example: Example, language: str) -> Iterator[LabelledInput]:
        """The windows of an example in order; every unit is labelled in exactly one."""
        text = normalise_paragraphs(example.text, example.tokens is not None)
        tokens = None
        if example.tokens is not None:
            tokens = np.array(example.tokens, np.int32).reshape(-1, 2)
        edges = np.array([span[:2] for span in example.spans], np.int32).reshape(-1, 2)
        spans = text.normalised_spans(edges)
        types = [span[2] for span in example.spans]
        placed: Counter[int] = Counter()
        for units in encode_document(self.encoder, text, tokens, language, self.unit_of):
            labels, whole = self._labels(units, spans, types)
            placed.update(whole)
            yield from self._windows(units, labels)
        self.misfits.extend(span for i, span in enumerate(example.spans) if placed[i] != 1)

    def _labels(
        self, units: LabelledUnits, spans: Spans, types: Sequence[str]
    ) -> tuple[npt.NDArray[np.int64], list[int]]:
        """The label of every unit, and which entities have all the units they touch."""
        offsets = units.offsets()
        labels = np.full(len(offsets), self.label_ids["O"], np.int64)
        ends = np.maximum(offsets[:, 1], offsets[:, 0] + 1)  # a piece may stand for no character
        free = np.ones(len(offsets), bool)
        whole = []
        for i in np.lexsort((-spans[:, 1], spans[:, 0])).tolist():
            touched = np.flatnonzero((offsets[:, 0] < spans[i, 1]) & (ends > spans[i, 0]))
            inside = touched[free[touched]]
            if len(inside):
                labels[inside] = self.label_ids[f"I-{types[i]}"]
                labels[inside[0]] = self.label_ids[f"B-{types[i]}"]
                free[inside] = False
                if len(inside) == len(touched):
                    whole.append(i)
        return labels, whole

    def _windows(
        self, units: LabelledUnits, labels: npt.NDArray[np.int64]
    ) -> Iterator[LabelledInput]:
        first = 0
        for window in model_inputs(self.encoder, units, self.limit, self.overlap_tokens):
            placed = np.full(len(window.ids), IGNORED, np.int64)
            placed[window.rows] = labels[first : first + len(window.rows)]
            offsets = units.offsets()[first : first + len(window.rows)]
            first += len(window.rows)
            yield LabelledInput(window.ids, placed, units.language, offsets)


def misfit_note(name: str, count: int) -> str:
    """How many entities of a corpus are `misfits` of a Labeller, and why."""
    problem = "overlap another, share a word with one, or go on in the next sentence"
    return f"{name}: {count} entities left out or cut, since they {problem}"
