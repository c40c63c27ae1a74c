"""The `nertag-eval` command: models on annotated files."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from export.extras import check_packages
from export.score_tables import Result, as_json, as_markdown, as_table, report
from export.tags import REPAIRS
from tagcli.backends import BACKENDS, DEVICES
from tagcli.errors import NertagError, UsageError, say
from tagcli.languages import AUTO, LANGUAGES

if TYPE_CHECKING:
    from tagcli.tagger import Tagger

BUNDLED = "bundled"
_say = partial(say, "nertag-eval")


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("models_and_files", nargs=-1, metavar="[MODEL]... FILE...")
@click.option("--types", metavar="A,B", help="Score these types; default: those of the gold.")
@click.option("--map", "renamed", multiple=True, metavar="A=B",
              help="Call type A of the gold B, or drop it (A=O); may be repeated.")
@click.option("--rules", type=click.Choice(list(REPAIRS)), default="conlleval",
              help="How illegal tags in the gold are read.")
@click.option("--confusion", is_flag=True, help="Show which types were taken for which.")
@click.option("--bootstrap", metavar="N", default=1000, type=click.IntRange(min=0),
              help="Resamples for the interval of F1; 0 leaves it out.")
@click.option("--losses", metavar="FILE",
              help="Write the loss of every token to FILE (.parquet or .csv), a page to look at "
              "beside it (.html), and show what carries the loss.")
@click.option("--format", "output_format", default="table",
              type=click.Choice(["table", "markdown", "json"]), help="What comes out.")
@click.option("--lang", type=click.Choice([AUTO, *LANGUAGES]), default=AUTO,
              help="Language of the files.")
@click.option("--backend", type=click.Choice([AUTO, *BACKENDS]), default=AUTO,
              help="What runs the models.")
@click.option("--device", type=click.Choice(DEVICES), default=AUTO, help="Where they run.")
@click.option("--threads", type=click.IntRange(min=1), help="Use this many cores.")
def main(models_and_files: tuple[str, ...], **options: Any) -> None:
    """Precision, recall and F1 of models on annotated files, as nertag would tag them.

    An argument that is a file is scored, CoNLL or JSONL; any other is a model: a directory, a hub
    id, or "bundled", which is also the default.

    \b
      nertag-eval test.conll
      nertag-eval model-de model-fr de.conll fr.conll --format markdown
    """  # fmt: skip
    try:
        if options["losses"] is not None:
            click.echo(_losses(models_and_files, options), nl=False)
            return
        results = _evaluate(models_and_files, options)
    except NertagError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    if options["output_format"] == "json":
        click.echo(as_json(results), nl=False)
    else:
        render = as_markdown if options["output_format"] == "markdown" else as_table
        click.echo(report(results, render, options["confusion"]), nl=False)


def _evaluate(arguments: tuple[str, ...], options: dict[str, Any]) -> list[Result]:
    from export.evaluation import EvaluationOptions, evaluate_file

    models, files = _models_and_files(arguments)
    types = options["types"]
    wanted = None if types is None else tuple(name.strip() for name in types.split(","))
    scoring = EvaluationOptions(wanted, options["rules"], _names(options))
    results = []
    for model in models:
        tagger = _load(model, options)
        for file in files:
            _say(f"{model} on {file}")
            evaluation = evaluate_file(tagger, Path(file), scoring)
            interval = evaluation.counts.interval(options["bootstrap"])
            results.append(Result(model, file, scoring.rules, evaluation, interval))
    return results


def _models_and_files(arguments: tuple[str, ...]) -> tuple[list[str], list[str]]:
    files = [argument for argument in arguments if Path(argument).is_file()]
    models = [argument for argument in arguments if argument not in files] or [BUNDLED]
    if not files:
        raise UsageError(f"no test file among {', '.join(arguments) or 'the arguments'}")
    return models, files


def _names(options: dict[str, Any]) -> dict[str, str]:
    from export.evaluation import ALIASES

    return {**ALIASES, **dict(map(read_renaming, options["renamed"]))}


def _load(model: str, options: dict[str, Any]) -> Tagger:
    from tagcli.tagger import load

    settings = {name: options[name] for name in ("backend", "device", "lang", "threads")}
    return load(None if model == BUNDLED else model, **settings, note=_say)


def _losses(arguments: tuple[str, ...], options: dict[str, Any]) -> str:
    """The loss of one model on one file: written, drawn, and as tables."""
    check_packages(["datasets", "pandas"], "--losses")
    from export.loss_page import loss_page, loss_tables
    from export.losses import token_losses, write_losses
    from export.sources import Source, load_source

    (models, files), path = _models_and_files(arguments), Path(options["losses"])
    if len(models) > 1 or len(files) > 1:
        raise UsageError("--losses takes one model and one file")
    if path.suffix not in (".parquet", ".csv"):
        raise UsageError(f"{path}: --losses writes .parquet or .csv")
    language = None if options["lang"] == AUTO else options["lang"]
    rules = options["rules"]
    source = Source(files[0], "test", language=language, labels=_names(options), repair=rules)
    losses = token_losses(_load(models[0], options), load_source(source))
    write_losses(losses, str(path))
    page = path.with_suffix(".html")
    page.write_text(loss_page(losses, f"{models[0]} on {files[0]}"), encoding="utf-8")
    _say(f"{path} and {page} are written")
    return "\n".join(map(as_table, loss_tables(losses)))


def read_renaming(pair: str) -> tuple[str, str]:
    """OLD=NEW taken apart; raises UsageError for anything else."""
    name, joint, renamed = pair.partition("=")
    if not joint or not name or not renamed:
        raise UsageError(f"--map {pair}: say it as OLD=NEW")
    return name, renamed
