"""Corpora from one format and scheme to another."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from export.data_stats import words_of
from export.sources import Corpus, Example, examples_of
from export.tags import write_row
from tagcli.errors import DataError


def conll_lines(corpus: Corpus, scheme: str) -> Iterator[str]:
    """Every example as token and tag a line and a blank line after it.

    Text without tokens is cut into words, and those at the ends of entities.
    """
    for example in examples_of(corpus.dataset):
        words = _cut_at(words_of(example), example.spans)
        spans = _word_spans(words, example, corpus.source.place)
        labels = write_row(spans, len(words), scheme)
        for (start, end), label in zip(words, labels, strict=True):
            yield f"{_token(example, start, end, corpus.source.place)}\t{label}\n"
        if words:
            yield "\n"


def _token(example: Example, start: int, end: int, place: str) -> str:
    token = example.text[start:end]
    if "\t" in token or "\n" in token:
        raise DataError(place, example.line, f"CoNLL cannot hold the token {token!r}")
    return token


def _cut_at(
    words: Iterable[tuple[int, int]], spans: Iterable[tuple[int, int, str]]
) -> list[tuple[int, int]]:
    edges = sorted({edge for start, end, _ in spans for edge in (start, end)})
    cut: list[tuple[int, int]] = []
    for start, end in words:
        inner = [edge for edge in edges if start < edge < end]
        cut += pairwise([start, *inner, end])
    return cut


def _word_spans(
    words: list[tuple[int, int]], example: Example, place: str
) -> list[tuple[int, int, str]]:
    """The entities over word indices; raises DataError for those that CoNLL cannot hold."""
    spans, free_from = [], 0
    for start, end, label in sorted(example.spans):
        inside = [i for i, word in enumerate(words) if word[0] < end and word[1] > start]
        if start < free_from or not inside:
            what = "overlaps another" if inside else "holds no word"
            problem = f"the entity {example.text[start:end]!r} {what}: CoNLL cannot hold it"
            raise DataError(place, example.line, problem)
        spans.append((inside[0], inside[-1] + 1, label))
        free_from = end
    return spans


def jsonl_lines(corpus: Corpus, scheme: str) -> Iterator[str]:
    """Every example as an object: its text, or its tokens, which are joined by one blank, and its
    entities in code points of that text."""
    for example in examples_of(corpus.dataset):
        if not example.text:
            continue
        record: dict[str, object] = {"text": example.text}
        if example.tokens is not None:
            record = {"tokens": [example.text[start:end] for start, end in example.tokens]}
        record["entities"] = [
            {"start": start, "end": end, "label": label} for start, end, label in example.spans
        ]
        yield json.dumps(record, ensure_ascii=False) + "\n"


CONVERTERS: dict[str, Callable[[Corpus, str], Iterator[str]]] = {
    "conll": conll_lines,
    "jsonl": jsonl_lines,
}
