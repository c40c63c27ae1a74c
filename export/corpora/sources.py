"""Annotated corpora of all kinds into `datasets.Dataset` objects with the same features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from export.corpora.adaptation import adapted
from export.corpora.detokenisation import LANGUAGES as SPACED_LANGUAGES
from export.corpora.examples import to_dataset
from export.corpora.letter_case import CASES
from export.corpora.reader import CorpusReader
from export.corpora.setting_types import check_types
from export.corpora.tags import REPAIRS
from tagcli.errors import UsageError
from tagcli.languages import AUTO, LANGUAGES

if TYPE_CHECKING:
    from datasets import Dataset

    from export.corpora.examples import Example

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
    export.corpora.tags.REPAIRS.

    `spacing` "natural" makes running text of tokens, which has none then, and `case`, one of
    export.corpora.letter_case.CASES, writes it so.
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


@dataclass(slots=True)
class Corpus:
    """A source that was read: `dataset` is as export.corpora.examples has it; `types` are those
    that the source annotates."""

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


def load_source(source: Source, data_dir: Path | None = None) -> Corpus:
    """Read a source. Raises UsageError for one that is not there, DataError with file and line
    for what is wrong in it."""
    language = language_of(source)
    if source.spacing is not None and language not in SPACED_LANGUAGES:
        known = ", ".join(SPACED_LANGUAGES)
        raise UsageError(f"{source.place}: spacing needs a language of {known}, not {language}")
    reader = CorpusReader(source.place, source.repair, has_gold=source.annotates != ())
    examples, repaired = [], 0
    for example, its_repairs in islice(_taken(source, reader, data_dir), source.cap):
        examples.append(adapted(example, source, language))
        repaired += its_repairs
    if not any(example.text for example in examples):
        raise UsageError(f"{source.place} ({source.split}) holds no text")
    types = tuple(sorted({span[2] for example in examples for span in example.spans}))
    if source.annotates is not None:
        if unknown := set(types) - set(source.annotates):
            problem = f"has {min(unknown)}, which it is said not to annotate"
            raise UsageError(f"{source.place} ({source.split}) {problem}")
        types = source.annotates
    return Corpus(source, to_dataset(examples, language), types, reader.scheme, repaired)


def _taken(
    source: Source, reader: CorpusReader, data_dir: Path | None
) -> Iterator[tuple[Example, int]]:
    """The examples that a source takes, and how many tags were repaired in each."""
    before = 0
    for number, example in enumerate(reader.examples(source.split, data_dir), start=1):
        if source.takes(number):
            yield example, reader.repaired - before
        before = reader.repaired


def language_of(source: Source) -> str:
    """The language that a source declares, or that its NAME/LANGUAGE ends in; otherwise AUTO."""
    ending = source.place.rpartition("/")[2]
    is_name = ending in LANGUAGES and not Path(source.place).is_file()
    return source.language or (ending if is_name else AUTO)
