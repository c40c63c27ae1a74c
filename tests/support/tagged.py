"""Tagged documents as a model would make them, without a model."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

from tagcli.readers.base import token_offsets
from tagcli.records import Document, Entity, Sentence, TaggedDocument
from tagcli.segmentation.sentences import split_sentences
from tagcli.segmentation.words import cut_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagcli.schemes import Span


def entity(text: str, part: str, label: str, score: float = 0.5, after: int = 0) -> Entity:
    start = text.index(part, after)
    return Entity(start, start + len(part), label, part, score)


def sentences(text: str, unit: str = "words") -> tuple[Sentence, ...]:
    found = []
    for start, end in split_sentences(text):
        spans = [(start + i, start + j) for i, j in cut_words(text[start:end])]
        words = np.array(spans, np.int32).reshape(-1, 2)
        found.append(Sentence(start, end, "ko" if unit == "raw" else "de", words, unit))
    return tuple(found)


def tagged_text(
    text: str,
    entities: Sequence[Entity] = (),
    unit: str = "words",
    source: str = "in.txt",
    **fields: Any,
) -> TaggedDocument:
    document = Document(text, source, 1, fields=fields)
    return TaggedDocument(document, tuple(entities), sentences(text, unit))


def tagged_tokens(
    tokens: Sequence[str], entities: Sequence[Span] = (), **parts: Any
) -> TaggedDocument:
    """A document of tokens; `entities` are first token, one past the last, and label."""
    text, spans = " ".join(tokens), token_offsets(tokens)
    document = Document(text, "in.conll", 1, spans, **parts)
    found = []
    for first, last, label in entities:
        start, end = int(spans[first][0]), int(spans[last - 1][1])
        found.append(Entity(start, end, label, text[start:end], 0.5, first, last))
    sentence = Sentence(0, len(text), "de", spans, "tokens")
    return TaggedDocument(document, tuple(found), (sentence,) if tokens else ())


@st.composite
def spans_of_units(draw: st.DrawFn, count: int) -> list[Span]:
    """Entities on so many units, in order, some side by side."""
    edges = sorted(draw(st.sets(st.integers(0, count))))
    types = st.sampled_from(["PER", "LOC", None])
    named = [(start, end, draw(types)) for start, end in pairwise(edges)]
    return [(start, end, name) for start, end, name in named if name]


@st.composite
def any_tagged(draw: st.DrawFn, text: st.SearchStrategy[str]) -> TaggedDocument:
    """A text of the strategy with entities anywhere in it."""
    content = draw(text)
    edges = sorted(draw(st.sets(st.integers(0, len(content)), max_size=8)))
    found = []
    for start, end in zip(edges[::2], edges[1::2], strict=False):
        label = draw(st.sampled_from(["PER", "LOC", "DAT", "a<b", "\x1b[1m"]))
        found.append(Entity(start, end, label, content[start:end], draw(st.floats(0, 1))))
    return TaggedDocument(Document(content), tuple(found), ())
