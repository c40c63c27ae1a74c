"""The errors a user can cause: each is shown as one sentence."""

from __future__ import annotations


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
        self.problem = problem
        place = source if line is None else f"{source}:{line}"
        super().__init__(f"{place}: {problem}")
