"""A benchmark from a text to figures: contenders side by side, the processor's limit, new
processes."""

from __future__ import annotations

import importlib.util
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from export.benchmark.comparison import Comparison, compare, f1_of
from export.benchmark.limit import Limit, measure_limit
from export.benchmark.peers import PEERS, PeerSettings
from export.benchmark.processes import Growth, Start, measure_growth, measure_start
from export.benchmark.text import lines_and_gold
from export.optional_packages import check_packages
from tagcli.backends.cores import usable_cores
from tagcli.errors import UsageError
from tagcli.names import as_known, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

KINDS = ("transformers", "optimum", "spacy")
"""Peers by the packages that run them."""

STARTS = 5
"""How many new processes a start is measured with."""

Finding = Comparison | Limit | Start | Growth


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be measured: nertag's `model` (None: the bundled one) beside the peers of `kinds`
    on `text`, its first `sentences` records or all.

    `checkpoint` is the float model that transformers and optimum run, `spacy_model` the pipeline
    that spaCy does; `rounds` are the turns that count, `threads` the cores for each (None: all),
    `growth` how often ten times the text is run, too.
    """

    text: Path
    kinds: Sequence[str] = ()
    model: str | None = None
    checkpoint: Path | None = None
    spacy_model: str = "fr_core_news_sm"
    rounds: int = 3
    sentences: int | None = None
    threads: int | None = None
    device: str = "cpu"
    growth: int = 0


def benchmark(plan: Plan, note: Callable[[str], None]) -> Iterator[Finding]:
    """What a benchmark finds, each as soon as it is measured; `note` is a progress callback. Raises
    UsageError for a plan that cannot be, NertagError for a contender that fails."""
    peers = _peers(plan, note)
    lines, gold = lines_and_gold(plan.text, plan.sentences)
    words = sum(len(line.split()) for line in lines)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        text = folder / "text.txt"
        text.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        settings = PeerSettings(
            model=plan.model,
            checkpoint=None if plan.checkpoint is None else str(plan.checkpoint),
            float_model=_float_model(plan.checkpoint, peers, folder, note),
            spacy=plan.spacy_model,
            device=plan.device,
            threads=plan.threads or usable_cores(),
        )
        measured, outputs = compare(peers, settings, text, folder, plan.rounds, note)
        for one in measured:
            one.f1 = f1_of(outputs[one.name], gold) if gold else None
        yield Comparison(
            plan.text.name, len(lines), words, settings.threads, plan.device, plan.rounds, measured
        )
        yield measure_limit(settings, lines, measured[0])
        options = ["--model", settings.model] if settings.model else []
        options += ["--threads", str(settings.threads), "--device", settings.device]
        yield measure_start(STARTS, options)
        if plan.growth:
            yield measure_growth(text, options, folder, plan.growth, note)


def _peers(plan: Plan, note: Callable[[str], None]) -> list[str]:
    """nertag, and the peers of the kinds that are named; a kind that is not installed is said."""
    chosen = ["nertag"]
    for named in plan.kinds:
        kind = as_known(named, KINDS)
        if kind not in KINDS:
            near = did_you_mean(kind, KINDS)
            raise UsageError(f"--against {kind}: it is none of {', '.join(KINDS)}{near}")
        names = [name for name in PEERS if name.partition(",")[0] == kind]
        if not _is_installed(PEERS[names[0]].package):
            note(f"{kind} is not installed and left out")
            continue
        if PEERS[names[0]].needs_checkpoint and plan.checkpoint is None:
            raise UsageError(f"{kind} needs --checkpoint, the float model to run")
        chosen += names
    return chosen


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # of the package it is in
        return False


def _float_model(
    checkpoint: Path | None, peers: Sequence[str], folder: Path, note: Callable[[str], None]
) -> str | None:
    """The checkpoint as ONNX, if a peer wants it."""
    if checkpoint is None or not any(name.startswith("optimum") for name in peers):
        return None
    check_packages(["optimum.exporters.onnx"], "the optimum peer")
    from export.model_directory.onnx_export import export_float

    note(f"exporting {checkpoint} to ONNX")
    return str(export_float(checkpoint, folder / "float"))
