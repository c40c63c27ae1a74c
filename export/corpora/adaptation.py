"""An example as its source is to be read: the names of its types, what is one entity and what two,
spacing and case."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from export.corpora.detokenisation import natural_spans, natural_text
from export.corpora.letter_case import CASES
from tagcli.errors import DataError
from tagcli.spellings import OUTSIDE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from export.corpora.examples import Example
    from export.corpora.source import Source
    from tagcli.schemes import Span

PREFIX = "*"
"""At the end of a type to rename: all types that begin so."""


def adapted(example: Example, source: Source, language: str) -> Example:
    """The example as `source` wants it. Raises DataError for one that cannot be written so."""
    named = [_named(span, example.text, source) for span in sorted(example.spans)]
    kept = [span for span in named if span[2] != OUTSIDE]
    example = replace(example, spans=tuple(_joined(kept, example.text, source.joins or ())))
    if source.spacing is not None:
        example = _spaced(example, source, language)
    if source.case is not None:
        example = replace(example, text=CASES[source.case](example.text))
    return example


def _named(span: Span, text: str, source: Source) -> Span:
    start, end, label = span
    written = unicodedata.normalize("NFC", text[start:end])
    return start, end, source.by_text.get(written, new_type(label, source.labels))


def new_type(label: str, names: Mapping[str, str]) -> str:
    """What a type is renamed to: by its own name, then by the longest prefix of it."""
    if label in names:
        return names[label]
    prefixes = [
        key for key in names if key.endswith(PREFIX) and label.startswith(key.removesuffix(PREFIX))
    ]
    return names[max(prefixes, key=len)] if prefixes else label


def _joined(spans: list[Span], text: str, types: tuple[str, ...]) -> list[Span]:
    """Neighbours of the same one of these types, with a blank between, are one entity."""
    found: list[Span] = []
    for start, end, label in spans:
        before = found[-1] if found else None
        if label in types and before and before[2] == label and text[before[1] : start] == " ":
            found[-1] = (before[0], end, label)
        else:
            found.append((start, end, label))
    return found


def _spaced(example: Example, source: Source, language: str) -> Example:
    """The tokens as running text, with the entities on the same characters."""
    if example.tokens is None:
        problem = "spacing is for tokens, and this is text with its own blanks"
        raise DataError(source.place, example.line, problem)
    text, spans = natural_text([example.text[s:e] for s, e in example.tokens], language)
    try:
        moved = natural_spans(example.tokens, spans, example.spans)
    except ValueError as error:
        raise DataError(source.place, example.line, str(error)) from error
    return replace(example, text=text, spans=tuple(moved), tokens=None)
