"""Taggers that are right where they are told to be, with labels of every scheme."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from tagcli import Document
from tagcli.inference.encoding import Encoder
from tagcli.models.directory import TOKENIZER
from tagcli.readers.base import token_offsets
from tagcli.schemes import read_tag_set
from tagcli.tagger import Tagger, TagOptions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# The labels of models in every scheme, and what is right for WORDS in it
WORDS = ["Angela", "Merkel", "kennt", "Köln", "und", "Zürich"]
BIO = ["B-PER", "I-PER", "O", "B-LOC", "O", "B-LOC"]
BIOES = ["B-PER", "E-PER", "O", "S-LOC", "O", "S-LOC"]
SCHEMES = {
    "BIO": (["O", "B-LOC", "I-LOC", "B-PER", "I-PER"], BIO, BIO),
    "BIOES": (["O", *(f"{p}-{t}" for t in ("PER", "LOC") for p in "SBIE")], BIOES, BIOES),
    "BILOU": (
        ["O", *(f"{p}-{t}" for t in ("PER", "LOC") for p in "ULIB")],
        ["B-PER", "L-PER", "O", "U-LOC", "O", "U-LOC"],
        BIOES,
    ),
    "IO": (
        ["PER", "LOC", "O"],
        ["PER", "PER", "O", "LOC", "O", "LOC"],
        ["I-PER", "I-PER", "O", "I-LOC", "O", "I-LOC"],
    ),
}


class SureBackend:
    """A backend that is as good as certain of one label for every piece that it was told of, and
    of O for others."""

    name, device, batch_tokens, workers = "sure", "cpu", 1024, 1

    def __init__(self, labels: Sequence[str], label_of: Mapping[int, str]) -> None:
        self._count = len(labels)
        self._outside = labels.index("O")
        self._number_of = {piece: labels.index(label) for piece, label in label_of.items()}

    def run(
        self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float32]:
        number_of = np.vectorize(lambda piece: self._number_of.get(int(piece), self._outside))
        return np.eye(self._count, dtype=np.float32)[number_of(ids)] * 18


def sure_tagger(
    tagger: Tagger, labels: Sequence[str], words: Sequence[str], right: Sequence[str]
) -> Tagger:
    """A tagger with these labels that takes every one of these words for what is right."""
    encoder = Encoder(tagger.model.folder / TOKENIZER)
    (one,) = tagger.inputs([Document(" ".join(words), tokens=token_offsets(words))])
    firsts = one.ids[one.rows].tolist()
    assert len(set(firsts)) == len(words)
    backend = SureBackend(labels, dict(zip(firsts, right, strict=True)))
    return Tagger(with_labels(tagger, labels).model, encoder, backend, TagOptions())


def with_labels(tagger: Tagger, labels: Sequence[str]) -> Tagger:
    """The same tagger with other names for its labels."""
    model = replace(tagger.model, tag_set=read_tag_set(labels))
    encoder = Encoder(model.folder / TOKENIZER)
    return Tagger(model, encoder, tagger.backend, TagOptions())


def own_name(label: str) -> str:
    """A label as a model that was trained on klue has it."""
    return label.replace("PER", "PS").replace("ORG", "OG").replace("LOC", "LC")
