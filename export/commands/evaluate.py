"""The `nertag-eval` command: models on annotated text."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from export.commands.failures import failures_as_sentences
from export.commands.options import (
    READING_OPTIONS,
    read_renaming,
    reading_options,
    recipe_tests,
)
from export.corpora.source import SPLITS, FileReading
from export.corpora.tags import REPAIRS
from export.evaluation.arguments import GoldOptions, load_gold, models_and_places
from export.evaluation.evaluate import EvaluationOptions
from export.evaluation.loss_report import check_losses, loss_tables, report_losses
from export.evaluation.report import Shown, as_json, report
from export.evaluation.results import Load, Result, score_models
from export.optional_packages import check_packages
from export.tables import as_markdown, as_table
from tagcli.backends.registry import BACKENDS, DEVICES
from tagcli.cli.choices import Choice
from tagcli.cli.help_page import GroupedCommand
from tagcli.cli.name_lists import names_of
from tagcli.errors import UsageError, say
from tagcli.languages import AUTO, LANGUAGES
from tagcli.models.directory import DEFAULT
from tagcli.tagger import load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NOT_FOR_LOSSES = {
    "recipe": "--recipe", "types": "--types", "confusion": "--confusion",
    "thresholds": "--thresholds", "wanted": "--precision",
    "bootstrap": "--bootstrap", "output_format": "--format", "wrong": "--wrong",
}  # fmt: skip
_say = partial(say, "nertag-eval")


_GROUPS = {
    "Gold": ("--recipe", "--data-dir", "--split", "--lang", *READING_OPTIONS, "--rules", "--types",
             "--map"),
    "Output": ("--format", "--confusion", "--thresholds", "--precision", "--bootstrap", "--wrong",
               "--losses"),
    "Running": ("--backend", "--device", "--threads"),
}
_EXAMPLES = """
  nertag-eval test.conll
  nertag-eval model-de model-fr de.conll fr.conll --format markdown
  nertag-eval my-model --recipe my-model/recipe.toml
  nertag-eval my-model test.conll --wrong wrong.jsonl
  nertag-eval my-model test.conll --losses losses.parquet
