"""The nertag command as new processes: how long it takes to begin, and what more text costs."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from export.benchmark.peers import FIRST_LINE
from tagcli.cli.defaults import PLACE
from tagcli.errors import NertagError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_NERTAG = (sys.executable, "-m", "tagcli")
_TIMES = 10
# A small process in between: a child begins with its parent's memory, which counts as its own.
_LAUNCHER = """
import os, sys, time
began = time.perf_counter()
null = os.open(os.devnull, os.O_WRONLY)
child = os.posix_spawn(
    sys.argv[1], sys.argv[1:], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, null, 1)]
)
_, status, usage = os.wait4(child, 0)
peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(time.perf_counter() - began, peak)
sys.exit(os.waitstatus_to_exitcode(status))
"""


@dataclass(frozen=True, slots=True)
class Start:
    """Median seconds of `nertag --help` and of one tagged line."""

    help_seconds: float
    line_seconds: float


@dataclass(frozen=True, slots=True)
class Growth:
    """What ten times the text takes: the median ratio of seconds without the start, the least
    and the greatest, and the peak bytes of both."""

    ratio: float
    low: float
    high: float
    peak_bytes: int
    peak_bytes_of_ten: int


def measure_start(runs: int, options: list[str]) -> Start:
    """Start the command `runs` times each way, the tagging with these options."""
    times = [
        statistics.median(_process([*_NERTAG, *arguments], text)[0] for _ in range(runs))
        for arguments, text in ((["--help"], ""), (options, FIRST_LINE + "\n"))
    ]
    return Start(*times)


def measure_growth(
    text: Path, options: list[str], folder: Path, pairs: int, note: Callable[[str], None]
) -> Growth:
    """Tag the text and ten times the text in turn, `pairs` times; `note` is a progress callback."""
    ten = folder / "ten.txt"
    with ten.open("wb") as file:
        for _ in range(_TIMES):
            file.write(text.read_bytes())
    one_line = folder / "line.txt"
    one_line.write_text(FIRST_LINE + "\n", encoding="utf-8")
    ratios, peaks = [], ([0], [0])
    for number in range(1, pairs + 1):
        begin, (short, peak), (long, peak_of_ten) = (
            _tagged(one_line, options)[0], _tagged(text, options), _tagged(ten, options),
        )  # fmt: skip
        ratios.append((long - begin) / (short - begin))
        peaks[0].append(peak)
        peaks[1].append(peak_of_ten)
        note(f"pair {number}: ten times the text takes {ratios[-1]:.2f} times as long")
    return Growth(statistics.median(ratios), min(ratios), max(ratios), max(peaks[0]), max(peaks[1]))


def _tagged(text: Path, options: list[str]) -> tuple[float, int]:
    return _process([*_NERTAG, *options, "--format", "jsonl", "-o", os.devnull, str(text)], "")


def _process(command: list[str], stdin: str) -> tuple[float, int]:
    """Seconds and peak bytes of a process of its own."""
    launcher = [sys.executable, "-S", "-c", _LAUNCHER, *command]
    alone = os.environ | {PLACE: ""}  # without the defaults of who measures
    done = subprocess.run(
        launcher, input=stdin, env=alone, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason"])[-1]
        raise NertagError(f"{' '.join(command)} ended with {done.returncode}: {reason}")
    seconds, peak = done.stdout.split()
    return float(seconds), int(peak)
