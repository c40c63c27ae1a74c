"""The errors a user can cause, the one sentence that shows them, and who is told of what else."""

from __future__ import annotations

import sys
from contextlib import suppress

from tagcli.control_characters import visible

_LONGEST_REASON = 300


class NertagError(Exception):
    """Base of all errors that end in one sentence on stderr and `exit_code`."""

    exit_code = 1


class UsageError(NertagError):
    """Something in the call itself: an unknown model, a missing file, an impossible option."""

    exit_code = 2


class DataError(NertagError):
    """Something in the data, with the file and line where it stands."""

    def __init__(
        self, source: str, line: int | None, problem: str, raw: str | None = None
    ) -> None:
        self.source = source
        self.raw = raw
        """The lines, or the row, as they were read, if that is known."""
        self.line = line
        self.problem = problem.replace("\n", " ")
        place = source if line is None else f"{source}:{line}"
        super().__init__(f"{place}: {self.problem}")


def reason_of(error: BaseException) -> str:
    """What an error of a library says, in one line that is not too long."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    reason = " ".join(lines[:2] if lines and lines[0].endswith(":") else lines[:1])
    reason = reason or type(error).__name__
    return reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"


def say(command: str, message: str) -> None:
    """One line to the user of a command, on stderr, if there is one that can be written to."""
    if sys.stderr is None:
        return
    line = visible(f"{command}: {message}").replace("\n", " ")
    with suppress(OSError):
        print(line, file=sys.stderr, flush=True)


def to_nobody(_message: str) -> None:
    """Takes notes that nobody asked for."""
