"""The errors a user can cause, and the one sentence that shows them."""

from __future__ import annotations

import sys
from contextlib import suppress


class NertagError(Exception):
    """Base of all errors that end in one sentence on stderr and `exit_code`."""

    exit_code = 1


class UsageError(NertagError):
    """Something in the call itself: an unknown model, a missing file, an impossible option."""

    exit_code = 2


class DataError(NertagError):
    """Something in the data, with the file and line where it stands."""

    def __init__(self, source: str, line: int | None, problem: str) -> None:
        self.source = source
        self.line = line
        self.problem = problem.replace("\n", " ")
        place = source if line is None else f"{source}:{line}"
        super().__init__(f"{place}: {self.problem}")


def say(command: str, message: str) -> None:
    """One line to the user of a command, on stderr, if there is one that takes it."""
    if sys.stderr is not None:
        with suppress(OSError):
            print(f"{command}: {message}", file=sys.stderr, flush=True)
