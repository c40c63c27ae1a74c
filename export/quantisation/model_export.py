"""From a checkpoint to a model directory: exported, quantised, measured beside the float model."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from export.corpora.brat import ANN
from export.evaluation.arguments import GoldOptions, load_gold
from export.model_directory.licences import UNKNOWN, warnings
from export.model_directory.model_card import write_card
from export.model_directory.onnx_export import add_settings, check_checkpoint, export_float
from export.model_directory.vocabulary import (
    any_of,
    compare_cuts,
    keep_languages,
    keep_text,
    prune,
)
from export.quantisation.method_scores import (
    FLOAT,
    MethodScore,
    best_method,
    check_loss,
    counted_types,
    file_rows,
    folder_bytes,
    score_methods,
)
from export.quantisation.methods import DEFAULT, METHODS, Origin, quantise
from tagcli.errors import NertagError, UsageError

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Collection, Mapping, Sequence

    from export.corpora.sources import Corpus


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """How a checkpoint is exported: by one of METHODS, in float, or by the `best` method, the
    fastest that loses at most `max_loss` points of F1 on any test.

    `tests` are annotated files, `texts` those that show usual activations. The vocabulary is cut to
    pieces of `languages` and of `kept_texts`, if there are any. `licence` is that of the weights,
    None: what the checkpoint says. Raises UsageError for what does not fit.
    """

    method: str = DEFAULT
    keep_float: bool = False
    best: bool = False
    max_loss: float = 0.3
    tests: Sequence[Path] = ()
    texts: Sequence[Path] = ()
    languages: Sequence[str] = ()
    kept_texts: Sequence[Path] = ()
    licence: str | None = None

    def __post_init__(self) -> None:
        for path in (*self.tests, *self.texts, *self.kept_texts):
            if not path.is_file():
                raise UsageError(f"no such file: {path}")
        if self.best and self.keep_float:
            raise UsageError("--best looks for the best quantised model; --float quantises none")


def export_model(
    checkpoint: str | os.PathLike[str],
    out_dir: str | os.PathLike[str],
    options: ExportOptions,
    other_tests: Mapping[str, Corpus],
    note: Callable[[str], None],
    show: Callable[[Sequence[MethodScore]], None],
) -> MethodScore:
    """Write the model directory and return what it measures. `other_tests` go by their names,
    `note` is told of progress, and `show` gets all scores before the best method is chosen.

    Raises UsageError for what cannot be exported so, NertagError where too much F1 is lost; then
    nothing is left.
    """
    checkpoint, out_dir = Path(checkpoint), Path(out_dir)
    own = check_checkpoint(checkpoint).licence
    licence = options.licence or own or UNKNOWN
    for warning in warnings(licence, {str(checkpoint): own} if own else {}):
        note(warning)
    _check_out_dir(out_dir)
    if options.best and not options.tests and not other_tests:
        raise UsageError("--best needs a --test file or a --recipe to compare the methods on")
    tests = _file_tests(options.tests)
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out_dir.parent, prefix=".nertag-export-") as name:
        folder = Path(name)
        checkpoint = _pruned(checkpoint, folder / "pruned", options, tests.values(), note)
        note(f"exporting {checkpoint} to ONNX")
        float_dir = export_float(checkpoint, folder / FLOAT)
        origin = Origin(checkpoint, float_dir, options.texts, note)
        made = _made(origin, folder, options)
        scores = score_methods(float_dir, made, {**tests, **other_tests}, note)
        chosen = _chosen(scores, options, show)
        add_settings(chosen.folder, license=licence, **_test_f1(chosen))
        rows, types = file_rows(chosen.scores), counted_types(chosen.scores)
        write_card(chosen.folder, rows, types, licence)
        if out_dir.exists():
            out_dir.rmdir()
        chosen.folder.rename(out_dir)
    return replace(chosen, folder=out_dir, size_bytes=folder_bytes(out_dir))


def _check_out_dir(out_dir: Path) -> None:
    if out_dir.exists() and (not out_dir.is_dir() or any(out_dir.iterdir())):
        raise UsageError(f"{out_dir} exists and is not an empty directory")


def _file_tests(paths: Sequence[Path]) -> dict[str, Corpus]:
    """The test files by their names, which are longer where two would be alike."""
    tests: dict[str, Corpus] = {}
    file_names = [path.name for path in paths]
    for path in paths:
        is_alone = file_names.count(path.name) == 1
        name = path.name if is_alone else f"{path.absolute().parent.name}/{path.name}"
        tests[str(path) if name in tests else name] = load_gold(str(path), GoldOptions())
    return tests


def _pruned(
    checkpoint: Path,
    out_dir: Path,
    options: ExportOptions,
    tests: Collection[Corpus],
    note: Callable[[str], None],
) -> Path:
    """The checkpoint, or one with a smaller vocabulary if that was asked for."""
    if not options.languages and not options.kept_texts:
        return checkpoint
    wanted = [keep_languages(options.languages)] if options.languages else []
    wanted += [keep_text(checkpoint, options.kept_texts)] if options.kept_texts else []
    before, after = prune(checkpoint, out_dir, any_of(wanted))
    note(f"{after} of {before} pieces are kept")
    texts = [file for corpus in tests for file in corpus.files if file.suffix != ANN]
    seen = compare_cuts(checkpoint, out_dir, [*options.kept_texts, *texts])
    if seen.wrong:
        raise NertagError(f"{seen.wrong} sentences of kept pieces are cut differently now")
    if seen.sentences:
        note(f"{seen.changed} of {seen.sentences} sentences hold a dropped piece")
    return out_dir


def _made(origin: Origin, folder: Path, options: ExportOptions) -> dict[str, Path]:
    """The float model and the quantised ones, by their methods. A method that cannot be used is
    left out where others are tried, too."""
    made = {FLOAT: origin.float_model}
    for method in _methods(origin, options):
        origin.note(f"quantising: {method}")
        try:
            made[method] = quantise(origin, folder / method, method)
        except NertagError as error:
            if not options.best:
                raise
            origin.note(f"{method} is left out: {error}")
    return made


def _methods(origin: Origin, options: ExportOptions) -> list[str]:
    if not options.best:
        return [] if options.keep_float else [options.method]
    methods = [name for name in METHODS if origin.texts or not METHODS[name].needs_text]
    for name in METHODS:
        if name not in methods:
            origin.note(f"{name} is left out: it needs --calibrate FILE")
    return methods


def _chosen(
    scores: Sequence[MethodScore],
    options: ExportOptions,
    show: Callable[[Sequence[MethodScore]], None],
) -> MethodScore:
    """The model to keep."""
    if options.best:
        show(scores)
        return best_method(scores, options.max_loss)
    check_loss(scores[-1], options.max_loss)
    return scores[-1]


def _test_f1(chosen: MethodScore) -> dict[str, dict[str, float]]:
    """For the model's config, if there was a test."""
    scores = {score.name: round(score.after.f1(), 4) for score in chosen.scores}
    return {"test_f1": scores} if scores else {}
