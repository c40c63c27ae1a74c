"""Some hundred broken inputs of the million that `python -m tests.fuzzing` makes."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.errors import DataError
from tagcli.readers.inputs import Input, Line
from tagcli.records import Document
from tests.fuzzing import levels
from tests.fuzzing.broken import BrokenInput, broken_input
from tests.fuzzing.counting import BAD, counted, table
from tests.fuzzing.expected import Bad, Reading, check_reading
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAMPLE = {"readers": range(1, 601), "chain": range(1, 61), "processes": range(1, 5)}


@pytest.mark.train  # the tiny model is made with onnx
@pytest.mark.parametrize("level", levels.NAMES)
def test_a_sample_of_broken_inputs(level: str, tmp_path: Path) -> None:
    told: list[str] = []
    counts, bad = counted(level, SAMPLE[level], tmp_path, told.append)
    assert bad == 0, "\n".join(told)
    assert counts.total() == 2 * len(SAMPLE[level])


@pytest.fixture(scope="module")
def level(tmp_path_factory: pytest.TempPathFactory) -> levels.Level:
    return levels.open_level("readers", tmp_path_factory.mktemp("readers"))


@given(st.binary(max_size=60), st.sampled_from([None, "text", "conll", "jsonl"]))
def test_any_bytes_are_read_or_refused(
    level: levels.Level, data: bytes, input_format: str | None
) -> None:
    broken = BrokenInput(0, "bytes", "none", "", data, "utf-8", input_format, "text", 1)
    assert level(broken) in (levels.READ, levels.REFUSED)


def test_an_input_is_the_same_every_time() -> None:
    assert broken_input(7) == broken_input(7) != broken_input(8)
    assert len({broken_input(seed).kind for seed in range(60)}) == 5
    assert len({broken_input(seed).damage for seed in range(200)}) == 15


# What the fuzzer would find


def _lossy(source: Input, on_error: object = None) -> Iterator[Line]:
    yield Line(1, "all that is left")


def test_lost_input_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Input, "lines", _lossy)
    told: list[str] = []
    counts, bad = counted("readers", range(1, 21), tmp_path, told.append)
    assert bad == len(told) > 10
    assert "--level readers --seed " in told[0]
    assert f"{BAD:>10}\n" in table(counts)


def test_a_crash_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(source: Input, on_error: object = None) -> Iterator[Line]:
        raise IndexError("list index out of range")

    monkeypatch.setattr(Input, "lines", crash)
    told: list[str] = []
    assert counted("readers", [1], tmp_path, told.append)[1] == 1
    assert "IndexError: list index out of range (test_fuzzing.py:" in told[0]


@pytest.mark.skipif(sys.platform == "win32", reason="needs an interval timer")
def test_a_hang_is_bad(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(source: Input, on_error: object = None) -> Iterator[Line]:
        while True:
            pass

    monkeypatch.setattr(Input, "lines", hang)
    monkeypatch.setitem(levels._SECONDS, "readers", 0.1)
    told: list[str] = []
    assert counted("readers", [1], tmp_path, told.append)[1] == 1
    assert "still running after 0.1 seconds" in told[0]


JSONL = BrokenInput(1, "jsonl", "none", "", b'{"text": "a"}\n{\n', "utf-8", None, "text", 1)
GOOD, TOLD = Document("a", "f", 1), DataError("f", 2, "broken JSON")


@pytest.mark.parametrize(
    ("documents", "errors", "said"),
    [
        ([], [TOLD], "line 1 is lost"),
        ([GOOD], [], "other documents|line 2 is lost"),
        ([Document("b", "f", 1)], [TOLD], "line 1 changed"),
        ([Document("a", "f", 1, fields={"id": 1})], [TOLD], "line 1 changed"),
        ([GOOD, GOOD], [TOLD], "two documents"),
        ([GOOD, Document("b", "f", 3)], [TOLD], "out of nothing"),
        ([GOOD], [DataError("f", 7, "broken JSON")], "lines"),
        ([GOOD], [DataError("f", None, "broken JSON")], "no line"),
        ([GOOD], [TOLD, TOLD], "more than once"),
        ([GOOD], [DataError("f", 2, "x" * 1000)], "long message"),
    ],
)
def test_readings_that_are_bad(
    documents: list[Document], errors: list[DataError], said: str
) -> None:
    stopped = [document for document in documents if document.line == 1]
    with pytest.raises(Bad, match=said):
        check_reading(
            JSONL, Reading(documents, errors, "jsonl"), Reading(stopped, errors[:1], "jsonl")
        )


def test_a_good_reading_is_none_of_these() -> None:
    reading = Reading([GOOD], [TOLD], "jsonl")
    check_reading(JSONL, reading, reading)
    with pytest.raises(Bad, match="is not the first"):
        check_reading(JSONL, reading, Reading([GOOD], [DataError("f", 2, "x")], "jsonl"))
    with pytest.raises(Bad, match="did not come out"):
        check_reading(JSONL, reading, Reading([], [TOLD], "jsonl"))


def test_the_count_is_a_command() -> None:
    root = ROOT
    command = [sys.executable, "-m", "tests.fuzzing", "--level", "readers", "--cases", "3"]
    done = subprocess.run(command, cwd=root, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].startswith("3 inputs in ")
