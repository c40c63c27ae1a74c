"""Inputs that may pause: what has come is tagged at once when nothing more is there."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import TypeVar

from tagcli.batching import IDLE

T = TypeVar("T")

_IDLE_SECONDS = 0.03
_QUEUED = 256


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


def with_pauses(items: Iterable[T]) -> Iterator[T | None]:
    """The items as they come, read in a thread, with IDLE (None) where they pause.

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
    while True:
        try:
            item = waiting.get(timeout=_IDLE_SECONDS)
        except queue.Empty:
            yield IDLE
            item = waiting.get()
        if isinstance(item, _End):
            if item.error is not None:
                raise item.error
            return
        yield item
