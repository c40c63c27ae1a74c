"""The `nertag-bench` command: nertag beside its peers and beside what the processor can do."""

from __future__ import annotations

import importlib.util
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from export.benchmark.comparison import compare, f1_of
from export.benchmark.limit import measure_limit
from export.benchmark.peers import PEERS, Settings
from export.benchmark.processes import measure_growth, measure_start
from export.benchmark.tables import growth_rows, limit_rows, peer_rows, start_rows
from export.commands.failures import failures_as_sentences
from export.optional_packages import check_packages
from export.tables import Rows, as_markdown, as_table
from tagcli.backends.cores import usable_cores
from tagcli.cli.help_page import GroupedCommand
from tagcli.errors import UsageError, say
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_documents
from tagcli.readers.inputs import Input

if TYPE_CHECKING:
    from export.corpora.examples import Example

_STARTS = 5
_say = partial(say, "nertag-bench")
_KINDS = ("transformers", "optimum", "spacy")


_GROUPS = {
    "Text": ("--text", "--sentences"),
    "Contenders": ("--against", "--model", "--checkpoint", "--spacy-model"),
    "Running": ("--rounds", "--growth", "--threads", "--device"),
}
_EXAMPLES = """
  nertag-bench --text wikineural.test.conll --sentences 500
  nertag-bench --text wikineural.test.conll --against transformers,optimum \\
      --checkpoint my-checkpoint
"""


@click.command(
    cls=GroupedCommand, groups=_GROUPS, epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)  # fmt: skip
@click.option("--text", required=True, metavar="FILE", type=click.Path(path_type=Path),
              help="Plain text, a sentence a line, or CoNLL or JSONL with gold, which gives F1.")
@click.option("--against", default="", show_default=False, metavar="A,B",
              help=f"Peers to run beside nertag: {', '.join(_KINDS)}.")
@click.option("--model", metavar="DIR", help="nertag's model; default: the bundled one.")
@click.option("--checkpoint", metavar="DIR", type=click.Path(path_type=Path),
              help="The float checkpoint that transformers and optimum run.")
@click.option("--spacy-model", default="fr_core_news_sm", metavar="NAME",
              help="The pipeline whose NER spacy runs.")
@click.option("--rounds", metavar="N", default=3, type=click.IntRange(min=1),
              help="Turns that count.")
@click.option("--sentences", metavar="N", type=click.IntRange(min=1),
              help="Take the first N sentences only.")
@click.option("--threads", metavar="N", type=click.IntRange(min=1),
              help="Cores for each; default: all.")
@click.option("--device", type=click.Choice(["cpu", "cuda"]), default="cpu",
              help="Where nertag, transformers and optimum run.")
@click.option("--growth", metavar="PAIRS", default=0, type=click.IntRange(min=0),
              help="Also run text and ten times the text so often in turn.")
@click.option("--markdown", is_flag=True, help="Tables of Markdown.")
@failures_as_sentences(_say, ("onnx", "datasets"), "nertag-bench")
def main(text: Path, against: str, **options: Any) -> None:
    """Measure speed, start, memory and F1 of nertag and its peers on the same text, in one run.

    All take turns, after one to warm up; the ratios are those of each turn. Then the rate of
    matrix products at the model's own shapes, and the share of it that tagging reaches.
    """  # fmt: skip
    _bench(text, _peers(against, options), options)


def _peers(against: str, options: dict[str, Any]) -> list[str]:
    """nertag, and the peers of the kinds that are named; a kind that is not installed is said."""
    chosen = ["nertag"]
    for kind in filter(None, against.split(",")):
        if kind not in _KINDS:
            raise UsageError(f"--against {kind}: it is none of {', '.join(_KINDS)}")
        names = [name for name in PEERS if name.partition(",")[0] == kind]
        if not _is_installed(PEERS[names[0]].package):
            _say(f"{kind} is not installed and left out")
            continue
        if PEERS[names[0]].needs_checkpoint and options["checkpoint"] is None:
            raise UsageError(f"{kind} needs --checkpoint, the float model to run")
        chosen += names
    return chosen


def _is_installed(package: str) -> bool:
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:  # of the package it is in
        return False


def _bench(path: Path, peers: list[str], options: dict[str, Any]) -> None:
    threads = options["threads"] or usable_cores()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines, gold = _lines_and_gold(path, options["sentences"])
        text = folder / "text.txt"
        text.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        settings = Settings(
            model=options["model"],
            checkpoint=None if options["checkpoint"] is None else str(options["checkpoint"]),
            float_model=_float_model(options["checkpoint"], peers, folder),
            spacy=options["spacy_model"],
            device=options["device"],
            threads=threads,
        )
        measured, outputs = compare(peers, settings, text, folder, options["rounds"], _say)
        for one in measured:
            one.f1 = f1_of(outputs[one.name], gold) if gold else None
        words = sum(len(line.split()) for line in lines)
        show = partial(_show, as_markdown if options["markdown"] else as_table)
        click.echo(f"{path.name}: {len(lines)} lines, {words} words; {threads} threads on "
                   f"{options['device']}, {options['rounds']} rounds\n")  # fmt: skip
        show(peer_rows(measured, words))
        show(limit_rows(measure_limit(settings, lines, words, measured[0])))
        chosen = ["--model", settings.model] if settings.model else []
        chosen += ["--threads", str(threads), "--device", settings.device]
        show(start_rows(measure_start(_STARTS, chosen)))
        if options["growth"]:
            show(growth_rows(measure_growth(text, chosen, folder, options["growth"], _say)))


def _show(render: Callable[[Rows], str], rows: Rows) -> None:
    click.echo(render(rows))


def _lines_and_gold(path: Path, count: int | None) -> tuple[list[str], list[Example]]:
    """The text a line a record, and its gold where it has any."""
    from export.corpora.examples import examples_of
    from export.corpora.source import Source
    from export.corpora.sources import load_source

    found = Input(str(path))
    documents = [document for document in read_documents(found, None, ReaderOptions())]
    documents = [document for document in documents if document.text][:count]
    if not documents:
        raise UsageError(f"{path} holds no text")
    if documents[0].conll is None and "entities" not in documents[0].fields:
        return [_one_line(document.text) for document in documents], []
    corpus = load_source(Source(str(path), "test", cap=count, repair="conlleval"))
    gold = [example for example in examples_of(corpus.dataset) if example.text]
    return [_one_line(example.text) for example in gold], gold


def _one_line(text: str) -> str:
    return text.replace("\r", " ").replace("\n", " ")  # as long as before: offsets hold


def _float_model(checkpoint: Path | None, peers: list[str], folder: Path) -> str | None:
    """The checkpoint as ONNX, if a peer wants it."""
    if checkpoint is None or not any(name.startswith("optimum") for name in peers):
        return None
    check_packages(["optimum.exporters.onnx"], "the optimum peer")
    from export.model_directory.onnx_export import export_float

    _say(f"exporting {checkpoint} to ONNX")
    return str(export_float(checkpoint, folder / "float"))
