"""The `nertag-export` command: a checkpoint into a model directory, measured."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from export.commands.failures import failures_as_sentences
from export.optional_packages import check_packages
from export.quantisation.method_scores import (
    FLOAT,
    MethodScore,
    best_method,
    check_loss,
    method_rows,
    score_methods,
)
from export.quantisation.methods import DEFAULT, METHODS, Origin, quantise
from export.tables import as_table
from tagcli.cli.help_page import GroupedCommand
from tagcli.errors import NertagError, UsageError, say

if TYPE_CHECKING:
    from export.corpora.sources import Corpus

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
@click.option("--method", type=click.Choice(list(METHODS)), default=DEFAULT,
              help="How to quantise; " + "; ".join(f"{n}: {m.summary}" for n, m in METHODS.items()))
@click.option("--best", is_flag=True,
              help="Try every method on the test files, show what each costs, and keep the fastest "
              "within --max-f1-loss.")
@click.option("--test", "tests", multiple=True, metavar="FILE", type=click.Path(path_type=Path),
              help="Measure F1 on this CoNLL or JSONL file, before and after; may be repeated.")
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
def main(checkpoint: Path, out_dir: Path, **options: Any) -> None:
    """Export CHECKPOINT, a Hugging Face token-classification model, to OUT_DIR for nertag.

    OUT_DIR gets model.onnx (quantised: and weights.safetensors), tokenizer.json, config.json and
    README.md, the model card.
    """  # fmt: skip
    _export(checkpoint, out_dir, options)


def _export(checkpoint: Path, out_dir: Path, options: dict[str, Any]) -> None:
    from export.model_directory.model_card import write_card
    from export.model_directory.onnx_export import add_settings, check_checkpoint, export_float
    from export.quantisation.method_scores import counted_types, file_rows

    own_licence = check_checkpoint(checkpoint).licence
    licence = options["licence"] or own_licence or "unknown"
    _check_options(out_dir, options)
    tests = _tests(options)
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir.parent, prefix=".nertag-export-") as folder:
        checkpoint = _pruned(checkpoint, Path(folder) / "pruned", options)
        _say(f"exporting {checkpoint} to ONNX")
        float_dir = export_float(checkpoint, Path(folder) / FLOAT)
        origin = Origin(checkpoint, float_dir, options["texts"], _say)
        chosen = _chosen(origin, Path(folder), tests, options)
        add_settings(chosen.folder, license=licence, **_test_f1(chosen))
        scores = chosen.scores
        write_card(chosen.folder, file_rows(scores), counted_types(scores), licence)
        if out_dir.exists():
            out_dir.rmdir()
        chosen.folder.rename(out_dir)
    size = sum(path.stat().st_size for path in out_dir.iterdir())
    _say(f"{out_dir}: {chosen.method}, {size / 1e6:.1f} MB")


def _check_options(out_dir: Path, options: dict[str, Any]) -> None:
    for path in (*options["tests"], *options["texts"], *options["kept_texts"]):
        if not path.is_file():
            raise UsageError(f"no such file: {path}")
    if options["best"] and not options["tests"] and not options["recipe"]:
        raise UsageError("--best needs a --test file or a --recipe to compare the methods on")
    if options["best"] and options["keep_float"]:
        raise UsageError("--best looks for the best quantised model; --float quantises none")
    if out_dir.exists() and (not out_dir.is_dir() or any(out_dir.iterdir())):
        raise UsageError(f"{out_dir} exists and is not an empty directory")


def _tests(options: dict[str, Any]) -> dict[str, Path | Corpus]:
    """The test files and the recipe's test sources by their names."""
    tests: dict[str, Path | Corpus] = {}
    file_names = [path.name for path in options["tests"]]
    for path in options["tests"]:
        is_alone = file_names.count(path.name) == 1
        name = path.name if is_alone else f"{path.absolute().parent.name}/{path.name}"
        tests[str(path) if name in tests else name] = path
    if options["recipe"]:
        check_packages(["datasets"], "--recipe")
        from export.training.recipes import load_tests

        tests |= load_tests(options["recipe"], options["data_dir"])
    return tests


def _test_f1(chosen: MethodScore) -> dict[str, dict[str, float]]:
    """For the model's config, if there was a test."""
    scores = {score.name: round(score.after.f1(), 4) for score in chosen.scores}
    return {"test_f1": scores} if scores else {}


def _pruned(checkpoint: Path, out_dir: Path, options: dict[str, Any]) -> Path:
    """The checkpoint, or one with a smaller vocabulary if that was asked for."""
    languages, files = options["keep_languages"], options["kept_texts"]
    if not languages and not files:
        return checkpoint
    from export.model_directory.vocabulary import (
        any_of,
        compare_cuts,
        keep_languages,
        keep_text,
        prune,
    )

    wanted = [keep_languages(languages.split(","))] if languages else []
    wanted += [keep_text(checkpoint, files)] if files else []
    before, after = prune(checkpoint, out_dir, any_of(wanted))
    _say(f"{after} of {before} pieces are kept")
    seen = compare_cuts(checkpoint, out_dir, [*files, *options["tests"]])
    if seen.wrong:
        raise NertagError(f"{seen.wrong} sentences of kept pieces are cut differently now")
    if seen.sentences:
        _say(f"{seen.changed} of {seen.sentences} sentences hold a dropped piece")
    return out_dir


def _chosen(
    origin: Origin, folder: Path, tests: dict[str, Path | Corpus], options: dict[str, Any]
) -> MethodScore:
    """The model to keep, made and measured."""
    made = {FLOAT: origin.float_model}
    methods = [] if options["keep_float"] else [options["method"]]
    if options["best"]:
        methods = [name for name in METHODS if origin.texts or not METHODS[name].needs_text]
        for name in (name for name in METHODS if name not in methods):
            _say(f"{name} is left out: it needs --calibrate FILE")
    for method in methods:
        _say(f"quantising: {method}")
        try:
            made[method] = quantise(origin, folder / method, method)
        except NertagError as error:
            if not options["best"]:
                raise
            _say(f"{method} is left out: {error}")
    scores = score_methods(origin.float_model, made, tests, _say)
    if options["best"]:
        click.echo(as_table(method_rows(scores)))
        return best_method(scores, options["max_loss"])
    check_loss(scores[-1], options["max_loss"])
    return scores[-1]
