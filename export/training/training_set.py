"""Corpora into the sets that the Trainer reads: windows with labels and label masks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from export.corpora.labelling import IGNORED, Labeller
from tagcli.languages import AUTO, LATIN_LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    from datasets import Dataset

    from export.corpora.sources import Corpus

_LATIN_NAME = "latin"  # of windows whose language is one of several
_USUAL_ORDER = ("PER", "ORG", "LOC", "MISC")


def label_names(corpora: Sequence[Corpus]) -> list[str]:
    """BIO2 labels of all types that the corpora annotate, O first."""
    types = {name for corpus in corpora for name in corpus.types}
    ordered = [name for name in _USUAL_ORDER if name in types]
    ordered += sorted(types.difference(_USUAL_ORDER))
    return ["O", *(f"{prefix}-{name}" for name in ordered for prefix in ("B", "I"))]


def allowed_labels(corpus: Corpus, labels: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which labels the corpus annotates, shape (labels,)."""
    return np.array([label == "O" or label[2:] in corpus.types for label in labels])


@dataclass(slots=True)
class TrainingSet:
    """Windows of several corpora: `dataset` has input_ids, labels, allowed (labels), source and
    language; `weights` and `misfits`, the entities that cannot be labelled as they stand, are by
    source, and `languages` names the language ids."""

    dataset: Dataset
    weights: list[float]
    languages: list[str]
    misfits: list[int]

    @property
    def lengths(self) -> list[int]:
        """Tokens of every window."""
        return [len(ids) for ids in self.dataset["input_ids"]]

    @property
    def window_weights(self) -> list[float]:
        """The weight of every window."""
        return [self.weights[source] for source in self.dataset["source"]]


def make_set(corpora: Sequence[Corpus], labeller: Labeller, labels: Sequence[str]) -> TrainingSet:
    """All windows of the corpora, in order."""
    from datasets import Dataset

    columns = ("input_ids", "labels", "allowed", "source", "language")
    rows: dict[str, list[Any]] = {name: [] for name in columns}
    languages: list[str] = []
    misfits = []
    for number, corpus in enumerate(corpora):
        known_misfits = len(labeller.misfits)
        allowed = allowed_labels(corpus, labels)
        for example in corpus.examples:
            for window in labeller.inputs(example, corpus.language):
                name = window.language or _LATIN_NAME
                if name not in languages:
                    languages.append(name)
                rows["input_ids"].append(window.ids)
                rows["labels"].append(window.labels)
                rows["allowed"].append(allowed)
                rows["source"].append(number)
                rows["language"].append(languages.index(name))
        misfits.append(len(labeller.misfits) - known_misfits)
    weights = [corpus.source.weight for corpus in corpora]
    return TrainingSet(Dataset.from_dict(rows), weights, languages, misfits)


def types_by_language(corpora: Sequence[Corpus], made: TrainingSet) -> dict[str, list[str]]:
    """The types taught in every language that a corpus declares; `made` are their windows.

    Types of a corpus that declares none count for the languages that its windows' script allows.
    """
    declared = {corpus.language for corpus in corpora if corpus.examples} - {AUTO}
    found: dict[str, list[str]] = {}
    pairs = set(zip(made.dataset["source"], made.dataset["language"], strict=True))
    for source, number in sorted(pairs):
        name = made.languages[number]
        for language in declared.intersection(LATIN_LANGUAGES if name == _LATIN_NAME else [name]):
            known = found.setdefault(language, [])
            known += [one for one in corpora[source].types if one not in known]
    return found


@dataclass(frozen=True, slots=True)
class Collator:
    """Windows into a padded batch: input_ids, attention_mask and labels, shape (batch, tokens), and
    allowed, shape (batch, labels)."""

    pad_id: int

    def __call__(self, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
        import torch

        longest = max(len(row["input_ids"]) for row in rows)
        ids = np.full((len(rows), longest), self.pad_id, np.int64)
        labels = np.full((len(rows), longest), IGNORED, np.int64)
        mask = np.zeros((len(rows), longest), np.int64)
        for place, row in enumerate(rows):
            length = len(row["input_ids"])
            ids[place, :length] = row["input_ids"]
            labels[place, :length] = row["labels"]
            mask[place, :length] = 1
        return {
            "input_ids": torch.from_numpy(ids),
            "attention_mask": torch.from_numpy(mask),
            "labels": torch.from_numpy(labels),
            "allowed": torch.tensor([row["allowed"] for row in rows]),
        }
