"""What a source of annotated text is: its name, its split, and how it is to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from export.corpora.letter_case import CASES
from export.corpora.setting_types import about
from export.corpora.tags import REPAIRS
from tagcli.errors import UsageError
from tagcli.languages import AUTO, LANGUAGES
from tagcli.readers.registry import INPUT_FORMATS

SPLITS = ("train", "dev", "test")
SPACINGS = ("natural",)
UTF_8 = "utf-8"
_REPAIRS = "; ".join(f"`{name}`: {meaning}" for name, meaning in REPAIRS.items())


@dataclass(frozen=True, slots=True)
class Source:
    """A corpus to read, and how. What the values of its settings may be is checked where a recipe
    is read."""

    place: str = field(
        metadata=about(
            "The corpus: a CoNLL or JSONL file, `-` for standard input, brat's `NAME.ann` or a "
            "folder of such documents, a UIMA CAS (`NAME.xmi`), `NAME/LANGUAGE` in the data "
            "folder, `disk:PATH` or `hub:OWNER/NAME[/CONFIG]`.",
            key="source",
        )
    )
    split: str = field(
        default="train",
        metadata=about(
            "Which split of a corpus in the data folder, on disk or on the hub; in a recipe by "
            "default that of the list that the source is in.",
            choices=SPLITS,
        ),
    )
    language: str | None = field(
        default=None,
        metadata=about(
            "The language of the text; without it that of `NAME/LANGUAGE`, otherwise `auto`, which "
            "asks the script of every paragraph.",
            choices=(AUTO, *LANGUAGES),
        ),
    )
    labels: Mapping[str, str] = field(
        default_factory=dict,
        metadata=about(
            'New names of types; `"O"` drops one, and `"PS_*"` stands for all that begin so.'
        ),
    )
    by_text: Mapping[str, str] = field(
        default_factory=dict,
        metadata=about("Types of entities by their text in NFC, whatever the corpus calls them."),
    )
    joins: tuple[str, ...] | None = field(
        default=None,
        metadata=about("Types of which two are one entity where only a blank is between them."),
    )
    annotates: tuple[str, ...] | None = field(
        default=None,
        metadata=about(
            "Types, as renamed, that an O speaks against; without it those that occur; none for "
            "text without gold, which a teacher needs to be there for."
        ),
    )
    every: int | None = field(
        default=None, metadata=about("Take the sentences N, 2N, ... alone.", ge=2)
    )
    skip_every: int | None = field(
        default=None, metadata=about("Take all but the sentences N, 2N, ...", ge=2)
    )
    cap: int | None = field(
        default=None,
        metadata=about("Take so many sentences at most, from the start, of those.", ge=1),
    )
    weight: float = field(
        default=1.0, metadata=about("How often an epoch shows each sentence.", gt=0)
    )
    repair: str = field(
        default="error",
        metadata=about(
            f"What is done about illegal tags: {_REPAIRS}.",
            choices=REPAIRS,
        ),
    )
    spacing: str | None = field(
        default=None,
        metadata=about("Make running text, without tokens, of the tokens.", choices=SPACINGS),
    )
    case: str | None = field(
        default=None,
        metadata=about("Write the text in another case, letter by letter.", choices=CASES),
    )

    input_format: str | None = field(
        default=None,
        metadata=about(
            "The format of a file; without it by its name and its first lines.",
            choices=INPUT_FORMATS,
        ),
    )
    encoding: str = field(default=UTF_8, metadata=about("The encoding of a file."))
    token_column: int | None = field(
        default=None,
        metadata=about("The column of a CoNLL file's tokens, from 1; without it found.", ge=1),
    )
    tag_column: int | None = field(
        default=None,
        metadata=about("The column of a CoNLL file's tags, from 1; without it found.", ge=1),
    )

    def __post_init__(self) -> None:
        if self.every is not None and self.skip_every is not None:
            raise UsageError("a source has every or skip_every, not both")

    def takes(self, number: int) -> bool:
        """Whether the sentence with this number, counted from 1, is among those to read."""
        if self.every is not None:
            return number % self.every == 0
        return self.skip_every is None or number % self.skip_every != 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """How a file of annotated text is read, by the settings of a `Source`."""

    input_format: str | None = None
    encoding: str = UTF_8
    token_column: int | None = None
    tag_column: int | None = None

    def source(self, place: str, split: str, **settings: Any) -> Source:
        """A source whose file is read so."""
        return Source(place, split, **asdict(self), **settings)


def language_of(source: Source) -> str:
    """The language that a source declares, or that its NAME/LANGUAGE ends in; otherwise AUTO."""
    ending = source.place.rpartition("/")[2]
    is_name = ending in LANGUAGES and not Path(source.place).exists()
    return source.language or (ending if is_name else AUTO)
