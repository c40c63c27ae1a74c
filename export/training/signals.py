"""Signals during training: the run ends in order, after a checkpoint."""

from __future__ import annotations

import signal
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def noted_signals(stopped: list[int]) -> Iterator[None]:
    """The first Ctrl-C or SIGTERM is noted, so that the run ends after a checkpoint; the second
    works as ever."""
    before: dict[int, Any] = {
        number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)
    }

    def note(number: int, _frame: Any) -> None:
        stopped.append(number)
        signal.signal(number, before[number])

    for number in before:
        signal.signal(number, note)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
