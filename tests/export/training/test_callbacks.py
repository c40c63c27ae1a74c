"""What happens between steps, and what the log says of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from transformers import TrainerControl, TrainerState, TrainingArguments

from export.training.callbacks import Progress, logged_seconds

if TYPE_CHECKING:
    from pathlib import Path

LINE = json.dumps({"step": 20, "seconds": 7.5, "loss": 0.5}) + "\n"


def logged(log: Path, tmp_path: Path) -> list[dict[str, float]]:
    """The lines after another one is written."""
    progress = Progress(lambda message: None, log)
    state, arguments = TrainerState(global_step=30), TrainingArguments(str(tmp_path))
    progress.on_log(arguments, state, TrainerControl(), {"loss": 0.25, "epoch": 1.0})
    return [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]


def test_a_log_goes_on(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    assert logged_seconds(log) == 0
    log.write_text(LINE)
    first, second = logged(log, tmp_path)
    assert first == json.loads(LINE)
    assert (second["step"], second["loss"]) == (30, 0.25)
    assert second["seconds"] >= 7.5


@pytest.mark.parametrize("end", [b'{"step": 25, "sec', b"\0\0\0", b"\xff", LINE[:-1].encode()])
def test_a_line_that_was_cut_is_none(tmp_path: Path, end: bytes) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(LINE.encode() + end)
    assert logged_seconds(log) == 7.5
    assert [line["step"] for line in logged(log, tmp_path)] == [20, 30]


@pytest.mark.parametrize("line", [b"", b"7", b"[]", b"{}", b'{"seconds": null}', b"\0\0"])
def test_lines_that_are_none_do_not_count(tmp_path: Path, line: bytes) -> None:
    log = tmp_path / "log.jsonl"
    log.write_bytes(line + b"\n" + LINE.encode())
    assert logged_seconds(log) == 7.5
