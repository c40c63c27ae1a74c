"""Strict span scores of a tagger on annotated text, through the tagger's own path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from export.scores import Span, SpanCounts, of_types
from export.sources import Corpus, Example, examples_of, gold_spans
from export.tags import OddTag, TaggedSpans, parse_row, read_row, recognise_scheme
from tagcli.errors import DataError, UsageError
from tagcli.inputs import Input
from tagcli.readers import ReaderOptions, read_documents, split_columns
from tagcli.records import Document, TaggedDocument
from tagcli.schemes import OUTSIDE, OUTSIDE_TAG, Tag, chunks
from tagcli.tagger import Tagger
from tagcli.writers import token_tags

_TOKENS, _CODE_POINTS = "tokens", "code points"
SCORED_TYPES = ("PER", "ORG", "LOC")

ALIASES = {
    "PS": "PER", "OG": "ORG", "LC": "LOC",  # klue, klp2016
    "person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG",  # wnut17
}  # fmt: skip
"""What public corpora call the types that many models know."""


@dataclass(frozen=True, slots=True)
class EvaluationOptions:
    """What is scored: `types`, or None for those of the gold; `rules`, a key of
    export.tags.REPAIRS, for illegal tags in the gold; `names` for types of the gold, as for
    `gold_names`."""

    types: tuple[str, ...] | None = None
    rules: str = "conlleval"
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The counts of a file or corpus over `types` and how its gold was read: `names` are the types
    that were renamed. Predictions of other types are not counted: `left_out` are of types that the
    gold does not have, `not_asked` of types that it has."""

    counts: SpanCounts
    types: tuple[str, ...]
    unit: str  # _TOKENS or _CODE_POINTS
    scheme: str | None
    repaired: int
    names: Mapping[str, str]
    left_out: Counter[str]
    not_asked: Counter[str]
    documents: int


def gold_names(
    gold_types: Iterable[str], model_types: Collection[str], chosen: Mapping[str, str]
) -> dict[str, str]:
    """Old and new names of the types of the gold that are renamed ("O" drops one): those of
    `chosen`, and by ALIASES those that the model does not know under the one name but under the
    other. A type that is `chosen` to be called as it is keeps its name."""
    names = {}
    for name in sorted(gold_types):
        alias = ALIASES.get(name, name)
        usual = alias if alias in model_types and name not in model_types else name
        names[name] = chosen.get(name, usual)
    return {name: new for name, new in names.items() if new != name}


def renamed(spans: Iterable[Span], names: Mapping[str, str]) -> list[Span]:
    """The spans with the types' new names, without those that are dropped."""
    named = ((start, end, names.get(label, label)) for start, end, label in spans)
    return [span for span in named if span[2] != OUTSIDE]


def evaluate(tagger: Tagger, path: Path, types: Iterable[str] = SCORED_TYPES) -> SpanCounts:
    """Strict span counts of a CoNLL or JSONL file over `types`, by these names or by those that
    ALIASES has for them; tags are read by conlleval's rules."""
    asked = set(types)
    asked |= {alias for alias, name in ALIASES.items() if name in asked}
    gold = _read_gold(tagger, path, EvaluationOptions())
    return _evaluation(tagger, _documents(path), gold, tuple(sorted(asked))).counts


def evaluate_file(tagger: Tagger, test: Path | Corpus, options: EvaluationOptions) -> Evaluation:
    """Tag a CoNLL file (gold: its last column, compared by tokens), a JSONL file (gold:
    `entities` with start, end and label, compared by code points) or a corpus that was read, by
    tokens where its gold stands on them, and count. A corpus brings the rules it was read by.

    Raises DataError with file and line where the gold is missing or cannot be read, UsageError
    for types that neither the gold nor the model has.
    """
    gold = _read_gold(tagger, test, options)
    known = gold.types.union(tagger.model.tag_set.types)
    types = options.types or tuple(sorted(gold.types))
    if unknown := [name for name in types if name not in known]:
        name = test.name if isinstance(test, Corpus) else test
        problem = f"neither {name} nor the model has a type {unknown[0]!r}"
        if unknown[0] in gold.names:
            problem = f"{unknown[0]!r} of {name} is read as {gold.names[unknown[0]]!r}"
        raise UsageError(f"{problem}; the types are {', '.join(sorted(known))}")
    return _evaluation(tagger, _documents(test), gold, types)


