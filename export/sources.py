"""Annotated corpora of all kinds into `datasets.Dataset` objects with the same features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from export.brat import brat_files, read_brat
from export.conventions import adapted
from export.letter_case import CASES
from export.places import DISK, find_file, is_dataset, load_from_hub, load_saved
from export.settings import check_types
from export.spacing import LANGUAGES as SPACED_LANGUAGES
from export.tags import REPAIRS, OddTag, parse_row, read_row, recognise_scheme
from tagcli.errors import DataError, UsageError
from tagcli.inputs import Input
from tagcli.languages import AUTO, LANGUAGES
from tagcli.readers import ReaderOptions, read_documents, split_columns, token_offsets
from tagcli.records import Document

if TYPE_CHECKING:
    from datasets import Dataset, Features

    from tagcli.records import Spans
    from tagcli.schemes import Tag

SPLITS = ("train", "dev", "test")
SPACINGS = ("natural",)


@dataclass(frozen=True, slots=True)
class Source:
    """A corpus to read: a CoNLL or JSONL file, brat's NAME.ann or a folder of such documents,
    `NAME/LANGUAGE` in the data folder, `disk:PATH` or `hub:OWNER/NAME[/CONFIG]`.

    `labels` renames types ("O" drops one; "PS_*" stands for all that begin so), and `by_text`
    names the type of entities by their NFC text, whatever it was; `joins` are the types of which
    two are one entity where only a blank is between them. `annotates` are the types that an O
    speaks against, after renaming: None for those that occur, none at all for text without gold.

    `every` takes the sentences N, 2N, ..., `skip_every` all others; `cap` is the most sentences
    taken of these, from the start; `weight` how often an epoch shows each; `repair` a policy of
    export.tags.REPAIRS.

    `spacing` "natural" makes running text of tokens, which has none then, and `case`, one of
    export.letter_case.CASES, writes it so.
    """

    place: str
    split: str = "train"
    language: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    by_text: Mapping[str, str] = field(default_factory=dict)
    joins: tuple[str, ...] | None = None
    annotates: tuple[str, ...] | None = None
    every: int | None = None
    skip_every: int | None = None
    cap: int | None = None
    weight: float = 1.0
    repair: str = "error"
    spacing: str | None = None
    case: str | None = None

    def __post_init__(self) -> None:
        check_types(Source, {one.name: getattr(self, one.name) for one in fields(self)})
        choices: dict[str, tuple[str | None, ...]] = {
            "split": SPLITS,
            "language": (None, AUTO, *LANGUAGES),
            "repair": tuple(REPAIRS),
            "spacing": (None, *SPACINGS),
            "case": (None, *CASES),
        }
        for name, known in choices.items():
            if (value := getattr(self, name)) not in known:
                among = ", ".join(filter(None, known))
                raise UsageError(f"{self.place}: {name} {value!r} is none of {among}")
        if self.weight <= 0 or (self.cap is not None and self.cap < 1):
            raise UsageError(f"{self.place}: weight and cap must be above 0")
        if self.every is not None and self.skip_every is not None:
            raise UsageError(f"{self.place}: a source has every or skip_every, not both")
        if any(n is not None and n < 2 for n in (self.every, self.skip_every)):
            raise UsageError(f"{self.place}: every and skip_every must be at least 2")

    def takes(self, number: int) -> bool:
        """Whether the sentence with this number, counted from 1, is among those to read."""
        if self.every is not None:
            return number % self.every == 0
        return self.skip_every is None or number % self.skip_every != 0


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its entities (start, end, type) in code points and, where the gold stands on
    words, its tokens; `line` is where it stands in its source, in a folder the document's number.
    """

    text: str
    spans: tuple[tuple[int, int, str], ...]
    tokens: tuple[tuple[int, int], ...] | None
    line: int


@dataclass(slots=True)
class Corpus:
    """A source that was read: `dataset` has FEATURES; `types` are those it annotates."""

    source: Source
    dataset: Dataset
    types: tuple[str, ...]
    scheme: str | None  # of its tags; None for character spans
    repaired: int

    @property
    def name(self) -> str:
        """What it is called in messages and tables."""
        source = self.source
        how = [one for one in (source.split, source.spacing, source.case) if one]
        return f"{source.place} ({', '.join(how)})"


def corpus_names(corpora: Sequence[Corpus]) -> list[str]:
    """What the corpora are called; of several with one name their types, and if need be a number,
    say which is which."""
    shared = Counter(corpus.name for corpus in corpora)
    seen: Counter[str] = Counter()
    names = []
    for corpus in corpora:
        alone = shared[corpus.name] == 1
        name = corpus.name if alone else f"{corpus.name}: {', '.join(corpus.types)}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name}; {seen[name]}")
    return names


