"""What Ctrl-C does before, in and after what is to be left in order."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest

from tagcli.cli.interrupts import end_at_once_by_interrupt, interrupts_raised
from tests.support.processes import needs_posix

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs_posix


def handler() -> Any:
    return signal.getsignal(signal.SIGINT)


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = handler()
    yield
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_ends_a_process_at_once() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    end_at_once_by_interrupt()
    assert handler() is signal.SIG_DFL


@pytest.mark.parametrize("given", [signal.SIG_IGN, lambda number, frame: None])
def test_what_another_has_set_stays(given: Any) -> None:
    signal.signal(signal.SIGINT, given)
    end_at_once_by_interrupt()
    assert handler() is given


@pytest.mark.parametrize("before", [signal.SIG_DFL, signal.default_int_handler])
def test_the_first_interrupt_is_raised_and_a_second_one_ends_the_process(before: Any) -> None:
    signal.signal(signal.SIGINT, before)
    with interrupts_raised():
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)
        assert handler() is signal.SIG_DFL
    assert handler() is before


def test_an_interrupt_that_is_to_be_ignored_is_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interrupts_raised():
        os.kill(os.getpid(), signal.SIGINT)
    assert handler() is signal.SIG_IGN


def test_only_the_main_thread_is_interrupted() -> None:
    before, within = handler(), []

    def work() -> None:
        with interrupts_raised():
            within.append(handler())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert within == [before]
