"""What a source of annotated text is: its name, its split, and how it is to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING

from export.corpora.letter_case import CASES
from export.corpora.setting_types import check_types
from export.corpora.tags import REPAIRS
from tagcli.errors import UsageError
from tagcli.languages import AUTO, LANGUAGES

if TYPE_CHECKING:

    pass


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


def language_of(source: Source) -> str:
    """The language that a source declares, or that its NAME/LANGUAGE ends in; otherwise AUTO."""
    ending = source.place.rpartition("/")[2]
    is_name = ending in LANGUAGES and not Path(source.place).is_file()
    return source.language or (ending if is_name else AUTO)
