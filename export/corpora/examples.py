"""Texts with their entities, as every corpus is read, and as a `datasets.Dataset`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tagcli.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from datasets import Dataset, Features

    from tagcli.records import Document
    from tagcli.schemes import Span


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its entities in code points and, where the gold stands on words, its tokens;
    `line` is where it stands in its source, in a folder the document's number."""

    text: str
    spans: tuple[Span, ...]
    tokens: tuple[tuple[int, int], ...] | None
    line: int


def features() -> Features:
    """The features of `to_dataset`: `text`, its `language` (or "auto"), `tokens`, a list of start
    and end, `entities`, a list of start, end and label, all in code points of the text, and the
    `line` that it has in its source. `has_tokens` is false where the gold stands on characters."""
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


def to_dataset(examples: list[Example], language: str) -> Dataset:
    """The examples, in order, with the features of `features`."""
    from datasets import Dataset

    rows = [_fields(example, language) for example in examples]
    return Dataset.from_list(rows, features=features())


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
    """The examples of a dataset with the features of `features`, in order."""
    for row in dataset:
        spans = tuple((e["start"], e["end"], e["label"]) for e in row["entities"])
        tokens = tuple((t["start"], t["end"]) for t in row["tokens"]) if row["has_tokens"] else None
        yield Example(row["text"], spans, tokens, row["line"])


def gold_spans(document: Document) -> Iterator[Span]:
    """The `entities` of a JSON object, checked; one without text needs none. Those beside `tokens`
    count in the tokens joined by one blank. Raises DataError with file and line."""
    entities = document.fields.get("entities", None if document.text else [])
    if not isinstance(entities, list):
        problem = "no gold: 'entities' with start, end and label"
        raise DataError(document.source, document.line, problem)
    for entity in entities:
        try:
            start, end, label = entity["start"], entity["end"], entity["label"]
            good = type(start) is int and type(end) is int and isinstance(label, str) and label
        except (KeyError, TypeError):
            good = False
        if good and document.by_character:  # whose text has no blanks in between
            start, end = start // 2, (end + 1) // 2
        if not good or not 0 <= start < end <= len(document.text):
            problem = f"{entity!r:.80} is no entity of this text: start, end, label"
            raise DataError(document.source, document.line, problem)
        yield start, end, label
