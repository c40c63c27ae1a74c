"""The gold of annotated text, beside the documents that the tagger is given for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from export.corpora.examples import Example, examples_of, gold_spans
from export.corpora.sources import Corpus
from export.corpora.tags import TagRows, conll_row
from export.evaluation.scores import Span
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input
from tagcli.records import Document


@dataclass(slots=True)
class Gold:
    """The entities of every document: `by_token` says whether they are counted in tokens or in
    code points, `lengths` how many of these there are; `scheme` and `repaired` are of the tags,
    as for a Corpus."""

    spans: list[list[Span]] = field(default_factory=list)
    by_token: list[bool] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    scheme: str | None = None
    repaired: int = 0

    @property
    def unit(self) -> str:
        """What the entities are counted in: "tokens" or "code points"."""
        return "tokens" if all(self.by_token) else "code points"

    @property
    def types(self) -> frozenset[str]:
        """The types that occur."""
        return frozenset(span[2] for several in self.spans for span in several)


def documents(test: Path | Corpus) -> Iterator[Document]:
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


def length(document: Document) -> int:
    """Tokens, or code points of a document that came without."""
    return len(document.text) if document.tokens is None else len(document.tokens)


def read_gold(test: Path | Corpus, rules: str) -> Gold:
    """The whole gold, so that what is wrong with it comes first: that of a CoNLL file is its last
    column, that of a JSONL file its `entities`. `rules` are for the tags of files; a corpus was
    read by its own. Raises DataError with file and line where gold is missing or wrong."""
    return _corpus_gold(test) if isinstance(test, Corpus) else _file_gold(test, rules)


def _corpus_gold(corpus: Corpus) -> Gold:
    gold = Gold(scheme=corpus.scheme, repaired=corpus.repaired)
    for example, document in zip(_examples(corpus), documents(corpus), strict=True):
        on_tokens = _on_tokens(example)
        gold.spans.append(list(example.spans) if on_tokens is None else on_tokens)
        gold.by_token.append(on_tokens is not None)
        gold.lengths.append(length(document))
    return gold


def _examples(corpus: Corpus) -> Iterator[Example]:
    return (example for example in examples_of(corpus.dataset) if example.text)


def _on_tokens(example: Example) -> list[Span] | None:
    """The entities by token; None where an end is not that of a token."""
    if example.tokens is None:
        return None
    firsts = {start: number for number, (start, _) in enumerate(example.tokens)}
    ends = {end: number for number, (_, end) in enumerate(example.tokens, start=1)}
    if any(start not in firsts or end not in ends for start, end, _ in example.spans):
        return None
    return [(firsts[start], ends[end], label) for start, end, label in example.spans]


def _file_gold(path: Path, policy: str) -> Gold:
    gold, rows = Gold(), []
    for document in documents(path):
        gold.lengths.append(length(document))
        gold.by_token.append(document.conll is not None)
        if document.conll is None:
            gold.spans.append(list(gold_spans(document)))
        else:
            rows.append(conll_row(document))
    tagged = TagRows(rows)
    gold.scheme = tagged.scheme
    for read in tagged.entities(policy):
        gold.spans.append(list(read.spans))
        gold.repaired += read.repaired
    return gold
