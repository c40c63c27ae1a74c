"""The `nertag-eval` command: models on annotated text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from export.commands.failures import failures_as_sentences
from export.corpora.brat import TXT, brat_files
from export.corpora.places import NoSuchSourceError, find_file, is_dataset
from export.corpora.source import SPLITS
from export.corpora.tags import REPAIRS
from export.evaluation.report import Result, as_json, report
from export.optional_packages import check_packages
from export.tables import as_markdown, as_table
from tagcli.backends.registry import BACKENDS, DEVICES
from tagcli.cli.help_page import GroupedCommand
from tagcli.errors import UsageError, say
from tagcli.languages import AUTO, LANGUAGES
from tagcli.models.directory import DEFAULT
from tagcli.output.destination import Output

if TYPE_CHECKING:
    from export.corpora.sources import Corpus
    from export.evaluation.wrong_spans import WrongSpan
    from tagcli.tagger import Tagger
from export.commands.options import read_renaming

_NOT_FOR_LOSSES = {
    "recipe": "--recipe", "types": "--types", "confusion": "--confusion",
    "bootstrap": "--bootstrap", "output_format": "--format", "wrong": "--wrong",
}  # fmt: skip
_say = partial(say, "nertag-eval")


_GROUPS = {
    "Gold": ("--recipe", "--data-dir", "--split", "--lang", "--rules", "--types", "--map"),
    "Output": ("--format", "--confusion", "--bootstrap", "--wrong", "--losses"),
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
@click.option("--rules", type=click.Choice(list(REPAIRS)), default="conlleval",
              help="How illegal tags in the gold are read.")
@click.option("--confusion", is_flag=True, help="Show which types were taken for which.")
@click.option("--bootstrap", metavar="N", default=1000, type=click.IntRange(min=0),
              help="Resamples for the interval of F1; 0 leaves it out.")
@click.option("--wrong", metavar="FILE", type=click.Path(path_type=Path),
              help="Write every wrong span with its sentence to FILE, as JSONL.")
@click.option("--losses", metavar="FILE",
              help="Write the loss of every token to FILE (.parquet or .csv), a page to look at "
              "beside it (.html), and show what carries the loss.")
@click.option("--format", "output_format", default="table",
              type=click.Choice(["table", "markdown", "json"]), help="What comes out.")
@click.option("--data-dir", metavar="DIR", type=click.Path(path_type=Path),
              help="Folder of corpora (LANGUAGE/NAME.test.conll); default: NERTAG_DATA.")
@click.option("--split", type=click.Choice(SPLITS), default="test",
              help="Which split of a NAME/LANGUAGE or a dataset.")
@click.option("--lang", type=click.Choice([AUTO, *LANGUAGES]), default=AUTO,
              help="Language of the files.")
@click.option("--backend", type=click.Choice([AUTO, *BACKENDS]), default=AUTO,
              help="What runs the models.")
@click.option("--device", type=click.Choice(DEVICES), default=AUTO, help="Where they run.")
@click.option("--threads", metavar="N", type=click.IntRange(min=1), help="Use this many cores.")
@failures_as_sentences(_say)
def main(models_and_files: tuple[str, ...], **options: Any) -> None:
    """Precision, recall and F1 of models on annotated files, as nertag would tag them.

    An argument that is a file, CoNLL or JSONL, NAME/LANGUAGE in the data folder, disk:PATH (a saved
    dataset of the datasets library) or hub:OWNER/NAME/CONFIG is scored; any other is a model: a
    directory, a bundled one by its name, or a hub id. Without one it is the default model.
    """  # fmt: skip
    work = _scores if options["losses"] is None else _losses
    output = work(*_models_and_files(models_and_files, options), options)
    click.echo(output, nl=False)


def _models_and_files(
    arguments: tuple[str, ...], options: dict[str, Any]
) -> tuple[list[str | None], dict[str, str]]:
    """The models (None: the default), and the files or datasets by the places that name them."""
    files = {place: file for place in arguments if (file := _test_file(place, options))}
    models: list[str | None] = [one for one in arguments if one not in files]
    if not files and options["recipe"] is None:
        raise UsageError(
            f"no test file among {', '.join(arguments) or 'the arguments'}: name a CoNLL or JSONL "
            "file, NAME/LANGUAGE with --data-dir or NERTAG_DATA, disk:PATH, hub:OWNER/NAME, or "
            "a --recipe with tests"
        )
    return models or [None], files


def _test_file(place: str, options: dict[str, Any]) -> str | None:
    if is_dataset(place):
        check_packages(["datasets"], place)
        return place
    if Path(place).is_dir():
        return None
    try:
        return str(find_file(place, options["split"], options["data_dir"]))
    except NoSuchSourceError:
        return None


def _scores(models: list[str | None], files: dict[str, str], options: dict[str, Any]) -> str:
    """Every model on every file, as it is to be shown."""
    if options["wrong"] is not None and len(models) > 1:
        raise UsageError("--wrong takes one model")
    tests = _tests(files, options)
    if options["wrong"] is None:
        results = _evaluate(models, tests, options)
    else:
        _check_wrong(options["wrong"], tests, options["data_dir"])
        with _wrong_spans_to(options["wrong"]) as note:
            results = _evaluate(models, tests, options, note)
    if options["output_format"] == "json":
        return as_json(results)
    render = as_markdown if options["output_format"] == "markdown" else as_table
    return report(results, render, options["confusion"])


def _tests(files: dict[str, str], options: dict[str, Any]) -> dict[str, Path | Corpus]:
    """The test sources of --recipe and the files and datasets, by what they are called."""
    tests: dict[str, Path | Corpus] = {**_of_recipe(options)}
    for place, file in files.items():
        tests[place] = _corpus(file, options) if is_dataset(file) else Path(file)
    return tests


def _check_wrong(path: Path, tests: dict[str, Path | Corpus], data_dir: Path | None) -> None:
    """Refuse to write over the gold."""
    gold = chain.from_iterable(_gold_files(test, data_dir) for test in tests.values())
    if path.resolve() in {one.resolve() for one in gold}:
        raise UsageError(f"{path} is the gold: --wrong needs another file")


def _gold_files(test: Path | Corpus, data_dir: Path | None) -> list[Path]:
    """The files of a test's gold, if it stands in files."""
    if isinstance(test, Path):
        return [test]
    place = test.source.place
    if is_dataset(place):
        return []
    if annotations := brat_files(place):
        return [*annotations, *(one.with_suffix(TXT) for one in annotations)]
    return [find_file(place, test.source.split, data_dir)]