"""


@click.command(
    cls=GroupedCommand, groups=_GROUPS, epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)  # fmt: skip
@click.argument("models_and_files", nargs=-1, metavar="[MODEL]... FILE...")
@click.option("--recipe", metavar="FILE", type=click.Path(path_type=Path),
              help="Score on the test sources of this training recipe, read as it says.")
@click.option("--types", metavar="A,B", help="Score these types; default: those of the gold.")
@click.option("--map", "renamed", multiple=True, metavar="A=B",
              help="Call type A of the gold B, or drop it (A=O); may be repeated. Without it the "
              "types of klue, klp2016 and wnut17 are called PER, ORG and LOC where the model knows "
              "only these; A=A leaves A alone.")
@click.option("--rules", type=Choice(REPAIRS), default="conlleval",
              help="How illegal tags in the gold are read.")
@click.option("--confusion", is_flag=True, help="Show which types were taken for which.")
@click.option("--thresholds", is_flag=True,
              help="Show precision and recall from a score on, and whether scores are as often "
              "right as they say.")
@click.option("--precision", "wanted", metavar="P", type=click.FloatRange(0, 1, min_open=True),
              help="Show the score from which on this share of the entities is right.")
@click.option("--bootstrap", metavar="N", default=1000, type=click.IntRange(min=0),
              help="Resamples for the interval of F1; 0 leaves it out.")
@click.option("--wrong", metavar="FILE", type=click.Path(path_type=Path),
              help="Write every wrong span with its sentence to FILE, as JSONL.")
@click.option("--losses", metavar="FILE", type=click.Path(path_type=Path),
              help="Write the loss of every token to FILE (.parquet or .csv), a page to look at "
              "beside it (.html), and show what carries the loss.")
@click.option("--format", "output_format", default="table",
              type=Choice(["table", "markdown", "json"]), help="What comes out.")
@click.option("--data-dir", metavar="DIR", type=click.Path(path_type=Path),
              help="Folder of corpora (LANGUAGE/NAME.test.conll); default: NERTAG_DATA.")
@click.option("--split", type=Choice(SPLITS), default="test",
              help="Which split of a NAME/LANGUAGE or a dataset.")
@click.option("--lang", type=Choice([AUTO, *LANGUAGES]), default=AUTO,
              help="Language of the files.")
@reading_options
@click.option("--backend", type=Choice([AUTO, *BACKENDS]), default=AUTO,
              help="What runs the models.")
@click.option("--device", type=Choice(DEVICES), default=AUTO, help="Where they run.")
@click.option("--threads", metavar="N", type=click.IntRange(min=1), help="Use this many cores.")
@failures_as_sentences(_say)
def main(
    models_and_files: tuple[str, ...], recipe: Path | None, types: str | None,
    renamed: tuple[str, ...], rules: str, confusion: bool, thresholds: bool, wanted: float | None,
    bootstrap: int, wrong: Path | None,
    losses: Path | None, output_format: str, data_dir: Path | None, split: str, lang: str,
    reading: FileReading, backend: str, device: str, threads: int | None,
) -> None:
    """Precision, recall and F1 of models on annotated files, as nertag would tag them.

    An argument that is a file, CoNLL, JSONL or brat (NAME.ann beside NAME.txt), - for standard
    input, a folder of brat documents, NAME/LANGUAGE in the data folder, disk:PATH (a saved dataset
    of the datasets library) or hub:OWNER/NAME/CONFIG is scored; any other is a model: a directory,
    a bundled one by its name, or a hub id. Without one it is the default model.
    """  # fmt: skip
    gold = GoldOptions(data_dir, split, lang, rules, reading)
    models, places = models_and_places(models_and_files, gold)
    if not places and recipe is None:
        raise _no_tests(models_and_files)
    if not places and reading != FileReading():
        raise UsageError("a recipe's tests say themselves how they are read")
    open_model = partial(
        load, backend=backend, device=device, threads=threads, lang=lang, note=_say
    )
    names = dict(map(read_renaming, renamed))
    if losses is not None:
        click.echo(_losses(models, places, open_model, gold, names, losses), nl=False)
        return
    tests = recipe_tests(recipe, data_dir, _say)
    tests |= {name: load_gold(place, gold, _say) for name, place in places.items()}
    options = EvaluationOptions(None if types is None else tuple(names_of(types)), names)
    results = score_models(
        models, tests, open_model, options, resamples=bootstrap, wrong=wrong, note=_say
    )
    shown = Shown(confusion=confusion, thresholds=thresholds, precision=wanted)
    click.echo(_shown(results, output_format, shown), nl=False)


def _no_tests(arguments: Sequence[str]) -> UsageError:
    return UsageError(
        f"no test file among {', '.join(arguments) or 'the arguments'}: name a CoNLL, JSONL or "
        "brat file, a folder of brat documents, NAME/LANGUAGE with --data-dir or NERTAG_DATA, "
        "disk:PATH, hub:OWNER/NAME, or a --recipe with tests"
    )


def _shown(results: Sequence[Result], output_format: str, shown: Shown) -> str:
    if output_format == "json":
        return as_json(results, shown)
    return report(results, as_markdown if output_format == "markdown" else as_table, shown)


def _losses(
    models: Sequence[str | None], places: Mapping[str, str], open_model: Load,
    gold: GoldOptions, names: Mapping[str, str], path: Path,
) -> str:
    """The tables of the loss of one model on one file."""  # fmt: skip
    check_packages(["pandas"], "--losses")
    check_losses(models, places, path)
    _check_options_for_losses()
    ((model, (name, place)),) = zip(models, places.items(), strict=True)
    corpus, tagger = load_gold(place, gold, _say), open_model(model)
    title = f"{model or DEFAULT} on {name}"
    losses = report_losses(tagger, corpus, path, title, names, _say)
    return "\n".join(map(as_table, loss_tables(losses)))


def _check_options_for_losses() -> None:
    context = click.get_current_context()
    for name, option in _NOT_FOR_LOSSES.items():
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise UsageError(f"{option} is not for --losses")
