"""Sentences that two corpora share."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tagcli.segmentation.normalisation import normalise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from export.corpora.sources import Corpus


def texts_of(corpus: Corpus) -> Iterator[str]:
    """A corpus's sentences as they are compared: without blanks, composed alike."""
    for example in corpus.examples:
        yield "".join(normalise(example.text).text.split())


def without_held_out(train: Sequence[Corpus], held_out: Iterable[Corpus]) -> list[Corpus]:
    """The train sets without the sentences that stand in a held-out set too, in whatever case."""
    texts = {text.casefold() for corpus in held_out for text in texts_of(corpus)}
    return [_without(corpus, texts) for corpus in train]


def _without(corpus: Corpus, texts: set[str]) -> Corpus:
    pairs = zip(corpus.examples, texts_of(corpus), strict=True)
    kept = [example for example, text in pairs if text.casefold() not in texts]
    return corpus if len(kept) == len(corpus.examples) else replace(corpus, examples=kept)
