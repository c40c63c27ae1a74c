"""The examples of a file, of brat documents or of a dataset, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from export.corpora.brat import TXT, brat_files, read_brat
from export.corpora.examples import Example, examples_of
from export.corpora.json_array import is_array, read_array
from export.corpora.json_gold import Marked, class_names, marked, tag_row, with_tokens
from export.corpora.places import DISK, find_file, is_dataset, load_from_hub, load_saved
from export.corpora.source import FileReading, Source
from export.corpora.tags import (
    LabelRow,
    TagRows,
    conll_row,
    entity_columns,
    lacks_tags,
    untagged_row,
)
from export.corpora.xmi import is_xmi, read_xmi
from export.optional_packages import check_packages
from tagcli.errors import DataError, UsageError
from tagcli.readers.base import ReaderOptions, token_offsets
from tagcli.readers.characters import stand_on_characters
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input, check_encoding
from tagcli.records import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from datasets import Dataset

    from tagcli.records import Spans
    from tagcli.schemes import Span


OnDocument = Callable[[Document], None]


class CorpusReader:
    """Reads a source, without its gold where that annotates nothing. `files`, none for a dataset,
    `scheme`, None for character spans, and `odd`, the illegal tags so far, follow the reading.
    `note` is told of what was taken for granted or left out, `on_document` of what a file holds."""

    def __init__(
        self, source: Source, note: Callable[[str], None], on_document: OnDocument | None = None
    ) -> None:
        self.files: tuple[Path, ...] = ()
        self.scheme: str | None = None
        self.odd: list[DataError] = []
        self._source = source
        self._place = source.place
        self._has_gold = source.annotates != ()
        self._note = note
        self._on_document = on_document
        self._left_out: Counter[str] = Counter()
        self._inside_words = 0

    def examples(self, data_dir: Path | None) -> Iterator[Example]:
        """All examples. Raises UsageError for a place that is not there, DataError with file and
        line for what is wrong in it."""
        source = self._source
        if is_dataset(self._place):
            self._check_is_file()
            check_packages(["datasets"], self._place)
            load = load_saved if self._place.startswith(DISK) else load_from_hub
            yield from self._from_dataset(load(self._place, source.split))
        elif annotations := brat_files(self._place):
            self._check_is_file()
            self.files = (*annotations, *(one.with_suffix(TXT) for one in annotations))
            yield from self._from_brat(annotations)
        else:
            path = find_file(self._place, source.split, data_dir)
            self.files = (path,)
            if is_xmi(path):
                self._check_is_file()
                yield self._from_xmi(path)
            else:
                yield from self._from_documents(self._documents(path))
        for what, count in self._left_out.items():
            self._note(f"{self._place}: {what}, left out: {count}")
        if self._inside_words:
            problem = f"entities that begin or end inside a word: {self._inside_words}"
            self._note(f"{self._place}: {problem}")

    def _check_is_file(self) -> None:
        """Raise UsageError where a dataset or brat documents are to be read as a file is."""
        for one in fields(FileReading):
            if getattr(self._source, one.name) != one.default:
                problem = f"{one.name} is for CoNLL, JSONL and text, and this is none of them"
                raise UsageError(f"{self._place}: {problem}")

    def _documents(self, path: Path) -> Iterator[Document]:
        source = self._source
        opened = Input(str(path), check_encoding(source.encoding))
        options = ReaderOptions(token_column=source.token_column, on_guess=self._note)
        named = source.input_format
        is_json = named in (None, "jsonl") and is_array(path, opened)
        found = read_array(opened) if is_json else read_documents(opened, named, options)
        for document in found:
            if self._on_document is not None:
                self._on_document(document)
            yield document

    def _from_brat(self, annotations: list[Path]) -> Iterator[Example]:
        for number, path in enumerate(annotations, start=1):
            document = read_brat(path)
            self._leave_out("entities of no length", document.empty)
            yield Example(document.text, self._gold(document.spans), None, number)

    def _from_xmi(self, path: Path) -> Example:
        text, spans, untyped = read_xmi(path)
        self._leave_out("entities without a type", untyped)
        return Example(text, self._gold(spans), None, 1)

    def _leave_out(self, what: str, count: int) -> None:
        if count:
            self._left_out[what] += count

    def _gold(self, spans: Iterable[Span]) -> tuple[Span, ...]:
        return tuple(spans) if self._has_gold else ()

    def _from_documents(self, documents: Iterable[Document]) -> Iterator[Example]:
        """The examples of a file, in order: what is marked in text one by one, and from the first
        row of tags on once all of these have shown their scheme."""
        found: list[Document | Example] = []
        rows, names = [], class_names(self.files[0])
        for one in documents:
            document = with_tokens(one)
            has_row = self._has_gold and document.conll is None
            row = tag_row(document, names) if has_row else None
            if row is not None:
                rows.append(row)
            if row is not None or (document.conll is not None and document.conll.tokens):
                found.append(document)
            elif document.conll is None and not found:
                yield from self._from_marks(document)
            elif document.conll is None:
                found += self._from_marks(document)
        tagged = [one for one in found if isinstance(one, Document)]
        spans = self._entities(TagRows(rows or self._conll_rows(tagged)))
        for example in found:
            yield self._tagged(example, next(spans)) if isinstance(example, Document) else example

    def _tagged(self, document: Document, spans: tuple[Span, ...]) -> Example:
        """A document with tokens and its entities by token; one of empty tokens alone is none."""
        assert document.tokens is not None
        example = _example(document.text, _pairs(document.tokens), spans, document.line)
        kept = tuple(span for span in example.spans if span[0] < span[1])
        self._leave_out("entities of no length", len(example.spans) - len(kept))
        tokens = None if document.by_character else example.tokens
        return replace(example, spans=kept, tokens=tokens)

    def _conll_rows(self, documents: Sequence[Document]) -> list[LabelRow]:
        if not documents:
            return []
        if not self._has_gold:
            return [untagged_row(document) for document in documents]
        column = self._source.tag_column
        if column is None:
            found = entity_columns(documents)
            column = found[0] + 1
            if len(found) > 1:
                others = " and ".join(str(one + 1) for one in found[1:])
                how = f"the tags are those of column {column}; there are others in {others}"
                self._note(f"{self._place}: {how} (--tag-column)")
            elif lacks_tags(documents, found[0]):
                self._note(f"{self._place}: no NER= or name= in MISC, read as without entities")
        return [conll_row(document, column - 1) for document in documents]

    def _from_marks(self, document: Document) -> Iterator[Example]:
        words = document.given_words
        tokens = None if words is None else _pairs(words)
        found = marked(document) if self._has_gold else Marked([], 0, 0)
        if found is None:
            self._leave_out("records that nobody has annotated", 1)
            return
        self._leave_out("entities of no length", found.empty)
        self._inside_words += found.inside_words
        yield Example(document.text, tuple(found.spans), tokens, document.line)

    def _entities(self, rows: TagRows) -> Iterator[tuple[Span, ...]]:
        self.scheme = rows.scheme
        for note in rows.notes():
            self._note(f"{self._place}: {note}")
        for spans, odd in rows.entities(self._source.repair):
            self.odd += odd
            yield spans

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
            yield LabelRow(labels, self._place, [number] * len(labels))


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