def features() -> Features:
    """The features of every dataset: text, entities and tokens in code points; a text whose gold
    stands on characters has no tokens."""
    from datasets import Features, List, Value

    spans = {"start": Value("int32"), "end": Value("int32")}
    return Features(
        {
            "text": Value("string"),
            "language": Value("string"),
            "has_tokens": Value("bool"),
            "tokens": List(spans),
            "entities": List({**spans, "label": Value("string")}),
            "line": Value("int32"),
        }
    )


def load_source(source: Source, data_dir: Path | None = None) -> Corpus:
    """Read a source. Raises UsageError for one that is not there, DataError with file and line
    for what is wrong in it."""
    from datasets import Dataset

    rows, language = _Rows(source), language_of(source)
    if source.spacing is not None and language not in SPACED_LANGUAGES:
        known = ", ".join(SPACED_LANGUAGES)
        raise UsageError(f"{source.place}: spacing needs a language of {known}, not {language}")
    taken = islice(rows.taken(data_dir), source.cap)
    examples = [adapted(example, source, language) for example in taken]
    if not any(example.text for example in examples):
        raise UsageError(f"{source.place} ({source.split}) holds no text")
    types = tuple(sorted({span[2] for example in examples for span in example.spans}))
    if source.annotates is not None:
        if unknown := set(types) - set(source.annotates):
            problem = f"has {min(unknown)}, which it is said not to annotate"
            raise UsageError(f"{source.place} ({source.split}) {problem}")
        types = source.annotates
    dataset = Dataset.from_list(
        [_fields(example, language) for example in examples], features=features()
    )
    return Corpus(source, dataset, types, rows.scheme, rows.repaired)


def language_of(source: Source) -> str:
    """The language that a source declares, or that its NAME/LANGUAGE ends in; otherwise AUTO."""
    ending = source.place.rpartition("/")[2]
    is_name = ending in LANGUAGES and not Path(source.place).is_file()
    return source.language or (ending if is_name else AUTO)


def _fields(example: Example, language: str) -> dict[str, Any]:
    tokens = example.tokens or ()
    return {
        "text": example.text,
        "language": language,
        "has_tokens": example.tokens is not None,
        "tokens": [{"start": start, "end": end} for start, end in tokens],
        "entities": [{"start": s, "end": e, "label": label} for s, e, label in example.spans],
        "line": example.line,
    }


def examples_of(dataset: Dataset) -> Iterator[Example]:
    """The examples of a dataset with FEATURES, in order."""
    for row in dataset:
        spans = tuple((e["start"], e["end"], e["label"]) for e in row["entities"])
        tokens = tuple((t["start"], t["end"]) for t in row["tokens"]) if row["has_tokens"] else None
        yield Example(row["text"], spans, tokens, row["line"])


