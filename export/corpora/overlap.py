"""Sentences that two corpora share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from export.corpora.sources import Corpus
from tagcli.segmentation.normalisation import normalise


def texts_of(corpus: Corpus) -> Iterator[str]:
    """A corpus's sentences as they are compared: without blanks, composed alike."""
    for text in corpus.dataset["text"]:
        yield "".join(normalise(text).text.split())


def without_held_out(train: Sequence[Corpus], held_out: Iterable[Corpus]) -> list[Corpus]:
    """The train sets without the sentences that stand in a held-out set too, in whatever case."""
    texts = {text.casefold() for corpus in held_out for text in texts_of(corpus)}
    return [_without(corpus, texts) for corpus in train]


def _without(corpus: Corpus, texts: set[str]) -> Corpus:
    kept = [n for n, text in enumerate(texts_of(corpus)) if text.casefold() not in texts]
    if len(kept) == len(corpus.dataset):
        return corpus
    return replace(corpus, dataset=corpus.dataset.select(kept))
