"""Corpora from one format and scheme to another."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, pairwise

from export.data_stats import sentences_of
from export.sources import Corpus, Example, examples_of
from export.tags import write_row
from tagcli.errors import DataError
from tagcli.readers import split_columns
from tagcli.records import Document

_OF_ENTITIES = {"start", "end", "label", "text", "start_token", "end_token"}


def conll_lines(corpus: Corpus, scheme: str) -> Iterator[str]:
    """Every example as token and tag a line and a blank line after it.

    Text without tokens is split into sentences and these into words, which are cut at the ends
    of entities. Raises DataError for what CoNLL cannot hold.
    """
    place = corpus.source.place
    for example in examples_of(corpus.dataset):
        sentences = [_cut_at(words, example.spans) for words in sentences_of(example)]
        spans = _word_spans(list(chain.from_iterable(sentences)), example, place)
        first = 0
        for words in sentences:
            last = first + len(words)
            inside = [(s - first, e - first, label) for s, e, label in spans if first <= s < last]
            labels = write_row(inside, len(words), scheme)
            for (start, end), label in zip(words, labels, strict=True):
                yield f"{_token(example, start, end, place)}\t{label}\n"
            yield "\n"
            first = last


def _token(example: Example, start: int, end: int, place: str) -> str:
    token = example.text[start:end]
    if "\t" in token or "\n" in token or not token.strip(" "):
        raise DataError(place, example.line, f"CoNLL cannot hold the token {token!r}")
    return token


def _cut_at(
    words: Iterable[tuple[int, int]], spans: Iterable[tuple[int, int, str]]
) -> list[tuple[int, int]]:
    edges = sorted({edge for start, end, _ in spans for edge in (start, end)})
    cut: list[tuple[int, int]] = []
    for start, end in words:
        inner = edges[bisect_right(edges, start) : bisect_left(edges, end)]
        cut += pairwise([start, *inner, end])
    return cut


def _word_spans(
    words: list[tuple[int, int]], example: Example, place: str
) -> list[tuple[int, int, str]]:
    """The entities over word indices; raises DataError for those that CoNLL cannot hold."""
    starts, ends = [start for start, _ in words], [end for _, end in words]
    spans, free_from = [], 0
    for start, end, label in sorted(example.spans):
        first, last = bisect_right(ends, start), bisect_left(starts, end)
        problem = None
        if start < free_from:
            problem = "overlaps another"
        elif first >= last:
            problem = "holds no word"
        elif not re.fullmatch(r"\S+", label):
            problem = f"has the type {label!r}"
        if problem:
            what = f"the entity {example.text[start:end]!r} {problem}: CoNLL cannot hold it"
            raise DataError(place, example.line, what)
        spans.append((first, last, label))
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


def left_out(documents: Iterable[Document]) -> list[str]:
    """What of a file no conversion carries over: comments, -DOCSTART-, columns between token and
    tag, records without text, fields of JSON objects."""
    counts: Counter[str] = Counter()
    columns, fields = 2, dict[str, None]()
    for document in documents:
        if document.conll is None:
            counts["empty record"] += not document.text
            fields |= dict.fromkeys(_other_fields(document))
            continue
        counts["comment"] += sum(bool(line.strip()) for line in document.conll.before)
        counts["-DOCSTART- line"] += document.conll.is_docstart
        if document.conll.tokens and not document.conll.is_docstart:
            columns = len(split_columns(document.conll.tokens[0]))
    counts["middle column"] = columns - 2
    found = [f"{n} {what}{'s' * (n != 1)}" for what, n in counts.items() if n]
    return [*found, *(f"field {name}" for name in fields)]


def _other_fields(document: Document) -> Iterator[str]:
    carried = {"entities"} if document.tokens is None else {"entities", "tokens"}
    yield from (name for name in document.fields if name not in carried)
    for entity in document.fields["entities"]:
        yield from (f"entities.{name}" for name in entity if name not in _OF_ENTITIES)
