"""Ourselves beside the transformers pipeline: start, memory and speed, each in one run.

    python -m export.benchmark start
    python -m export.benchmark memory FILE
    python -m export.benchmark speed FILE CHECKPOINT
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from tagcli.inputs import Input
from tagcli.readers import ReaderOptions, read_documents
from tagcli.records import Document

_NERTAG = [sys.executable, "-m", "tagcli"]
_PIPELINE_BATCH = 32


@click.group(help=__doc__)
def main() -> None:
    """Figures go to stdout."""


@main.command()
@click.option("--runs", default=5, show_default=True)
def start(runs: int) -> None:
    """Seconds of a new process: --help, and one line tagged."""
    for name, arguments in (("--help", ["--help"]), ("one line", [])):
        command = [*_NERTAG, *arguments]
        seconds = [_run(command, "Angela Merkel in Paris.\n")[0] for _ in range(runs)]
        print(f"{name}: median {statistics.median(seconds):.2f} s of {runs} ({min(seconds):.2f}-"
              f"{max(seconds):.2f})")  # fmt: skip


@main.command()
@click.argument("file")
@click.option("--megabytes", multiple=True, type=float, default=(2, 20), show_default=True)
def memory(file: str, megabytes: tuple[float, ...]) -> None:
    """Peak memory on texts of several sizes, made of FILE's sentences, one a line."""
    lines = [document.text for document in _documents(file)]
    for size in megabytes:
        with tempfile.NamedTemporaryFile("w", suffix=".txt", encoding="utf-8") as text:
            written = 0
            while written < size * 1e6:
                for line in lines:
                    text.write(line + "\n")
                    written += len(line.encode()) + 1
                    if written >= size * 1e6:
                        break
            text.flush()
            command = [*_NERTAG, "--format", "jsonl", "-o", os.devnull, text.name]
            seconds, peak = _run(command, "")
        print(f"{size:g} MB: peak {peak / 1e6:.0f} MB in {seconds:.0f} s", flush=True)


@main.command()
@click.argument("file")
@click.argument("checkpoint")
@click.option("--sentences", type=int, help="Take the first N sentences only.")
@click.option("--rounds", default=2, show_default=True)
def speed(file: str, checkpoint: str, sentences: int | None, rounds: int) -> None:
    """Words a second from a text file to JSONL, models loaded: nertag's bundled model beside
    transformers.pipeline on CHECKPOINT in fp32."""
    documents = list(_documents(file))[:sentences]
    words = sum(len(document.text.split(" ")) for document in documents)
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text.txt"
        text.write_text("".join(f"{d.text}\n" for d in documents), encoding="utf-8")
        out = Path(folder) / "out.jsonl"
        ours, theirs = _nertag_run(text, out), _pipeline_run(checkpoint, text, out)
        for number in range(1, rounds + 1):
            mine, pipeline = (words / _seconds(run) for run in (ours, theirs))
            print(f"round {number}, {words} words: nertag {mine:.0f} words/s, pipeline "
                  f"{pipeline:.0f} words/s, ratio {mine / pipeline:.2f}", flush=True)  # fmt: skip


def _nertag_run(text: Path, out: Path) -> Callable[[], None]:
    from tagcli.tagger import load
    from tagcli.writers import WriterOptions, write_jsonl

    tagger = load()

    def run() -> None:
        with out.open("w", encoding="utf-8") as file:
            for tagged in tagger.run(read_documents(Input(str(text)), "text", ReaderOptions())):
                if tagged is not None:
                    file.write(write_jsonl(tagged, WriterOptions()))

    return run


def _pipeline_run(checkpoint: str, text: Path, out: Path) -> Callable[[], None]:
    import torch
    from transformers import pipeline

    tag = pipeline(
        "token-classification",
        model=checkpoint,
        aggregation_strategy="simple",
        device="cpu",
        dtype=torch.float32,
    )

    def lines() -> Iterator[str]:
        with text.open(encoding="utf-8") as file:
            yield from (line.rstrip("\n") for line in file)

    def run() -> None:
        with out.open("w", encoding="utf-8") as file:
            for found in tag(lines(), batch_size=_PIPELINE_BATCH):
                json.dump(found, file, ensure_ascii=False, default=float)
                file.write("\n")

    return run


def _documents(file: str) -> Iterator[Document]:
    return (d for d in read_documents(Input(file), None, ReaderOptions()) if d.text)


def _seconds(run: Callable[[], None]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _run(command: list[str], stdin: str) -> tuple[float, int]:
    """Seconds and peak bytes of a process of its own."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    assert process.stdin is not None
    process.stdin.write(stdin.encode())
    process.stdin.close()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{command} ended with {os.waitstatus_to_exitcode(status)}")
    return time.perf_counter() - began, usage.ru_maxrss * 1024


if __name__ == "__main__":
    main()
