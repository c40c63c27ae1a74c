"""The `nertag-export` command: a checkpoint into a model directory, measured."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from export.commands.failures import failures_as_sentences
from export.commands.options import recipe_tests
from export.quantisation.method_scores import MethodScore, method_rows
from export.quantisation.methods import DEFAULT, METHODS
from export.quantisation.model_export import ExportOptions, export_model
from export.tables import as_table
from tagcli.cli.choices import Choice
from tagcli.cli.help_page import GroupedCommand
from tagcli.cli.name_lists import names_of
from tagcli.errors import UsageError, say

if TYPE_CHECKING:
    from collections.abc import Sequence

_NEEDED = ("torch", "transformers", "onnx", "optimum", "optimum.exporters.onnx")
_say = partial(say, "nertag-export")


_GROUPS = {
    "Quantisation": ("--method", "--float", "--best", "--max-f1-loss", "--calibrate"),
    "Tests": ("--test", "--recipe", "--data-dir"),
    "Vocabulary": ("--keep-languages", "--keep-text"),
}
_EXAMPLES = """
  nertag-export my-checkpoint my-model --test test.conll
  nertag-export my-checkpoint my-model --best --test test.conll \\
      --calibrate train.conll
  nertag-export my-checkpoint my-model --keep-languages de,fr,it,en,ko
"""


@click.command(
    cls=GroupedCommand, groups=_GROUPS, epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)  # fmt: skip
@click.argument("checkpoint", type=click.Path(path_type=Path))
@click.argument("out_dir", type=click.Path(path_type=Path))
@click.option("--float", "keep_float", is_flag=True,
              help="Keep float weights, for CUDA; without it they are quantised, for the CPU.")
@click.option("--method", type=Choice(METHODS), default=DEFAULT,
              help="How to quantise; " + "; ".join(f"{n}: {m.summary}" for n, m in METHODS.items()))
@click.option("--best", is_flag=True,
              help="Try every method on the test files, show what each costs, and keep the fastest "
              "within --max-f1-loss.")
@click.option("--test", "tests", multiple=True, metavar="FILE", type=click.Path(path_type=Path),
              help="Measure F1 on this CoNLL, JSONL or brat file, before and after; may be "
              "repeated.")
@click.option("--recipe", metavar="FILE", type=click.Path(path_type=Path),
              help="Measure F1 on the test sources of this training recipe, too.")
@click.option("--data-dir", metavar="DIR", type=click.Path(path_type=Path),
              help="Where the recipe's sources are; default: NERTAG_DATA.")
@click.option("--calibrate", "texts", multiple=True, metavar="FILE",
              type=click.Path(path_type=Path),
              help="Text, CoNLL or JSONL to see usual activations on; not a test file; may be "
              "repeated.")
@click.option("--max-f1-loss", "max_loss", default=0.3, metavar="POINTS",
              type=click.FloatRange(min=0),
              help="Refuse a model that loses more points of F1 on a test file.")
@click.option("--keep-languages", metavar="A,B",
              help="Cut the vocabulary to pieces of these languages: de, en, fr, it, ko.")
@click.option("--keep-text", "kept_texts", multiple=True, metavar="FILE",
              type=click.Path(path_type=Path),
              help="Cut the vocabulary to pieces used in this file, or in it in small letters or "
              "capitals; may be repeated.")
@click.option("--license", "licence", metavar="NAME",
              help="Licence of the weights; default: what the checkpoint's config.json says.")
@failures_as_sentences(_say, _NEEDED, "exporting")
def main(
    checkpoint: Path, out_dir: Path, keep_float: bool, method: str, best: bool,
    tests: tuple[Path, ...], recipe: Path | None, data_dir: Path | None, texts: tuple[Path, ...],
    max_loss: float, keep_languages: str | None, kept_texts: tuple[Path, ...], licence: str | None,
) -> None:
    """Export CHECKPOINT, a Hugging Face token-classification model, to OUT_DIR for nertag.

    OUT_DIR gets model.onnx (quantised: and weights.safetensors), tokenizer.json, config.json and
    README.md, the model card.
    """  # fmt: skip
    source = click.get_current_context().get_parameter_source("method")
    if best and source is not ParameterSource.DEFAULT:
        raise UsageError(f"--best tries every method: leave out --method {method}")
    languages = names_of(keep_languages) if keep_languages else ()
    options = ExportOptions(
        method, keep_float, best, max_loss, tests, texts, languages, kept_texts, licence
    )
    of_recipe = recipe_tests(recipe, data_dir, _say)
    made = export_model(checkpoint, out_dir, options, of_recipe, _say, _show)
    _say(f"{out_dir}: {made.method}, {made.size_bytes / 1e6:.1f} MB")


def _show(scores: Sequence[MethodScore]) -> None:
    click.echo(as_table(method_rows(scores)))