def _evaluation(
    tagger: Tagger, documents: Iterable[Document], gold: _Gold, types: tuple[str, ...]
) -> Evaluation:
    counts, left_out, not_asked = SpanCounts(), Counter[str](), Counter[str]()
    tagged_documents = (one for one in tagger.run(documents) if one is not None)
    for tagged, spans, length in zip(tagged_documents, gold.spans, gold.lengths, strict=True):
        if _length(tagged.document) != length:
            problem = "the file changed while it was read"
            raise DataError(tagged.document.source, tagged.document.line, problem)
        found = _predicted(tagged, by_token=gold.unit == _TOKENS)
        others = [span[2] for span in found if span[2] not in types]
        not_asked.update(name for name in others if name in gold.types)
        left_out.update(name for name in others if name not in gold.types)
        counts.add(of_types(found, types), of_types(spans, types))
    return Evaluation(
        counts, types, gold.unit, gold.scheme, gold.repaired, gold.names, left_out, not_asked,
        len(gold.spans),
    )  # fmt: skip


def _documents(test: Path | Corpus) -> Iterator[Document]:
    """The documents that hold text; comments at the end of a file and blank records do not."""
    if isinstance(test, Corpus):
        for example in _examples(test):
            tokens = example.tokens
            offsets = None if tokens is None else np.array(tokens, np.int32).reshape(-1, 2)
            yield Document(example.text, test.source.place, example.line, offsets)
        return
    for document in read_documents(Input(str(test)), None, ReaderOptions()):
        is_docstart = document.conll is not None and document.conll.is_docstart
        if document.text and not is_docstart:
            yield document


def _examples(corpus: Corpus) -> Iterator[Example]:
    return (example for example in examples_of(corpus.dataset) if example.text)


def _length(document: Document) -> int:
    return len(document.text) if document.tokens is None else len(document.tokens)


@dataclass(slots=True)
class _Gold:
    spans: list[list[Span]]
    lengths: list[int]
    unit: str
    scheme: str | None = None
    repaired: int = 0
    names: Mapping[str, str] = field(default_factory=dict)
    types: frozenset[str] = frozenset()  # after renaming


def _read_gold(tagger: Tagger, test: Path | Corpus, options: EvaluationOptions) -> _Gold:
    """The whole gold, before anything is tagged: what is wrong with it comes first."""
    gold = _corpus_gold(test) if isinstance(test, Corpus) else _file_gold(test, options.rules)
    gold.names = gold_names(_types(gold.spans), tagger.model.tag_set.types, options.names)
    gold.spans = [renamed(spans, gold.names) for spans in gold.spans]
    gold.types = _types(gold.spans)
    return gold


def _corpus_gold(corpus: Corpus) -> _Gold:
    examples = list(_examples(corpus))
    by_token = [_on_tokens(example) for example in examples]
    spans = [one for one in by_token if one is not None]
    unit = _TOKENS
    if len(spans) < len(examples):
        spans, unit = [list(example.spans) for example in examples], _CODE_POINTS
    lengths = [_length(document) for document in _documents(corpus)]
    return _Gold(spans, lengths, unit, corpus.scheme, corpus.repaired)


def _on_tokens(example: Example) -> list[Span] | None:
    """The entities by token; None where an end is not that of a token."""
    tokens = example.tokens or ()
    firsts = {start: number for number, (start, _) in enumerate(tokens)}
    ends = {end: number for number, (_, end) in enumerate(tokens, start=1)}
    if example.tokens is None or any(s not in firsts or e not in ends for s, e, _ in example.spans):
        return None
    return [(firsts[start], ends[end], label) for start, end, label in example.spans]


def _file_gold(path: Path, rules: str) -> _Gold:
    rows, places = [], []
    gold = _Gold([], [], _CODE_POINTS)
    for document in _documents(path):
        gold.lengths.append(_length(document))
        if document.conll is None:
            gold.spans.append(list(gold_spans(document)))
            continue
        gold.unit = _TOKENS
        labels = [split_columns(row)[-1] for row in document.conll.tokens]
        try:
            rows.append(parse_row(labels))
        except OddTag as odd:
            raise DataError(document.source, document.line + odd.index, str(odd)) from odd
        places.append((document.source, document.line))
    if rows:
        gold.scheme = recognise_scheme(rows)
    for row, place in zip(rows, places, strict=True):
        read = _read_row(row, gold.scheme or "", rules, *place)
        gold.spans.append(list(read.spans))
        gold.repaired += read.repaired
    return gold


def _types(spans: Iterable[Iterable[Span]]) -> frozenset[str]:
    return frozenset(span[2] for several in spans for span in several)


def _read_row(row: list[Tag], scheme: str, rules: str, source: str, line: int) -> TaggedSpans:
    try:
        return read_row(row, scheme, rules)
    except OddTag as odd:
        raise DataError(source, line + odd.index, str(odd)) from odd


def _predicted(tagged: TaggedDocument, by_token: bool) -> list[Span]:
    document = tagged.document
    if not by_token or document.tokens is None:
        return [(e.start, e.end, e.label) for e in tagged.entities]
    labels = token_tags(document.tokens.tolist(), tagged.entities)
    # not by parse_row: a model may have types that no column of a corpus can hold
    return chunks([Tag(tag[0], tag[2:]) if tag != OUTSIDE else OUTSIDE_TAG for tag in labels])
