"""Inputs that may pause: what has come is tagged at once when nothing more is there."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tagcli.batching import IDLE

T = TypeVar("T")

_IDLE_SECONDS = 0.03
_LONGEST_HELD_SECONDS = 0.04
_QUEUED = 256


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def with_pauses(items: Iterable[T]) -> Iterator[T | None]:
    """The items as they come, with IDLE (None) where they pause; `items`, and what it calls, run
    in another thread.

    An error of `items` is raised here, after the items before it.
    """
    waiting: queue.Queue[T | _End] = queue.Queue(_QUEUED)

    def read() -> None:
        error: BaseException | None = None
        try:
            for item in items:
                waiting.put(item)
        except BaseException as raised:
            error = raised
        waiting.put(_End(error))

    threading.Thread(target=read, daemon=True).start()
    held_since = float("inf")  # since when an item has waited for the next IDLE
    while True:
        try:
            item = waiting.get(timeout=_IDLE_SECONDS)
        except queue.Empty:
            yield IDLE
            held_since = float("inf")
            item = waiting.get()
        if isinstance(item, _End):
            if item.error is not None:
                raise item.error
            return
        yield item
        held_since = min(held_since, time.monotonic())
        # a slow but steady input never pauses; a fast one has more waiting and fills the buffer
        if waiting.empty() and time.monotonic() - held_since > _LONGEST_HELD_SECONDS:
            yield IDLE
            held_since = float("inf")
