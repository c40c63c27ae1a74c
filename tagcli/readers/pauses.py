"""Inputs that may pause: what has come is tagged at once when nothing more is there."""

from __future__ import annotations

import queue
import threading
import time
from typing import TYPE_CHECKING, TypeVar

from tagcli.records import IDLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")

_IDLE_SECONDS = 0.03
_LONGEST_HELD_SECONDS = 0.04
_QUEUED_ITEMS = 256
_QUEUED_CHARS = 1 << 20


class _End:
    def __init__(self, error: BaseException | None) -> None:
        self.error = error


class _Room:
    """Keeps the texts that wait below a number of characters, however many or long they are."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._chars = 0

    def enter(self, chars: int) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._chars or self._chars + chars <= _QUEUED_CHARS)
            self._chars += chars

    def leave(self, chars: int) -> None:
        with self._changed:
            self._chars -= chars
            self._changed.notify()


def with_pauses(items: Iterable[T], chars: Callable[[T], int]) -> Iterator[T | None]:
    """The items as they come, with IDLE (None) where they pause; `items`, and what it calls, run
    in another thread. `chars` says how long an item's text is.

    An error of `items` is raised here, after the items before it.
    """
    waiting: queue.Queue[T | _End] = queue.Queue(_QUEUED_ITEMS)
    room = _Room()

    def read() -> None:
        error: BaseException | None = None
        try:
            for item in items:
                room.enter(chars(item))
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
        room.leave(chars(item))
        yield item
        held_since = min(held_since, time.monotonic())
        # a slow but steady input never pauses; a fast one has more waiting and fills the buffer
        if waiting.empty() and time.monotonic() - held_since > _LONGEST_HELD_SECONDS:
            yield IDLE
            held_since = float("inf")
