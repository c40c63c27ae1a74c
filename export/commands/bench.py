"""The `nertag-bench` command: nertag beside its peers and beside what the processor can do."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from export.benchmark.comparison import Comparison
from export.benchmark.run import KINDS, Plan, benchmark
from export.benchmark.tables import heading, rows_of
from export.commands.failures import failures_as_sentences
from export.tables import as_markdown, as_table
from tagcli.cli.choices import Choice
from tagcli.cli.help_page import GroupedCommand
from tagcli.cli.name_lists import names_of
from tagcli.errors import say

_say = partial(say, "nertag-bench")


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
              help=f"Peers to run beside nertag: {', '.join(KINDS)}.")
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
@click.option("--device", type=Choice(["cpu", "cuda"]), default="cpu",
              help="Where nertag, transformers and optimum run.")
@click.option("--growth", metavar="PAIRS", default=0, type=click.IntRange(min=0),
              help="Also run text and ten times the text so often in turn.")
@click.option("--markdown", is_flag=True, help="Tables of Markdown.")
@failures_as_sentences(_say, ("onnx", "datasets"), "nertag-bench")
def main(
    text: Path, against: str, model: str | None, checkpoint: Path | None, spacy_model: str,
    rounds: int, sentences: int | None, threads: int | None, device: str, growth: int,
    markdown: bool,
) -> None:
    """Measure speed, start, memory and F1 of nertag and its peers on the same text, in one run.

    All take turns, after one to warm up; the ratios are those of each turn. Then the rate of
    matrix products at the model's own shapes, and the share of it that tagging reaches.
    """  # fmt: skip
    plan = Plan(
        text=text, kinds=[kind for kind in names_of(against) if kind], model=model,
        checkpoint=checkpoint, spacy_model=spacy_model, rounds=rounds, sentences=sentences,
        threads=threads, device=device, growth=growth,
    )  # fmt: skip
    render = as_markdown if markdown else as_table
    for finding in benchmark(plan, _say):
        if isinstance(finding, Comparison):
            click.echo(f"{heading(finding)}\n")
        click.echo(render(rows_of(finding)))
