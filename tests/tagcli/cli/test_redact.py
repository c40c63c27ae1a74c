"""`nertag --format redact` in a process of its own."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from tests.support.folders import names_in
from tests.support.processes import assert_one_sentence, needs_model, nertag

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Angela Merkel wohnt in Berlin.\r\n\r\nUnd Angela Merkel lebt."
REDACT = ("--format", "redact")

pytestmark = needs_model


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.txt"
    path.write_bytes(TEXT.encode())
    return path


def test_all_but_the_names_stays(source: Path) -> None:
    result = nertag(*REDACT, source)
    assert (result.code, result.err) == (0, "")
    assert result.out.decode() == "[PER] wohnt in [LOC].\r\n\r\nUnd [PER] lebt."


def test_labels_and_scores_hold_and_the_key_says_what_was_done(source: Path) -> None:
    key = source.with_name("key")
    options = ("--redact-with", "pseudonym", "--key", key, "--labels", "PER")
    result = nertag(*REDACT, source, *options)
    assert result.out.decode() == "PER_1 wohnt in Berlin.\r\n\r\nUnd PER_1 lebt."
    lines = [json.loads(line) for line in key.read_text(encoding="utf-8").splitlines()]
    assert [(one["at"], one["text"]) for one in lines[:-1]] == [
        (0, "Angela Merkel"), (30, "Angela Merkel"),
    ]  # fmt: skip
    assert stat.S_IMODE(key.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--key", "key"], "--key has a meaning with --format redact alone"),
        (["--redact-with", "mask"], "--redact-with has a meaning with --format redact alone"),
        (["--summary", "--key", "key"], "--key has a meaning with --format redact alone"),
        ([*REDACT, "--key", "in.txt"], "--key in.txt is there already: give it another name"),
        ([*REDACT, "--key", "no/key"], "--key no/key cannot be written: No such file or directory"),
        ([*REDACT, "--key", "out", "-o", "./out"], "--key and -o are both out"),
        ([*REDACT, "--key", "key", "-o", "out", "--resume"], "--resume cannot be used here: "),
    ],
)
def test_what_does_not_go_together(source: Path, options: list[str], says: str) -> None:
    result = nertag("in.txt", *options, cwd=source.parent)
    assert_one_sentence(result, 2)
    assert says in result.err
    assert result.out == b""
    assert names_in(source.parent) == ["in.txt"]


def test_an_error_leaves_no_key(source: Path) -> None:
    source.write_bytes(TEXT.encode() + b"\r\n\xff")
    result = nertag(*REDACT, "in.txt", "--key", "key", cwd=source.parent)
    assert_one_sentence(result, 1)
    assert names_in(source.parent) == ["in.txt"]
