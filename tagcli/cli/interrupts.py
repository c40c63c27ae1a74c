"""Ctrl-C: it ends a command at once, but for where something is to be left in order."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def end_at_once_by_interrupt() -> None:
    """Let Ctrl-C end this process as the system does: an import or a library that is interrupted
    would tell of an error of its own. What ignores it, a script's background job, goes on so."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def interrupts_raised() -> Iterator[None]:
    """Within it the first Ctrl-C raises KeyboardInterrupt; a second one ends the process at once,
    whatever is left to be done."""
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, _raise_once)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _raise_once(number: int, _frame: Any) -> None:
    signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt
