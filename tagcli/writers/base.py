"""What every output format is told, and the shape that all of them have."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from tagcli.errors import to_nobody
from tagcli.writers.offsets import CODE_POINTS

if TYPE_CHECKING:
    from tagcli.records import TaggedDocument
    from tagcli.writers.changes import Piece


Keep = Callable[[Sequence["Piece"]], None]
"""Is told the pieces of each redacted record."""


def keep_nothing(_pieces: Sequence[Piece]) -> None:
    """Lets the names go."""


@dataclass(frozen=True, slots=True)
class WriterOptions:
    """What the output is for.

    `colour` is rich's name of a colour system ("standard", "256", "truecolor") or None; `columns`
    is the width of the terminal that text is wrapped for, None for no wrapping; `title`, `model`
    and `date` stand at the head of a page, if they are not empty; `model_version` stands with what
    a tool compares models by. `offsets` is one of tagcli.writers.offsets.OFFSET_UNITS. `note` is
    told what becomes of records beside what was asked for; `redact_with` is one of
    tagcli.writers.stand_ins.STAND_INS, and `keep` is told the pieces of each redacted record.
    """

    show_source: bool = False
    colour: str | None = None
    columns: int | None = None
    title: str = "nertag"
    model: str = ""
    date: str = ""
    model_version: str = ""
    offsets: str = CODE_POINTS
    note: Callable[[str], None] = to_nobody
    redact_with: str = "label"
    keep: Keep = keep_nothing


State = Sequence[str | int | None]
"""What JSON can hold of a writer."""


class Writer(Protocol):
    """The output of one run: `head`, then a `record` for each document, then `tail`, which is
    not written after an error."""

    def head(self) -> str:
        """What stands before the first record."""

    def record(self, tagged: TaggedDocument) -> str:
        """What becomes of one document; raises DataError for one that the format cannot hold."""

    def tail(self) -> str:
        """What stands after the last record."""


@runtime_checkable
class BinaryWriter(Protocol):
    """The output of one run in bytes, each part as soon as it is enough: a `record` for each
    document, then `tail`, or after an error `cut_short`."""

    def begin_table(self, schema: Any, source: str) -> None:
        """Be told of a table of Arrow before its rows come; raises UsageError for one that cannot
        be written."""

    def record(self, tagged: TaggedDocument) -> bytes:
        """What is to be written with this document, which may be held; raises DataError for one
        that the format cannot hold."""

    def tail(self) -> bytes:
        """All that is held, and the end."""

    def cut_short(self) -> bytes:
        """The same, so that what there is can be read; nothing for no documents."""


@runtime_checkable
class ResumableWriter(Writer, Protocol):
    """A writer that another can take over from, in another process, between two records."""

    def state(self) -> State:
        """What the other has to know of the records so far: a little, for it is kept with each."""

    def restore(self, state: State) -> None:
        """Take over in this state."""


class RecordWriter:
    """A format that is its records, with nothing around them: `write` makes each."""

    def __init__(
        self, write: Callable[[TaggedDocument, WriterOptions], str], options: WriterOptions
    ) -> None:
        self._write = write
        self._options = options

    def head(self) -> str:
        """Nothing."""
        return ""

    def record(self, tagged: TaggedDocument) -> str:
        """The record alone."""
        return self._write(tagged, self._options)

    def tail(self) -> str:
        """Nothing."""
        return ""

    def state(self) -> State:
        """Nothing."""
        return ()

    def restore(self, state: State) -> None:
        """Nothing to do."""
