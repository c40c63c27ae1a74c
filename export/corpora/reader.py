"""The examples of a file, of brat documents or of a dataset, one after the other."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from export.corpora.brat import TXT, brat_files, read_brat
from export.corpora.examples import Example, examples_of, gold_spans
from export.corpora.places import DISK, find_file, is_dataset, load_from_hub, load_saved
from export.corpora.tags import LabelRow, TagRows, conll_row
from export.optional_packages import check_packages
from tagcli.errors import DataError, UsageError
from tagcli.readers.base import ReaderOptions, token_offsets
from tagcli.readers.characters import stand_on_characters
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from datasets import Dataset

    from tagcli.records import Document, Spans
    from tagcli.schemes import Span


class CorpusReader:
    """Reads one place under a policy of REPAIRS, without its gold unless `has_gold`. `files`, none
    for a dataset, `scheme`, None for character spans, and `repaired`, the illegal tags so far,
    follow the reading."""

    def __init__(self, place: str, policy: str, has_gold: bool) -> None:
        self.files: tuple[Path, ...] = ()
        self.scheme: str | None = None
        self.repaired = 0
        self._place = place
        self._policy = policy
        self._has_gold = has_gold

    def examples(self, split: str, data_dir: Path | None) -> Iterator[Example]:
        """All examples. Raises UsageError for a place that is not there, DataError with file and
        line for what is wrong in it."""
        if is_dataset(self._place):
            check_packages(["datasets"], self._place)
            load = load_saved if self._place.startswith(DISK) else load_from_hub
            yield from self._from_dataset(load(self._place, split))
        elif annotations := brat_files(self._place):
            self.files = (*annotations, *(one.with_suffix(TXT) for one in annotations))
            yield from self._from_brat(annotations)
        else:
            path = find_file(self._place, split, data_dir)
            self.files = (path,)
            yield from self._from_documents(read_documents(Input(str(path)), None, ReaderOptions()))

    def _from_brat(self, annotations: list[Path]) -> Iterator[Example]:
        for number, path in enumerate(annotations, start=1):
            document = read_brat(path)
            yield Example(document.text, self._gold(document.spans), None, number)

    def _gold(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        return tuple(spans) if self._has_gold else ()

    def _from_documents(self, documents: Iterable[Document]) -> Iterator[Example]:
        """Text and JSON objects one by one, CoNLL once all rows have shown their scheme."""
        sentences = []
        for document in documents:
            if document.conll is None:
                words = document.given_words
                tokens = None if words is None else _pairs(words)
                spans = self._gold(gold_spans(document))
                yield Example(document.text, spans, tokens, document.line)
            elif document.conll.tokens:
                sentences.append(document)
        rows = TagRows(map(conll_row, sentences))
        for document, entities in zip(sentences, self._entities(rows), strict=True):
            assert document.tokens is not None
            offsets, spans = _pairs(document.tokens), self._gold(entities)
            example = _example(document.text, offsets, spans, document.line)
            yield replace(example, tokens=None) if document.by_character else example

    def _entities(self, rows: TagRows) -> Iterator[tuple[Span, ...]]:
        self.scheme = rows.scheme
        for read in rows.entities(self._policy):
            self.repaired += read.repaired
            yield read.spans

    def _from_dataset(self, dataset: Dataset) -> Iterator[Example]:
        columns = dataset.column_names
        if {"text", "entities", "has_tokens"} <= set(columns):
            for one in examples_of(dataset):
                yield replace(one, spans=self._gold(one.spans))
            return
        tags = next((name for name in ("ner_tags", "tags") if name in columns), None)
        if "tokens" not in columns or tags is None:
            raise UsageError(f"{self._place} has no columns tokens and ner_tags: {columns}")
        rows = TagRows(self._label_rows(dataset, tags))
        by_character = stand_on_characters(dataset["tokens"])
        numbered = enumerate(zip(dataset["tokens"], self._entities(rows), strict=True), start=1)
        for number, (tokens, spans) in numbered:
            if by_character:
                yield Example("".join(tokens), self._gold(spans), None, number)
            else:
                offsets = _pairs(token_offsets(tokens))
                yield _example(" ".join(tokens), offsets, self._gold(spans), number)

    def _label_rows(self, dataset: Dataset, column: str) -> Iterator[LabelRow]:
        names = _class_names(dataset, column)
        for number, row in enumerate(dataset, start=1):
            if names and (odd := set(row[column]).difference(range(len(names)))):
                problem = f"{odd.pop()} is no label: {column} has {len(names)}, from 0"
                raise DataError(self._place, number, problem)
            labels = [names[tag] if names else str(tag) for tag in row[column]]
            if len(labels) != len(row["tokens"]):
                raise DataError(self._place, number, "tokens and tags differ in number")
            yield LabelRow(labels, self._place, number, one_line=True)


def _pairs(offsets: Spans) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in offsets.tolist())


def _example(
    text: str, tokens: tuple[tuple[int, int], ...], spans: Iterable[Span], line: int
) -> Example:
    """An example whose entities are counted in tokens."""
    by_character = tuple((tokens[s][0], tokens[e - 1][1], label) for s, e, label in spans)
    return Example(text, by_character, tokens, line)


def _class_names(dataset: Dataset, column: str) -> list[str] | None:
    """The names of a ClassLabel column; None where the tags are strings."""
    feature: Any = getattr(dataset.features[column], "feature", None)
    return getattr(feature, "names", None)
