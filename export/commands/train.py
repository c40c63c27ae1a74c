"""The `nertag-train` command: a recipe or a few options into a trained and exported model."""

from __future__ import annotations

import os
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from export.commands.failures import failures_as_sentences
from export.commands.options import READING_OPTIONS, reading_options
from tagcli.cli.help_page import GroupedCommand
from tagcli.errors import say

if TYPE_CHECKING:
    from export.corpora.source import FileReading

_NEEDED = (
    "torch", "transformers", "accelerate", "datasets", "onnx", "optimum.exporters.onnx", "msgspec",
    "tomli_w",
)  # fmt: skip
_say = partial(say, "nertag-train")


_GROUPS = {
    "Corpora": ("--train", "--dev", "--test", "--data-dir", *READING_OPTIONS),
    "Model": ("--base", "--out", "--freeze-embeddings", "--freeze-layers",
              "--license"),
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
@click.option("--epochs", type=int,
              help="How often to go through the train set (3; a small one more often).")
@click.option("--rate", type=float,
              help="Learning rate of the encoder (5e-5; of a narrow one 1e-4).")
@click.option("--head-rate", type=float, help="Learning rate of the classifier (1e-3).")
@click.option("--batch-tokens", type=int,
              help="Tokens in a batch at most (1536; for a small train set fewer).")
@click.option("--freeze-embeddings/--train-embeddings", default=None,
              help="Leave the embeddings alone, or do not; a small train set leaves them.")
@click.option("--freeze-layers", type=int, help="Leave the embeddings and that many layers alone.")
@click.option("--label-smoothing", type=float, help="Share of the probability that is spread (0).")
@click.option("--patience", type=int, help="Stop after so many evaluations without a better F1.")
@click.option("--seed", type=int, help="Seed of weights, batches and dropout (1).")
@click.option("--max-minutes", type=float, help="End in order then, with the best checkpoint.")
@click.option("--license", "licence", metavar="NAME",
              help="Licence of the weights; default: what the base's and the teachers' ask for.")
@click.option("--resume", is_flag=True, help="Go on from the last checkpoint in --out.")
@reading_options
@failures_as_sentences(_say, _NEEDED, "training")
def main(
    recipe_file: Path | None, train: tuple[str, ...], dev: tuple[str, ...], test: tuple[str, ...],
    base: str | None, out_dir: Path, data_dir: Path | None, epochs: int | None, rate: float | None,
    head_rate: float | None, batch_tokens: int | None, freeze_embeddings: bool | None,
    freeze_layers: int | None, label_smoothing: float | None, patience: int | None,
    seed: int | None, max_minutes: float | None, licence: str | None, resume: bool,
    reading: FileReading,
) -> None:
    """Fine-tune an encoder on annotated text, export it and measure it.

    --out becomes a model directory with safetensors and ONNX, beside its recipe, log, metrics and
    model card.
    """  # fmt: skip
    warnings.filterwarnings("ignore")  # of the libraries, about themselves
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from export.training.recipe import Overrides
    from export.training.run import train as train_model

    overrides = Overrides(
        base=base, train=train, dev=dev, test=test, epochs=epochs, rate=rate, head_rate=head_rate,
        batch_tokens=batch_tokens, freeze_embeddings=freeze_embeddings,
        freeze_layers=freeze_layers, label_smoothing=label_smoothing, patience=patience, seed=seed,
        max_minutes=max_minutes, license=licence, reading=reading,
    )  # fmt: skip
    train_model(recipe_file, overrides, out_dir, _say, data_dir=data_dir, resume=resume)
