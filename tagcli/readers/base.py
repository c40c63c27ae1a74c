"""What every reader is given and gives, and a look at the first lines."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import TYPE_CHECKING, Any

from tagcli.errors import DataError
from tagcli.readers.inputs import Line, OnError
from tagcli.records import IDLE, Document
from tagcli.segmentation.modes import AUTO

if TYPE_CHECKING:
    from tagcli.records import Spans


OnGuess = Callable[[str], None]
OnTable = Callable[[Any, str], None]


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """What the user said about the input; `token_column` counts from 1, and without it the rows say
    where the token is; `paragraphs` is one of tagcli.segmentation.paragraphs.MODES. An input that
    has no use for a text field that `is_field_asked` is refused. `on_guess` is told what was taken
    for granted of a text and changes what is found in it, `on_table` the schema and the name of a
    table of Arrow before its rows come."""

    text_field: str = "text"
    token_column: int | None = None
    on_error: OnError | None = None
    paragraphs: str = AUTO
    on_guess: OnGuess | None = None
    is_field_asked: bool = False
    on_table: OnTable | None = None

    def guess(self, message: str) -> None:
        """Tell what was guessed, if anybody wants to know."""
        if self.on_guess is not None:
            self.on_guess(message)

    def report(self, error: DataError, raw: str | None = None) -> None:
        """Raise the error, or tell `on_error` so that reading goes on; `raw` is what was read."""
        error.raw = error.raw if raw is None else raw
        if self.on_error is None:
            raise error
        self.on_error(error)


def token_offsets(tokens: Sequence[str], gap: int = 1) -> Spans:
    """Offsets, shape (n, 2), of the tokens in their text: joined by one blank, or by `gap` many."""
    import numpy as np

    ends = list(accumulate(len(token) + gap for token in tokens))
    spans = [(end - gap - len(token), end - gap) for token, end in zip(tokens, ends, strict=True)]
    return np.array(spans, np.int32).reshape(-1, 2)


Lines = Iterator[Line | None]
"""The lines of an input, with IDLE (None) where it pauses."""
Reader = Callable[[Lines, str, ReaderOptions], Iterator[Document | None]]
"""Makes documents of the lines of a source; IDLE goes through."""


def first_lines(
    lines: Lines, is_enough: Callable[[list[Line], bool], bool]
) -> Generator[None, None, tuple[list[Line], Lines]]:
    """The lines until they are enough to `is_enough`, which is asked after each, and with True
    where they pause; and all lines, with an error at its place. IDLE goes through."""
    head: list[Line] = []
    try:
        for line in lines:
            if line is None:
                if head and is_enough(head, True):
                    return head, chain(head, [IDLE], lines)
                yield IDLE
                continue
            head.append(line)
            if is_enough(head, False):
                break
    except DataError as error:
        lines = map(_raised, [error])  # once the lines before it are read
    return head, chain(head, lines)


def _raised(error: DataError) -> Line:
    raise error