@contextmanager
def _wrong_spans_to(path: Path) -> Iterator[Callable[[WrongSpan], None]]:
    """What writes wrong spans to a file, which has its name when it is whole; then how many there
    are is said."""
    from export.evaluation.wrong_spans import kinds_line

    counts: Counter[str] = Counter()
    with Output(str(path)) as output:

        def note(wrong: WrongSpan) -> None:
            counts[wrong.kind] += 1
            output.write(wrong.as_json() + "\n")

        yield note
    _say(f"{path}: {kinds_line(counts)}")


def _evaluate(
    models: list[str | None],
    tests: dict[str, Path | Corpus],
    options: dict[str, Any],
    wrong: Callable[[WrongSpan], None] | None = None,
) -> list[Result]:
    from export.evaluation.evaluate import EvaluationOptions, evaluate_file

    types = options["types"]
    wanted = None if types is None else tuple(name.strip() for name in types.split(","))
    scoring = EvaluationOptions(wanted, options["rules"], _renamings(options))
    results = []
    for model in models:
        tagger = _load(model, options)
        for place, test in tests.items():
            _say(f"{model or DEFAULT} on {place}")
            evaluation = evaluate_file(tagger, test, scoring, wrong)
            intervals = evaluation.counts.intervals(options["bootstrap"])
            rules = scoring.rules if isinstance(test, Path) else test.source.repair
            results.append(Result(model or DEFAULT, place, rules, evaluation, intervals))
    return results


def _of_recipe(options: dict[str, Any]) -> dict[str, Corpus]:
    """The test sources of --recipe, with their names."""
    if options["recipe"] is None:
        return {}
    check_packages(["datasets"], "--recipe")
    from export.training.recipes import load_tests

    return load_tests(options["recipe"], options["data_dir"])


def _corpus(file: str, options: dict[str, Any]) -> Corpus:
    from export.corpora.source import Source
    from export.corpora.sources import load_source

    language = None if options["lang"] == AUTO else options["lang"]
    source = Source(file, options["split"], language=language, repair=options["rules"])
    return load_source(source)


def _renamings(options: dict[str, Any]) -> dict[str, str]:
    return dict(map(read_renaming, options["renamed"]))


def _load(model: str | None, options: dict[str, Any]) -> Tagger:
    from tagcli.tagger import load

    settings = {name: options[name] for name in ("backend", "device", "lang", "threads")}
    return load(model, **settings, note=_say)


def _losses(models: list[str | None], files: dict[str, str], options: dict[str, Any]) -> str:
    """The loss of one model on one file: written, drawn, and as tables."""
    check_packages(["datasets", "pandas"], "--losses")
    from export.evaluation.evaluate import gold_names
    from export.evaluation.loss_report import loss_notes, loss_page, loss_tables
    from export.evaluation.token_losses import token_losses, write_losses

    path = Path(options["losses"])
    _check_losses(models, files, path)
    ((place, file),) = files.items()
    corpus, tagger = _corpus(file, options), _load(models[0], options)
    known = tagger.model.tag_set.types
    names = gold_names(corpus.types, known, _renamings(options))
    losses = token_losses(tagger, corpus, names)
    notes = loss_notes(losses, corpus, names, known)
    for note in notes:
        _say(note)
    write_losses(losses, str(path))
    page = path.with_suffix(".html")
    title = f"{models[0] or DEFAULT} on {place}"
    page.write_text(loss_page(losses, title, notes), encoding="utf-8")
    _say(f"{path} and {page} are written")
    return "\n".join(map(as_table, loss_tables(losses)))


def _check_losses(models: list[str | None], files: dict[str, str], path: Path) -> None:
    """What would stop --losses at its end is said at its start."""
    if len(models) > 1 or len(files) > 1:
        raise UsageError("--losses takes one model and one file")
    if path.suffix not in (".parquet", ".csv"):
        raise UsageError(f"{path}: --losses writes .parquet or .csv")
    if not path.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {path.parent}")
    context = click.get_current_context()
    for name, option in _NOT_FOR_LOSSES.items():
        if context.get_parameter_source(name) is not ParameterSource.DEFAULT:
            raise UsageError(f"{option} is not for --losses")


