"""What nertag-bench found, as tables."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from export.benchmark.comparison import Comparison, Measured, ratio
from export.benchmark.limit import Limit
from export.benchmark.processes import Growth, Start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from export.benchmark.run import Finding
    from export.tables import Rows


def heading(found: Comparison) -> str:
    """What was run, on how much and how."""
    return (
        f"{found.name}: {found.lines} lines, {found.words} words; {found.threads} threads on "
        f"{found.device}, {found.rounds} rounds"
    )


def rows_of(found: Finding) -> Rows:
    """The table of one thing that was measured."""
    if isinstance(found, Comparison):
        return peer_rows(found.measured, found.words)
    if isinstance(found, Limit):
        return limit_rows(found)
    return start_rows(found) if isinstance(found, Start) else growth_rows(found)


def peer_rows(measured: Sequence[Measured], words: int) -> Rows:
    """A row a peer; the ratios say how many times faster nertag was, turn by turn."""
    nertag = measured[0]
    rows = [["", "words/s", "nertag is faster", "first line", "20 words", "peak memory", "F1"]]
    for one in measured:
        faster = ratio(one, nertag)
        rows.append([
            one.name,
            f"{words / statistics.median(one.seconds):.0f}",
            f"{faster.median:.2f} x ({faster.low:.2f} to {faster.high:.2f})",
            f"{one.start_seconds:.2f} s",
            f"{1000 * one.line_seconds:.1f} ms",
            f"{one.peak_bytes / 1e6:.0f} MB",
            "" if one.f1 is None else f"{one.f1:.4f}",
        ])  # fmt: skip
    return rows


def limit_rows(limit: Limit) -> Rows:
    """The rates in 10^9 operations a second, and what share of the limit tagging reaches."""
    kinds = ("int8",) if limit.quantised else ("fp32", "fp16")
    bound = max(rate for name, rate in limit.rates.items() if name.endswith(kinds))
    rows = [["weight products", "GOPS", "share"]]
    for name, rate in limit.rates.items():
        rows.append([f"{name}, at its best", f"{rate / 1e9:.0f}", f"{rate / bound:.0%}"])
    for name, rate in (("model alone", limit.inference), ("text to JSONL", limit.tagging)):
        rows.append([f"nertag, {name}", f"{rate / 1e9:.0f}", f"{rate / bound:.0%}"])
    rows.append(["a token takes", f"{limit.operations_per_token / 1e9:.4f}", ""])
    return rows


def start_rows(start: Start) -> Rows:
    """Seconds of a new process."""
    return [
        ["a new process", "median"],
        ["nertag --help", f"{start.help_seconds:.2f} s"],
        ["one line tagged", f"{start.line_seconds:.2f} s"],
    ]


def growth_rows(growth: Growth) -> Rows:
    """Ten times the text: time and memory."""
    memory = [f"{peak / 1e6:.0f} MB" for peak in (growth.peak_bytes, growth.peak_bytes_of_ten)]
    spread = f"{growth.ratio:.2f} x ({growth.low:.2f} to {growth.high:.2f})"
    return [
        ["", "the text", "ten times the text"],
        ["seconds", "1", spread],
        ["peak memory", *memory],
    ]
