"""The `nertag-eval` command: models on annotated files."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

import click

from export.score_tables import Result, as_json, as_markdown, as_table, report
from export.tags import REPAIRS
from tagcli.backends import BACKENDS, DEVICES
from tagcli.errors import NertagError, UsageError, say
from tagcli.languages import AUTO, LANGUAGES

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
    from export.evaluation import ALIASES, EvaluationOptions, evaluate_file
    from tagcli.tagger import load

    files = [argument for argument in arguments if Path(argument).is_file()]
    models = [argument for argument in arguments if argument not in files] or [BUNDLED]
    if not files:
        raise UsageError(f"no test file among {', '.join(arguments) or 'the arguments'}")
    types = options["types"]
    wanted = None if types is None else tuple(name.strip() for name in types.split(","))
    names = {**ALIASES, **dict(map(read_renaming, options["renamed"]))}
    scoring = EvaluationOptions(wanted, options["rules"], names)
    results = []
    for model in models:
        tagger = load(
            None if model == BUNDLED else model,
            **{name: options[name] for name in ("backend", "device", "lang", "threads")},
            note=_say,
        )
        for file in files:
            _say(f"{model} on {file}")
            evaluation = evaluate_file(tagger, Path(file), scoring)
            interval = evaluation.counts.interval(options["bootstrap"])
            results.append(Result(model, file, scoring.rules, evaluation, interval))
    return results


def read_renaming(pair: str) -> tuple[str, str]:
    """OLD=NEW taken apart; raises UsageError for anything else."""
    name, joint, renamed = pair.partition("=")
    if not joint or not name or not renamed:
        raise UsageError(f"--map {pair}: say it as OLD=NEW")
    return name, renamed
