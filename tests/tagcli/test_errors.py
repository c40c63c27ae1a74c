"""What a user is told, in one line."""

from __future__ import annotations

import io
import sys

import pytest

from tagcli.errors import DataError, reason_of, say


def test_a_message_is_one_line_that_moves_no_cursor(capsys: pytest.CaptureFixture[str]) -> None:
    say("nertag", str(DataError("a\nb\x1b[2J.txt", 3, "odd\r\ndata")))
    assert capsys.readouterr() == ("", "nertag: a b␛[2J.txt:3: odd␍ data\n")


class _Full(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("stderr", [None, _Full()])
def test_nothing_is_said_where_nothing_can_be(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stderr: io.StringIO | None
) -> None:
    monkeypatch.setattr(sys, "stderr", stderr)
    say("nertag", "what standard output must not get")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("one\ntwo"), "one"),
        (RuntimeError("In a model:\n\tsize of a\n\tsize of b"), "In a model: size of a"),
        (ValueError("  \n lower\n"), "lower"),
        (KeyError(), "KeyError"),
        (ValueError("x" * 1000), "x" * 300 + "…"),
    ],
)
def test_reasons_of_libraries(error: Exception, reason: str) -> None:
    assert reason_of(error) == reason
