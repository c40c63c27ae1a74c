"""The `nertag-train` command: a recipe or a few options into a trained and exported model."""

from __future__ import annotations

import os
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import click

from export.commands.failures import failures_as_sentences
from export.corpora.source import Source
from export.training.recipes import RECIPE, ROLES, Recipe, make_recipe, read_recipe
from tagcli.cli.help_page import GroupedCommand
from tagcli.errors import say

_NEEDED = (
    "torch", "transformers", "accelerate", "datasets", "seqeval", "onnx", "optimum.exporters.onnx",
)  # fmt: skip
_say = partial(say, "nertag-train")


_GROUPS = {
    "Corpora": ("--train", "--dev", "--test", "--data-dir"),
    "Model": ("--base", "--out", "--freeze-embeddings", "--freeze-layers"),
    "Learning": ("--epochs", "--rate", "--head-rate", "--batch-tokens", "--label-smoothing",
                 "--seed"),
    "Run": ("--recipe", "--patience", "--max-minutes", "--resume"),
}  # fmt: skip
_EXAMPLES = """
  nertag-train --train a.conll --dev b.conll --base xlm-roberta-base \\
      --out my-model
  nertag-train --recipe recipe.toml --max-minutes 60 --out my-model
  nertag-train --resume --out my-model
  nertag --model my-model doc.txt
"""


@click.command(
    cls=GroupedCommand, groups=_GROUPS, epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
@click.option(
    "--recipe",
    "recipe_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="A TOML file with any of these settings; options override it.",
)
@click.option(
    "--train",
    multiple=True,
    metavar="SOURCE",
    help="Corpus to train on: a CoNLL or JSONL file, NAME/LANGUAGE in the data folder, "
    "hub:OWNER/NAME/CONFIG or disk:PATH; may be repeated.",
)
@click.option(
    "--dev",
    multiple=True,
    metavar="SOURCE",
    help="Corpus to choose the best checkpoint on; may be repeated.",
)
@click.option(
    "--test",
    multiple=True,
    metavar="SOURCE",
    help="Corpus to measure F1 on at the end; may be repeated.",
)
@click.option("--base", metavar="DIR|NAME", help="The pretrained encoder to begin with.")
@click.option(
    "--out",
    "out_dir",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="The run's folder, in the end a model directory.",
)
@click.option(
    "--data-dir",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="Folder of corpora (LANGUAGE/NAME.train.conll) and encoders (bases/NAME); "
    "default: the environment's NERTAG_DATA.",
)
@click.option("--epochs", type=int, help="How often to go through the train set (3).")
@click.option("--rate", type=float, help="Learning rate of the encoder (5e-5).")
@click.option("--head-rate", type=float, help="Learning rate of the classifier (1e-3).")
@click.option("--batch-tokens", type=int, help="Tokens in a batch at most (1536).")
@click.option("--freeze-embeddings", is_flag=True, default=None, help="Leave the embeddings alone.")
@click.option("--freeze-layers", type=int, help="Leave the embeddings and that many layers alone.")
@click.option("--label-smoothing", type=float, help="Share of the probability that is spread (0).")
@click.option("--patience", type=int, help="Stop after so many evaluations without a better F1.")
@click.option("--seed", type=int, help="Seed of weights, batches and dropout (1).")
@click.option("--max-minutes", type=float, help="End in order then, with the best checkpoint.")
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint in --out.")
@failures_as_sentences(_say, _NEEDED, "training")
def main(
    recipe_file: Path | None, out_dir: Path, data_dir: Path | None, resume: bool, **options: Any
) -> None:
    """Fine-tune an encoder on annotated text, export it and measure it.

    --out becomes a model directory with safetensors and ONNX, beside its recipe, log, metrics and
    model card.
    """  # fmt: skip
    if resume and recipe_file is None:
        recipe_file = out_dir / RECIPE
    _train(_recipe(recipe_file, options), out_dir, data_dir, resume)


def _recipe(recipe_file: Path | None, options: dict[str, Any]) -> Recipe:
    settings = read_recipe(recipe_file) if recipe_file else {}
    for name, value in options.items():
        if name in ROLES and value:
            settings[name] = tuple(Source(place, name) for place in value)
        elif name not in ROLES and value is not None:
            settings[name] = value
    return make_recipe(settings)


def _train(recipe: Recipe, out_dir: Path, data_dir: Path | None, resume: bool) -> None:
    warnings.filterwarnings("ignore")  # of the libraries, about themselves
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from export.training.run import run_recipe

    is_first = int(os.environ.get("RANK", "0")) == 0
    run_recipe(recipe, out_dir, _say if is_first else _mute, data_dir=data_dir, resume=resume)
    if is_first:
        _say(f"{out_dir}: try nertag --model {out_dir}")


def _mute(message: str) -> None:
    """Only the first of several processes speaks."""
