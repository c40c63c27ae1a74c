"""What is compared: nertag and its peers, each a process that reads a text and writes JSONL.

    python -m export.benchmark.peers PEER SETTINGS

says `ready` once a first line is tagged, and then obeys the lines it reads: `run`, `line`,
`memory`.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tagcli.schemes import Span

Find = Callable[[Iterable[str]], Iterator[list[Span]]]

FIRST_LINE = "Angela Merkel sprach in Paris."
LINE_OF_20_WORDS = (
    "Am Montag sprach die Ministerin Anna Meier in Hamburg mit Vertretern der Firma Siemens über "
    "die neue Fabrik bei Leipzig"
)
_REPEATS_OF_A_LINE = 50


@dataclass(frozen=True, slots=True)
class PeerSettings:
    """What a peer needs: nertag's `model` (None: the bundled one), the `checkpoint` in float32
    for transformers, the same as ONNX in `float_model` for optimum, a `spacy` pipeline's name."""

    model: str | None
    checkpoint: str | None
    float_model: str | None
    spacy: str
    device: str
    threads: int


def _nertag(settings: PeerSettings) -> Find:
    from tagcli import load

    tagger = load(settings.model, device=settings.device, threads=settings.threads)

    def find(lines: Iterable[str]) -> Iterator[list[Span]]:
        for tagged in tagger.stream(lines):
            yield [(e.start, e.end, e.label) for e in tagged.entities]

    return find


def _pipeline(model: Any, settings: PeerSettings, batch_size: int) -> Find:
    from transformers import AutoTokenizer, pipeline

    tag = pipeline(
        "token-classification",
        model=model,
        tokenizer=AutoTokenizer.from_pretrained(settings.checkpoint),
        aggregation_strategy="simple",
        device="cuda" if settings.device == "cuda" else "cpu",
    )

    def find(lines: Iterable[str]) -> Iterator[list[Span]]:
        for found in tag((line for line in lines), batch_size=batch_size):
            yield [(e["start"], e["end"], e["entity_group"]) for e in found]

    return find


def _transformers(batch_size: int) -> Callable[[PeerSettings], Find]:
    def open_peer(settings: PeerSettings) -> Find:
        import torch
        from transformers import AutoModelForTokenClassification

        torch.set_num_threads(settings.threads)
        model = AutoModelForTokenClassification.from_pretrained(
            settings.checkpoint, dtype=torch.float32
        )
        return _pipeline(model.eval(), settings, batch_size)

    return open_peer


def _optimum(settings: PeerSettings) -> Find:
    import onnxruntime
    from optimum.onnxruntime import ORTModelForTokenClassification

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings.threads
    provider = "CUDAExecutionProvider" if settings.device == "cuda" else "CPUExecutionProvider"
    model = ORTModelForTokenClassification.from_pretrained(
        settings.float_model, session_options=options, provider=provider
    )
    return _pipeline(model, settings, 32)


def _spacy(settings: PeerSettings) -> Find:
    import spacy

    whole = spacy.load(settings.spacy)
    unused = [name for name in whole.pipe_names if name != "ner"]
    # the small pipelines' NER has a tok2vec of its own
    language = spacy.load(settings.spacy, exclude=unused)

    def find(lines: Iterable[str]) -> Iterator[list[Span]]:
        for document in language.pipe(lines):
            yield [(e.start_char, e.end_char, e.label_) for e in document.ents]

    return find


@dataclass(frozen=True, slots=True)
class Peer:
    """How a peer is opened, the package it needs, and whether it needs a float checkpoint."""

    open: Callable[[PeerSettings], Find]
    package: str
    needs_checkpoint: bool = False


PEERS: dict[str, Peer] = {
    "nertag": Peer(_nertag, "tagcli"),
    "transformers, batch 1": Peer(_transformers(1), "transformers", True),
    "transformers, batch 32": Peer(_transformers(32), "transformers", True),
    "optimum, batch 32": Peer(_optimum, "optimum.onnxruntime", True),
    "spacy": Peer(_spacy, "spacy"),
}


def _run(find: Find, text: Path, out: Path) -> float:
    """Seconds from a file of lines to a file of JSONL."""
    began = time.perf_counter()
    with text.open(encoding="utf-8") as source, out.open("w", encoding="utf-8") as target:
        lines = [line.rstrip("\n") for line in source]
        for line, entities in zip(lines, find(lines), strict=True):
            named = [{"start": s, "end": e, "label": label} for s, e, label in entities]
            target.write(json.dumps({"text": line, "entities": named}, ensure_ascii=False) + "\n")
    return time.perf_counter() - began


def _line_seconds(find: Find) -> float:
    """The median time of one line of 20 words."""
    times = []
    for _ in range(_REPEATS_OF_A_LINE):
        began = time.perf_counter()
        list(find([LINE_OF_20_WORDS]))
        times.append(time.perf_counter() - began)
    return sorted(times)[len(times) // 2]


def peak_bytes() -> int:
    """The most memory this process has had, without what it was when its parent forked it."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024
    import resource  # not on Windows, where the page of help is read, too

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def main(name: str, settings: PeerSettings) -> None:
    """Open the peer and obey."""
    find = PEERS[name].open(settings)
    list(find([FIRST_LINE]))
    print("ready", flush=True)
    for request in map(json.loads, sys.stdin):
        if request["do"] == "run":
            print(_run(find, Path(request["text"]), Path(request["out"])), flush=True)
        elif request["do"] == "line":
            print(_line_seconds(find), flush=True)
        else:
            print(peak_bytes(), flush=True)


def as_argument(settings: PeerSettings) -> str:
    """The settings as `main`'s process reads them."""
    return json.dumps(asdict(settings))


if __name__ == "__main__":
    main(sys.argv[1], PeerSettings(**json.loads(sys.argv[2])))
