"""The words of an example, for formats that count in words, and its entities over them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from export.corpora.brat import brat_place
from export.corpus_tools.spans import SpansInOrder
from export.corpus_tools.stats import sentence_spans, sentences_of
from tagcli.errors import DataError
from tagcli.writers.conll import words_cut_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from export.corpora.examples import Example
    from tagcli.schemes import Span


def words_by_sentence(example: Example) -> Iterator[tuple[str, list[tuple[int, int]]]]:
    """The words of every sentence and its language, "" for tokens: these are as given, text is cut
    at punctuation and at both ends of every entity."""
    if example.tokens is not None:
        yield from (("", words) for words in sentences_of(example))
        return
    spans = SpansInOrder(example.spans)
    for start, end, language in sentence_spans(example):
        ends = ((first, last) for first, last, _ in spans.between(start, end))
        yield language, words_cut_at(ends, example.text, start, end)


def word_spans(words: list[tuple[int, int]], example: Example, place: str, to: str) -> list[Span]:
    """The entities over word indices; raises DataError for those that a format, called `to`, cannot
    hold."""
    starts, ends = [start for start, _ in words], [end for _, end in words]
    spans, free_from = [], 0
    for start, end, label in sorted(example.spans):
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        problem = None
        if start < free_from:
            problem = "overlaps another"
        elif first >= last:
            problem = "holds no word"
        elif start > starts[first] or end < ends[last - 1]:
            problem = "begins or ends inside a token"
        if problem:
            what = f"the entity {example.text[start:end]!r} {problem}: {to} cannot hold it"
            raise DataError(*brat_place(place, example.line), what)
        spans.append((first, last, label))
        free_from = end
    return spans
