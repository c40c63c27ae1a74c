from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest

from tagcli.terminal import colour_system, columns, is_taken


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "33")


@pytest.mark.parametrize(
    ("stream", "environment", "expected"),
    [
        (Terminal(), {}, "256"),
        (Terminal(), {"TERM": "xterm"}, "standard"),
        (Terminal(), {"COLORTERM": "truecolor"}, "truecolor"),
        (Terminal(), {"TERM": "dumb"}, None),
        (Terminal(), {"NO_COLOR": "1"}, None),
        (Terminal(), {"NO_COLOR": "", "FORCE_COLOR": ""}, "256"),
        (Terminal(), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, None),
        (io.StringIO(), {}, None),
        (io.StringIO(), {"FORCE_COLOR": ""}, None),
        (io.StringIO(), {"FORCE_COLOR": "1"}, "256"),
        (io.StringIO(), {"FORCE_COLOR": "1", "TERM": "dumb"}, "standard"),
        (io.StringIO(), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, None),
        (None, {}, None),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has its own colours")
def test_colours(
    monkeypatch: pytest.MonkeyPatch,
    stream: io.StringIO | None,
    environment: dict[str, str],
    expected: str | None,
) -> None:
    monkeypatch.setattr(sys, "stdout", stream)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert colour_system() == expected


def test_only_a_terminal_has_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    assert columns() == 33
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert columns() is None


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has its own terminals")
def test_a_terminal_in_raw_mode_is_taken() -> None:
    import pty
    import tty

    leader, follower = pty.openpty()
    with os.fdopen(follower, "w") as stream:
        assert not is_taken(stream)
        tty.setraw(follower)
        assert is_taken(stream)
    os.close(leader)
    with Path(os.devnull).open("w") as stream:
        assert not is_taken(stream)
    assert not is_taken(io.StringIO())
