"""The gold of a corpus, beside the documents that the tagger is given for it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from export.corpora.brat import brat_files
from tagcli.errors import UsageError
from tagcli.records import Document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from export.corpora.examples import Example
    from export.corpora.sources import Corpus
    from tagcli.schemes import Span


@dataclass(slots=True)
class Gold:
    """The entities of every document: `by_token` says whether they are counted in tokens or in
    code points."""

    spans: list[list[Span]] = field(default_factory=list)
    by_token: list[bool] = field(default_factory=list)

    @property
    def unit(self) -> str:
        """What the entities are counted in: "tokens" or "code points"."""
        return "tokens" if all(self.by_token) else "code points"

    @property
    def types(self) -> frozenset[str]:
        """The types that occur."""
        return frozenset(span[2] for several in self.spans for span in several)


def documents(corpus: Corpus) -> Iterator[Document]:
    """The examples that hold text, as the tagger reads them; a brat document names its own file."""
    place = corpus.source.place
    annotations = brat_files(place)
    for example in _with_text(corpus):
        source, line = place, example.line
        if annotations:
            source, line = str(annotations[example.line - 1]), 1
        tokens = example.tokens
        offsets = None if tokens is None else np.array(tokens, np.int32).reshape(-1, 2)
        yield Document(example.text, source, line, offsets)


def read_gold(corpus: Corpus) -> Gold:
    """The gold of the documents: by token where it stands on tokens. What a JSONL file marks is
    counted as it is said there, in code points."""
    is_on_tokens = corpus.scheme is not None or not corpus.files
    gold = Gold()
    for example in _with_text(corpus):
        on_tokens = _on_tokens(example) if is_on_tokens else None
        gold.spans.append(list(example.spans) if on_tokens is None else on_tokens)
        gold.by_token.append(on_tokens is not None)
    return gold


def _with_text(corpus: Corpus) -> Iterator[Example]:
    return (example for example in corpus.examples if example.text)


def _on_tokens(example: Example) -> list[Span] | None:
    """The entities by token; None where an end is not that of a token."""
    if example.tokens is None:
        return None
    firsts = {start: number for number, (start, _) in enumerate(example.tokens)}
    ends = {end: number for number, (_, end) in enumerate(example.tokens, start=1)}
    if any(start not in firsts or end not in ends for start, end, _ in example.spans):
        return None
    return [(firsts[start], ends[end], label) for start, end, label in example.spans]


def check_is_not_gold(paths: Iterable[Path], corpora: Iterable[Corpus], option: str) -> None:
    """Raise UsageError where a file to be written, for an option, is one of the gold."""
    gold = {file for corpus in corpora for file in corpus.files}
    for path in paths:
        if any(_is_same_file(path, file) for file in gold):
            raise UsageError(f"{path} is the gold: {option} needs another file")


def _is_same_file(path: Path, file: Path) -> bool:
    try:
        return path.samefile(file)
    except OSError:  # one of them is not there
        return False
