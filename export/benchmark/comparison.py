"""nertag beside its peers: processes that take turns on the same text, and what they were seen
to do."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from export.benchmark.peers import PeerSettings, as_argument
from export.evaluation.evaluate import ALIASES, SCORED_TYPES
from export.evaluation.scores import SpanCounts
from tagcli.errors import NertagError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from export.corpora.examples import Example
    from tagcli.schemes import Span


@dataclass(slots=True)
class Measured:
    """Of one peer: seconds of every round and until the first line, of a line of 20 words, peak
    bytes, and F1 where the text has gold."""

    name: str
    start_seconds: float
    seconds: list[float] = field(default_factory=list)
    line_seconds: float = 0.0
    peak_bytes: int = 0
    f1: float | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """nertag, the first, and its peers on a text: the name, lines and words of that, the threads
    and the device of each, and how many rounds count."""

    name: str
    lines: int
    words: int
    threads: int
    device: str
    rounds: int
    measured: list[Measured]


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median of the ratios of the rounds, with the least and the greatest."""

    median: float
    low: float
    high: float


class _Process:
    """A peer in a process of its own; `errors` takes what it says on stderr."""

    def __init__(self, name: str, settings: PeerSettings, errors: IO[str]) -> None:
        command = [sys.executable, "-m", "export.benchmark.peers", name, as_argument(settings)]
        self._errors = errors
        began = time.perf_counter()
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors, text=True
        )
        self._name = name
        while (answer := self._answer()) != "ready":
            if not answer:
                raise NertagError(f"{name} cannot be run: {self._last_words()}")
        self.start_seconds = time.perf_counter() - began

    def ask(self, **request: str) -> float:
        """Send a request and wait for the figure."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # of a process that is dead: it does not answer
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
        answer = self._answer()
        if not answer:
            raise NertagError(f"{self._name} ended: {self._last_words()}")
        return float(answer)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def _last_words(self) -> str:
        self._process.wait()
        self._errors.seek(0)
        lines = self._errors.read().strip().splitlines()
        return lines[-1] if lines else f"exit code {self._process.returncode}"


@contextmanager
def _opened(name: str, settings: PeerSettings) -> Iterator[_Process]:
    with tempfile.TemporaryFile("w+") as errors:  # a pipe that nobody reads would fill
        process = _Process(name, settings, errors)
        try:
            yield process
        finally:
            process.close()


def compare(
    names: Sequence[str],
    settings: PeerSettings,
    text: Path,
    folder: Path,
    rounds: int,
    note: Callable[[str], None],
) -> tuple[list[Measured], dict[str, Path]]:
    """Every peer on `text` in turn, `rounds` times after one to warm up; what it found is in the
    file of `folder` that is named. `note` is a progress callback."""
    measured, outputs = [], {}
    with ExitStack() as stack:
        processes = []
        for number, name in enumerate(names):
            note(f"starting {name}")
            process = stack.enter_context(_opened(name, settings))
            processes.append(process)
            measured.append(Measured(name, process.start_seconds))
            outputs[name] = folder / f"{number}.jsonl"
        for turn in range(rounds + 1):
            for one, process in zip(measured, processes, strict=True):
                seconds = process.ask(do="run", text=str(text), out=str(outputs[one.name]))
                if turn:
                    one.seconds.append(seconds)
                note(f"{'round ' + str(turn) if turn else 'warm-up'}: {one.name} {seconds:.1f} s")
        for one, process in zip(measured, processes, strict=True):
            one.line_seconds = process.ask(do="line")
            one.peak_bytes = int(process.ask(do="memory"))
    return measured, outputs


def ratio(slow: Measured, fast: Measured) -> Ratio:
    """How many times faster `fast` was, round by round."""
    ratios = [a / b for a, b in zip(slow.seconds, fast.seconds, strict=True)]
    return Ratio(statistics.median(ratios), min(ratios), max(ratios))


def f1_of(output: Path, gold: Sequence[Example]) -> float:
    """Strict F1 over PER, ORG and LOC of JSONL against gold, by code points of the line."""
    counts = SpanCounts()
    with output.open(encoding="utf-8") as lines:
        for line, example in zip(lines, gold, strict=True):
            found = [(e["start"], e["end"], e["label"]) for e in json.loads(line)["entities"]]
            counts.add(_scored(found), _scored(example.spans))
    return counts.f1()


def _scored(spans: Sequence[Span]) -> set[Span]:
    named = {(start, end, ALIASES.get(label.casefold(), label)) for start, end, label in spans}
    return {span for span in named if span[2] in SCORED_TYPES}
