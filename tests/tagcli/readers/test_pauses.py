"""Inputs that pause."""

from __future__ import annotations

import queue
import time
from typing import TYPE_CHECKING

import pytest

from tagcli.errors import DataError
from tagcli.readers.pauses import with_pauses
from tagcli.records import IDLE

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 20.0


def len_one(item: object) -> int:
    return 1


def queued(waiting: queue.Queue[str]) -> Iterator[str]:
    while (item := waiting.get(timeout=PATIENCE)) != "end":
        yield item


@pytest.mark.parametrize("count", [0, 1, 255, 256, 257, 5000])
def test_items_keep_their_order(count: int) -> None:
    items = with_pauses(range(count), len_one)
    assert [item for item in items if item is not IDLE] == list(range(count))


def test_a_pause_is_told_while_the_input_is_open() -> None:
    waiting: queue.Queue[str] = queue.Queue()
    items = with_pauses(queued(waiting), len_one)
    for round_number in range(3):
        waiting.put(f"a{round_number}")
        waiting.put(f"b{round_number}")
        seen: list[str] = []
        while len(seen) < 2:
            item = next(items)
            seen += [] if item is None else [item]
        assert seen == [f"a{round_number}", f"b{round_number}"]
        assert next(items) is IDLE  # nothing has been put: this must not wait for more
    waiting.put("end")
    assert [item for item in items if item is not IDLE] == []


def test_a_pause_is_told_once() -> None:
    def slow() -> Iterator[int]:
        yield 1
        time.sleep(0.6)
        yield 2

    items = list(with_pauses(slow(), len_one))
    assert [item for item in items if item is not IDLE] == [1, 2]
    assert items[items.index(1) :].count(IDLE) <= 2


def test_an_error_comes_after_the_items_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        yield 2
        raise DataError("file", 3, "bad")

    items = (item for item in with_pauses(broken(), len_one) if item is not IDLE)
    assert [next(items), next(items)] == [1, 2]
    with pytest.raises(DataError, match="file:3: bad"):
        next(items)


def test_a_fast_input_is_not_read_ahead_of_without_end() -> None:
    taken = 0

    def endless() -> Iterator[int]:
        nonlocal taken
        while True:
            taken += 1
            yield taken

    items = with_pauses(endless(), len_one)
    assert next(item for item in items if item is not IDLE) == 1
    time.sleep(0.3)
    assert taken < 10_000


def test_long_texts_wait_outside_the_queue() -> None:
    read = []

    def texts() -> Iterator[str]:
        for number in range(40):
            read.append(number)
            yield "a" * 400_000

    items = (item for item in with_pauses(texts(), len) if item is not IDLE)
    for taken, _ in enumerate(items, start=1):
        # two fit into the megabyte that may wait; one is in hand and one being read
        assert len(read) <= taken + 4
    assert len(read) == 40
