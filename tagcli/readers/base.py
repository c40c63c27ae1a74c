"""What every reader is given and gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

from tagcli.readers.inputs import Line, OnError
from tagcli.records import Document
from tagcli.segmentation.paragraphs import AUTO

if TYPE_CHECKING:
    from tagcli.errors import DataError
    from tagcli.records import Spans


OnGuess = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ReaderOptions:
    """What the user said about the input; `token_column` counts from 1, `paragraphs` is one of
    tagcli.segmentation.paragraphs.MODES. `on_guess` is told what was taken for granted of a text
    and changes what is found in it."""

    text_field: str = "text"
    token_column: int = 1
    on_error: OnError | None = None
    paragraphs: str = AUTO
    on_guess: OnGuess | None = None

    def guess(self, message: str) -> None:
        """Tell what was guessed, if anybody wants to know."""
        if self.on_guess is not None:
            self.on_guess(message)

    def report(self, error: DataError) -> None:
        """Raise the error, or tell `on_error` so that reading goes on."""
        if self.on_error is None:
            raise error
        self.on_error(error)


def token_offsets(tokens: Sequence[str]) -> Spans:
    """Offsets, shape (n, 2), of the tokens in their text: joined by one blank."""
    import numpy as np

    ends = list(accumulate(len(token) + 1 for token in tokens))
    spans = [(end - 1 - len(token), end - 1) for token, end in zip(tokens, ends, strict=True)]
    return np.array(spans, np.int32).reshape(-1, 2)


Lines = Iterator[Line | None]
"""The lines of an input, with IDLE (None) where it pauses."""
Reader = Callable[[Lines, str, ReaderOptions], Iterator[Document | None]]
"""Makes documents of the lines of a source; IDLE goes through."""