class _Rows:
    """The rows of one source; `scheme` and `repaired` are known when they are read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.scheme: str | None = None
        self.repaired = 0

    def taken(self, data_dir: Path | None) -> Iterator[Example]:
        """The examples that the source takes; repairs in others do not count."""
        repaired = 0
        for number, example in enumerate(self.examples(data_dir), start=1):
            if self._source.takes(number):
                repaired = self.repaired
                yield example
            self.repaired = repaired

    def examples(self, data_dir: Path | None) -> Iterator[Example]:
        place = self._source.place
        if is_dataset(place):
            load = load_saved if place.startswith(DISK) else load_from_hub
            yield from self._from_dataset(load(place, self._source.split))
            return
        if files := brat_files(place):
            yield from self._from_brat(files)
            return
        path = find_file(place, self._source.split, data_dir)
        documents = read_documents(Input(str(path)), None, ReaderOptions())
        yield from self._from_documents(list(documents))

    def _from_brat(self, files: list[Path]) -> Iterator[Example]:
        for number, path in enumerate(files, start=1):
            document = read_brat(path)
            yield Example(document.text, self._gold(document.spans), None, number)

    def _gold(self, spans: Iterable[tuple[int, int, str]]) -> tuple[tuple[int, int, str], ...]:
        """The entities, none of a source that is read as text without gold."""
        return () if self._source.annotates == () else tuple(spans)

    def _from_documents(self, documents: list[Document]) -> Iterator[Example]:
        sentences = [d for d in documents if d.conll and d.conll.tokens and not d.conll.is_docstart]
        if sentences:
            yield from self._from_conll(sentences)
        for document in documents:
            if document.conll is None:
                tokens = None if document.tokens is None else _pairs(document.tokens)
                spans = self._gold(gold_spans(document))
                yield Example(document.text, spans, tokens, document.line)

    def _from_conll(self, sentences: list[Document]) -> Iterator[Example]:
        rows = []
        for document in sentences:
            assert document.conll is not None
            labels = [split_columns(row)[-1] for row in document.conll.tokens]
            rows.append(_parsed(labels, document.source, document.line))
        for document, spans in zip(sentences, self._spans(rows, sentences), strict=True):
            assert document.tokens is not None
            yield _example(document.text, _pairs(document.tokens), spans, document.line)

    def _spans(
        self, rows: list[list[Tag]], sentences: list[Document]
    ) -> Iterator[tuple[tuple[int, int, str], ...]]:
        self.scheme = recognise_scheme(rows)
        for row, document in zip(rows, sentences, strict=True):
            try:
                read = read_row(row, self.scheme, self._source.repair)
            except OddTag as odd:
                raise DataError(document.source, document.line + odd.index, str(odd)) from odd
            self.repaired += read.repaired
            yield read.spans

    def _from_dataset(self, dataset: Dataset) -> Iterator[Example]:
        columns = dataset.column_names
        if {"text", "entities", "has_tokens"} <= set(columns):
            yield from examples_of(dataset)
            return
        tags = next((name for name in ("ner_tags", "tags") if name in columns), None)
        if "tokens" not in columns or tags is None:
            raise UsageError(f"{self._source.place} has no columns tokens and ner_tags: {columns}")
        names = _class_names(dataset, tags)
        documents, rows = [], []
        for number, row in enumerate(dataset, start=1):
            if names and (odd := set(row[tags]).difference(range(len(names)))):
                problem = f"{odd.pop()} is no label: {tags} has {len(names)}, from 0"
                raise DataError(self._source.place, number, problem)
            labels = [names[tag] if names else str(tag) for tag in row[tags]]
            if len(labels) != len(row["tokens"]):
                raise DataError(self._source.place, number, "tokens and tags differ in number")
            documents.append(_dataset_document(row["tokens"], self._source.place, number))
            rows.append(_parsed(labels, self._source.place, number, one_line=True))
        by_character = _stand_on_characters(dataset["tokens"])
        for row, document, spans in zip(dataset, documents, self._dataset_spans(rows), strict=True):
            if by_character:
                yield Example("".join(row["tokens"]), spans, None, document.line)
            else:
                assert document.tokens is not None
                yield _example(document.text, _pairs(document.tokens), spans, document.line)

    def _dataset_spans(self, rows: list[list[Tag]]) -> Iterator[tuple[tuple[int, int, str], ...]]:
        self.scheme = recognise_scheme(rows)
        for number, row in enumerate(rows, start=1):
            try:
                read = read_row(row, self.scheme, self._source.repair)
            except OddTag as odd:
                problem = f"token {odd.index + 1}: {odd}"
                raise DataError(self._source.place, number, problem) from odd
            self.repaired += read.repaired
            yield read.spans


def _pairs(offsets: Spans) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for start, end in offsets.tolist())


def _example(
    text: str,
    tokens: tuple[tuple[int, int], ...],
    spans: Iterable[tuple[int, int, str]],
    line: int,
) -> Example:
    by_character = tuple((tokens[s][0], tokens[e - 1][1], label) for s, e, label in spans)
    return Example(text, by_character, tokens, line)


def _parsed(labels: list[str], source: str, line: int, one_line: bool = False) -> list[Tag]:
    try:
        return parse_row(labels)
    except OddTag as odd:
        at = line if one_line else line + odd.index
        raise DataError(source, at, str(odd)) from odd


def _dataset_document(tokens: list[str], source: str, number: int) -> Document:
    return Document(" ".join(tokens), source, number, token_offsets(tokens))


def _class_names(dataset: Dataset, column: str) -> list[str] | None:
    """The names of a ClassLabel column; None where the tags are strings."""
    feature = getattr(dataset.features[column], "feature", None)
    return getattr(feature, "names", None)


def _stand_on_characters(sentences: Iterable[list[str]]) -> bool:
    """Whether the tokens are a text's characters, blanks among them, as klue has them."""
    has_blank = False
    for tokens in sentences:
        if any(len(token) != 1 for token in tokens):
            return False
        has_blank |= " " in tokens
    return has_blank


def gold_spans(document: Document) -> Iterator[tuple[int, int, str]]:
    """The `entities` of a JSON object, checked; raises DataError with file and line."""
    entities = document.fields.get("entities")
    if not isinstance(entities, list):
        problem = "no gold: 'entities' with start, end and label"
        raise DataError(document.source, document.line, problem)
    for entity in entities:
        try:
            start, end, label = entity["start"], entity["end"], entity["label"]
            good = type(start) is int and type(end) is int and isinstance(label, str)
        except (KeyError, TypeError):
            good = False
        if not good or not 0 <= start < end <= len(document.text):
            problem = f"{entity!r:.80} is no entity of this text: start, end, label"
            raise DataError(document.source, document.line, problem)
        yield start, end, label
