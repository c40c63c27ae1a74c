"""Strict span scores of a tagger on annotated files, through the tagger's own path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from export.scores import Span, SpanCounts, of_types
from export.sources import gold_spans
from export.tags import OddTag, TaggedSpans, parse_row, read_row, recognise_scheme
from tagcli.errors import DataError
from tagcli.inputs import Input
from tagcli.readers import ReaderOptions, read_documents, split_columns
from tagcli.records import Document, TaggedDocument
from tagcli.schemes import OUTSIDE
from tagcli.tagger import Tagger
from tagcli.writers import token_tags

SCORED_TYPES = ("PER", "ORG", "LOC")

# What public corpora call the types that nertag's models know
ALIASES = {
    "PS": "PER", "OG": "ORG", "LC": "LOC",  # klue, klp2016
    "person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG",  # wnut17
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """What is scored: `types`, or None for those of the gold; `rules`, a key of
    export.tags.REPAIRS, for illegal tags in the gold; `names` of types that differ ("O" drops
    one)."""

    types: tuple[str, ...] | None = None
    rules: str = "conlleval"
    names: Mapping[str, str] = field(default_factory=lambda: ALIASES)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The counts of a file over `types`, how its gold was read, and what of the predictions was
    left out since the gold does not annotate it."""

    counts: SpanCounts
    types: tuple[str, ...]
    unit: str  # "tokens" or "code points"
    scheme: str | None
    repaired: int
    left_out: Counter[str]
    documents: int


def evaluate(tagger: Tagger, path: Path, types: Iterable[str] = SCORED_TYPES) -> SpanCounts:
    """Strict span counts of a CoNLL or JSONL file over `types`, tags read by conlleval's rules."""
    return evaluate_file(tagger, path, EvaluationOptions(tuple(types))).counts


def evaluate_file(tagger: Tagger, path: Path, options: EvaluationOptions) -> Evaluation:
    """Tag a CoNLL file (gold: its last column, compared by tokens) or a JSONL file (gold:
    `entities` with start, end and label, compared by code points) and count.

    Raises DataError with file and line where the gold is missing or cannot be read.
    """
    gold = _read_gold(path, options)
    renamed = [_renamed(spans, options.names) for spans in gold.spans]
    types = options.types or tuple(sorted({span[2] for spans in renamed for span in spans}))
    counts, left_out = SpanCounts(), Counter[str]()
    tagged_documents = (one for one in tagger.run(_documents(path)) if one is not None)
    for tagged, spans, length in zip(tagged_documents, renamed, gold.lengths, strict=True):
        if _length(tagged.document) != length:
            problem = "the file changed while it was read"
            raise DataError(tagged.document.source, tagged.document.line, problem)
        found = _renamed(_predicted(tagged), options.names)
        left_out.update(span[2] for span in found if span[2] not in types)
        counts.add(of_types(found, types), of_types(spans, types))
    return Evaluation(
        counts, types, gold.unit, gold.scheme, gold.repaired, left_out, len(gold.spans)
    )


def _documents(path: Path) -> Iterator[Document]:
    """The documents that hold text; comments at the end of a file and blank records do not."""
    for document in read_documents(Input(str(path)), None, ReaderOptions()):
        is_docstart = document.conll is not None and document.conll.is_docstart
        if document.text and not is_docstart:
            yield document


def _length(document: Document) -> int:
    return len(document.text) if document.tokens is None else len(document.tokens)


@dataclass(slots=True)
class _Gold:
    spans: list[list[Span]]
    lengths: list[int]
    unit: str
    scheme: str | None = None
    repaired: int = 0


def _read_gold(path: Path, options: EvaluationOptions) -> _Gold:
    """The gold of the whole file, before anything is tagged: what is wrong with it comes first."""
    rows, places = [], []
    gold = _Gold([], [], "code points")
    for document in _documents(path):
        gold.lengths.append(_length(document))
        if document.conll is None:
            gold.spans.append(list(gold_spans(document)))
            continue
        gold.unit = "tokens"
        labels = [split_columns(row)[-1] for row in document.conll.tokens]
        try:
            rows.append(parse_row(labels))
        except OddTag as odd:
            raise DataError(document.source, document.line + odd.index, str(odd)) from odd
        places.append((document.source, document.line))
    if rows:
        gold.scheme = recognise_scheme(rows)
    for row, place in zip(rows, places, strict=True):
        read = _read_row(row, gold.scheme or "", options.rules, *place)
        gold.spans.append(list(read.spans))
        gold.repaired += read.repaired
    return gold


def _read_row(row: list, scheme: str, rules: str, source: str, line: int) -> TaggedSpans:  # type: ignore[type-arg]
    try:
        return read_row(row, scheme, rules)
    except OddTag as odd:
        raise DataError(source, line + odd.index, str(odd)) from odd


def _predicted(tagged: TaggedDocument) -> Iterator[Span]:
    document = tagged.document
    if document.conll is None or document.tokens is None:
        yield from ((e.start, e.end, e.label) for e in tagged.entities)
        return
    tags = token_tags(document.tokens.tolist(), tagged.entities)
    yield from read_row(parse_row(tags), "BIO", "error").spans


def _renamed(spans: Iterable[Span], names: Mapping[str, str]) -> list[Span]:
    named = ((start, end, names.get(label, label)) for start, end, label in spans)
    return [span for span in named if span[2] != OUTSIDE]
