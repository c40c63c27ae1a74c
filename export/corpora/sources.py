"""Annotated corpora of all kinds, read alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from export.corpora.adaptation import adapted
from export.corpora.detokenisation import LANGUAGES as SPACED_LANGUAGES
from export.corpora.examples import Example, to_dataset
from export.corpora.reader import CorpusReader, OnDocument
from export.corpora.source import Source, language_of
from tagcli.errors import DataError, UsageError, to_nobody

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from datasets import Dataset


@dataclass(slots=True)
class Corpus:
    """A source that was read: its examples in order and their language, or "auto"; `types` are
    those that the source annotates, `odd` says what was illegal among its tags and repaired, and
    `files`, none for a dataset, are those that it stands in."""

    source: Source
    examples: list[Example]
    language: str
    types: tuple[str, ...]
    scheme: str | None  # of its tags; None for character spans
    odd: list[DataError]
    files: tuple[Path, ...]

    @property
    def repaired(self) -> int:
        """How many of its tags were illegal and repaired."""
        return len(self.odd)

    @property
    def name(self) -> str:
        """What it is called in messages and tables."""
        source = self.source
        how = [one for one in (source.split, source.spacing, source.case) if one]
        return f"{source.place} ({', '.join(how)})"

    def to_dataset(self) -> Dataset:
        """A row an example: text, language, has_tokens, tokens, entities and line, as
        export.corpora.examples.features has them. What its `save_to_disk` writes, `disk:PATH`
        reads."""
        return to_dataset(self.examples, self.language)


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


def load_source(
    source: Source,
    data_dir: Path | None = None,
    note: Callable[[str], None] = to_nobody,
    on_document: OnDocument | None = None,
) -> Corpus:
    """Read a source: a file, "-" for standard input, brat documents, `NAME/LANGUAGE` in `data_dir`
    (None: where NERTAG_DATA says), a saved dataset or one of the hub. `note` is told of what was
    taken for granted, `on_document` of the documents of a file.

    Raises UsageError for one that is not there, DataError with file and line for what is wrong in
    it."""
    language = language_of(source)
    if source.spacing is not None and language not in SPACED_LANGUAGES:
        known = ", ".join(SPACED_LANGUAGES)
        raise UsageError(f"{source.place}: spacing needs a language of {known}, not {language}")
    reader = CorpusReader(source, note, on_document)
    examples, odd = [], list[DataError]()
    for example, its_odd in islice(_taken(source, reader, data_dir), source.cap):
        examples.append(adapted(example, source, language))
        odd += its_odd
    if not any(example.text for example in examples):
        raise UsageError(f"{source.place} ({source.split}) holds no text")
    types = tuple(sorted({span[2] for example in examples for span in example.spans}))
    if source.annotates is not None:
        if unknown := set(types) - set(source.annotates):
            problem = f"has {min(unknown)}, which it is said not to annotate"
            raise UsageError(f"{source.place} ({source.split}) {problem}")
        types = source.annotates
    return Corpus(source, examples, language, types, reader.scheme, odd, reader.files)


def _taken(
    source: Source, reader: CorpusReader, data_dir: Path | None
) -> Iterator[tuple[Example, list[DataError]]]:
    """The examples that a source takes, and what was repaired in each."""
    before = 0
    for number, example in enumerate(reader.examples(data_dir), start=1):
        if source.takes(number):
            yield example, reader.odd[before:]
        before = len(reader.odd)
