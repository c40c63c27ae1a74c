"""Strict span F1 of a tagger on annotated files, through the tagger's own path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tagcli.errors import DataError
from tagcli.inputs import Input
from tagcli.readers import ReaderOptions, read_documents, split_columns
from tagcli.records import Document, TaggedDocument
from tagcli.schemes import OUTSIDE, OUTSIDE_TAG, Tag, chunks
from tagcli.tagger import Tagger
from tagcli.writers import token_tags

SCORED_TYPES = ("PER", "ORG", "LOC")

# What public corpora call the types that nertag's models know
ALIASES = {
    "PS": "PER", "OG": "ORG", "LC": "LOC",  # klue, klp2016
    "person": "PER", "location": "LOC", "corporation": "ORG", "group": "ORG",  # wnut17
}  # fmt: skip

Span = tuple[int, int, str]


@dataclass(slots=True)
class SpanCounts:
    """Entities counted by type: predicted, gold, and in both with the same span and type."""

    predicted: Counter[str] = field(default_factory=Counter)
    gold: Counter[str] = field(default_factory=Counter)
    correct: Counter[str] = field(default_factory=Counter)

    def add(self, predicted: set[Span], gold: set[Span]) -> None:
        """Count the spans (start, end, type) of one document."""
        self.predicted.update(span[2] for span in predicted)
        self.gold.update(span[2] for span in gold)
        self.correct.update(span[2] for span in predicted & gold)

    def f1(self, entity_type: str | None = None) -> float:
        """F1 of one type, or micro F1 of all, between 0 and 1; 0 where nothing is right."""
        correct, predicted, gold = (
            counts[entity_type] if entity_type else counts.total()
            for counts in (self.correct, self.predicted, self.gold)
        )
        return 2 * correct / (predicted + gold) if correct else 0.0


def evaluate(tagger: Tagger, path: Path, types: Iterable[str] = SCORED_TYPES) -> SpanCounts:
    """Strict span counts of a CoNLL or JSONL file over `types`.

    CoNLL gold is the last column, read by conlleval's rules, and compared by tokens; JSONL gold
    is `entities` with start, end and label, compared by code points. Raises DataError where a
    document has no gold.
    """
    scored = frozenset(types)
    counts = SpanCounts()
    for tagged in tagger.run(read_documents(Input(str(path)), None, ReaderOptions())):
        if tagged is None or not tagged.text:
            continue
        counts.add(_of_types(_predicted(tagged), scored), _of_types(_gold(tagged.document), scored))
    return counts


def _predicted(tagged: TaggedDocument) -> Iterator[Span]:
    document = tagged.document
    if document.conll is None:
        yield from ((e.start, e.end, e.label) for e in tagged.entities)
    elif document.tokens is not None:
        yield from _spans_of_tags(token_tags(document.tokens.tolist(), tagged.entities))


def _gold(document: Document) -> Iterator[Span]:
    if document.conll is not None:
        yield from _spans_of_tags(split_columns(row)[-1] for row in document.conll.tokens)
        return
    try:
        for entity in document.fields["entities"]:
            yield entity["start"], entity["end"], entity["label"]
    except (KeyError, TypeError) as error:
        problem = "no gold: 'entities' with start, end and label"
        raise DataError(document.source, document.line, problem) from error


def _spans_of_tags(tags: Iterable[str]) -> list[Span]:
    return chunks([OUTSIDE_TAG if tag == OUTSIDE else Tag(tag[0], tag[2:]) for tag in tags])


def _of_types(spans: Iterable[Span], types: frozenset[str]) -> set[Span]:
    named = ((start, end, ALIASES.get(label, label)) for start, end, label in spans)
    return {span for span in named if span[2] in types}
