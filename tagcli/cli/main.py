"""The `nertag` command: options, errors to sentences, exit codes."""

from __future__ import annotations

import sys
from typing import Any

import click
from click.core import ParameterSource

from tagcli.backends.registry import BACKENDS, DEVICES
from tagcli.cli.choices import Choice, LeastScore
from tagcli.cli.completion import complete_files, complete_labels, complete_models
from tagcli.cli.defaults import CommandWithDefaults, Defaults, defaults_named
from tagcli.cli.name_lists import ListOption
from tagcli.cli.run_options import RunOptions, tell
from tagcli.errors import NertagError, UsageError
from tagcli.languages import AUTO, LANGUAGES
from tagcli.output.streams import forget
from tagcli.readers.inputs import STDIN
from tagcli.readers.registry import CSV, INPUT_FORMATS, TABLE_FORMATS
from tagcli.segmentation.modes import MODES
from tagcli.writers.formats import (
    BINARY_FORMATS,
    OUTPUT_FORMATS,
    REDACT_WITH,
    format_of_output,
)
from tagcli.writers.offsets import CODE_POINTS, OFFSET_UNITS

_INTERRUPTED = 130
_DEFAULT_FORMAT = "spans"


def _show(page: str) -> None:
    """A page on standard output, in UTF-8 as results are."""
    click.echo(page.encode("utf-8", "surrogateescape"))


def _version_line() -> str:
    from tagcli.version import version

    name = click.get_current_context().find_root().info_name
    return f"{name} {version() or 'from its source'}"


def _bug_report(options: RunOptions, defaults: Defaults) -> str:
    from tagcli.cli.bug_report import bug_report

    return bug_report(options, defaults)


def _list_models(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from tagcli.cli.model_info import models_table

    try:
        _show(models_table())
    except NertagError as error:
        tell(str(error))
        context.exit(error.exit_code)
    context.exit()


def _model_page(options: RunOptions) -> str:
    from tagcli.cli.model_info import model_page
    from tagcli.models.directory import find_model

    with defaults_named("model", "backend"):
        return model_page(find_model(options.model, options.backend == "torch", options.offline))


GROUPS = {
    "Input": (
        "--lang", "--input-format", "--paragraphs", "--encoding", "--text-field", "--token-column",
        "--glob", "--keep-going", "--errors",
    ),
    "Output": (
        "--format", "--offsets", "--redact-with", "--key", "--summary", "--output", "--out-dir",
        "--resume",
    ),
    "Entities": ("--labels", "--min-score", "--always", "--never", "--ignore-case"),
    "Model": ("--model", "--offline", "--list-models", "--model-info"),
    "Running": ("--backend", "--device", "--threads", "--overlap", "--verbose"),
}  # fmt: skip
"""The options by their headings on the help page."""

_EXAMPLES = """
  cat doc.txt | nertag
  nertag doc.txt --labels PER,ORG --min-score 0.9
  nertag *.txt --summary
  nertag file.conll --format jsonl -o file.jsonl
  nertag doc.txt --format html -o doc.html
  nertag doc.txt --model my-model --device cuda -v
"""


@click.command(
    cls=CommandWithDefaults, groups=GROUPS, epilog=_EXAMPLES,
    context_settings={"help_option_names": ["-h", "--help"], "show_default": True},
)  # fmt: skip
@click.argument("files", nargs=-1, shell_complete=complete_files)
@click.option("--lang", type=Choice([AUTO, *LANGUAGES]), default=AUTO,
              help="Language of the text; auto goes by script, paragraph by paragraph.")
@click.option("--format", "output_format", type=Choice([*OUTPUT_FORMATS, *BINARY_FORMATS]),
              default=_DEFAULT_FORMAT,
              help="What comes out; without it the name that -o gives says so.")
@click.option("--offsets", type=Choice(OFFSET_UNITS), default=CODE_POINTS,
              help="What the offsets in JSONL count.")
@click.option("--redact-with", type=Choice(REDACT_WITH), default=REDACT_WITH[0],
              help="What --format redact has in place of a name: [PER], blocks, or PER_17.")
@click.option("--key", metavar="FILE", shell_complete=complete_files,
              help="With --format redact: keep in FILE what nertag-data restore needs.")
@click.option("--summary", is_flag=True,
              help="Count the entities by label and text in place of the text.")
@click.option("-o", "--output", metavar="FILE", shell_complete=complete_files,
              help="Write to FILE (FILE.partial until it is whole); .gz and .zst compress.")
@click.option("--out-dir", metavar="FOLDER", shell_complete=complete_files,
              help="Write a file for each input, of folders those of all files in them; those that "
              "are there and are newer than their input are left.")
@click.option("--resume", is_flag=True,
              help="Go on where an earlier run with this -o was ended.")
@click.option("--model", metavar="NAME|DIR|HUB_ID", shell_complete=complete_models,
              help="Another model than the default: a bundled one by its name, a directory, or a "
              "Hugging Face hub id.")
@click.option("--offline", is_flag=True,
              help="Take a hub model as it was fetched before, without asking the hub.")
@click.option("--list-models", is_flag=True, is_eager=True, expose_value=False,
              callback=_list_models,
              help="Show the bundled models: size, F1, licence, labels.")
@click.option("--model-info", is_flag=True,
              help="Show what --model is: place, size, languages, labels, F1, licence.")
@click.option("--input-format", type=Choice([AUTO, *INPUT_FORMATS, CSV, *TABLE_FORMATS]),
              default=AUTO,
              help="What comes in; auto goes by extension and by the first lines.")
@click.option("--paragraphs", type=Choice(MODES), default=AUTO,
              help="Whether lines are paragraphs or parts of wrapped ones; auto goes by what they "
              "look like.")
@click.option("--glob", metavar="PATTERN",
              help="Take only such files of folders, as '*.txt'.")
@click.option("--encoding", metavar="NAME", default="utf-8", help="Encoding of the input.")
@click.option("--text-field", metavar="NAME", default="text",
              help="Where JSONL or a table (CSV, Parquet, Arrow) has the text.")
@click.option("--token-column", metavar="N", type=click.IntRange(min=1),
              help="Where CoNLL has the token, from 1; default: the first column that does not "
              "count.")
@click.option("--labels", metavar="A,B", shell_complete=complete_labels, cls=ListOption,
              help="Keep these entity types only; may be repeated.")
@click.option("--min-score", metavar="SCORE", type=LeastScore(), default=0.0,
              help="Keep entities with at least this score, or PER=0.8,ORG=0.9 by type.")
@click.option("--always", metavar="FILE", shell_complete=complete_files,
              help="Names that are entities wherever they stand: a name, a tab and a label a line.")
@click.option("--never", metavar="FILE", shell_complete=complete_files,
              help="Names that are none: the same, or without a label none of any.")
@click.option("--ignore-case", is_flag=True, help="Find listed names in capitals or small letters.")
@click.option("--overlap", metavar="TOKENS", type=click.IntRange(min=0), default=64,
              help="Tokens that windows of a long sentence share.")
@click.option("--backend", type=Choice([AUTO, *BACKENDS]), default=AUTO,
              help="What runs the model; auto takes ONNX where the model has it.")
@click.option("--device", type=Choice(DEVICES), default=AUTO,
              help="auto takes CUDA for a float model where it works; cuda runs int8 models, too, "
              "on torch.")
@click.option("--threads", metavar="N", type=click.IntRange(min=1),
              help="Use this many cores rather than all.")
@click.option("--keep-going", is_flag=True, help="Skip bad records, count them, exit 1.")
@click.option("--errors", metavar="FILE", shell_complete=complete_files,
              help="Write what --keep-going skips to FILE as JSONL, each with its reason.")
@click.option("-v", "--verbose", is_flag=True, help="Say what was chosen and what runs.")
@click.option("--version", is_flag=True,
              help="Show the version and exit; with -v what a report of a bug needs.")
@click.pass_obj
def main(
    defaults: Defaults, /, files: tuple[str, ...], model_info: bool, version: bool, **given: Any
) -> None:
    """Find people, organisations, places and more in German, French, Italian, English and Korean
    text.

    Reads FILES, or standard input without any or for "-": plain text, CoNLL, JSONL, CSV, Parquet
    or Arrow, compressed too; with --out-dir folders.
    Defaults of options can stand in nertag.toml.
    """
    if given["output"] and not given["summary"] and not _is_given("output_format"):
        given["output_format"] = format_of_output(given["output"]) or given["output_format"]
    options = RunOptions(**given, is_field_asked=_is_given("text_field"))
    try:
        if version:
            _show(_bug_report(options, defaults) if options.verbose else _version_line())
            sys.exit(0)
        defaults.check()
        if defaults.path is not None and options.verbose:
            tell(f"{defaults.path} sets {', '.join(defaults.values) or 'nothing'}")
        _check_output(options)
        if model_info:
            _show(_model_page(options))
            sys.exit(0)
        _check(options)
        if options.out_dir is not None:
            from tagcli.cli.folder_run import FolderRun

            sys.exit(FolderRun(files, options).run())
        from tagcli.cli.run import TaggingRun  # its imports would make the help wait

        sys.exit(TaggingRun(files or (STDIN,), options).run())
    except NertagError as error:
        tell(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        forget(sys.stdout)
        sys.exit(0)
    except KeyboardInterrupt:
        forget(sys.stdout)
        sys.exit(_INTERRUPTED)


def _check_output(options: RunOptions) -> None:
    if options.summary and _is_given("output_format"):
        raise UsageError("--summary takes the place of --format: give one of them")
    if options.summary or options.output_format != "redact":
        for name, is_asked in (("redact-with", _is_given("redact_with")), ("key", options.key)):
            if is_asked:
                raise UsageError(f"--{name} has a meaning with --format redact alone")


def _check(options: RunOptions) -> None:
    """Raise UsageError for options that do not go together."""
    if options.errors is not None and not options.keep_going:
        raise UsageError("--errors is about what --keep-going skips: give both")
    if options.errors is not None and options.resume:
        raise UsageError("--errors is of a whole run: it cannot be used with --resume")
    if options.glob is not None and options.out_dir is None:
        raise UsageError("--glob is about folders, which need --out-dir")
    if options.out_dir is None:
        return
    for name, is_asked in (
        ("-o", options.output is not None),
        ("--summary", options.summary),
        ("--resume", options.resume),
        ("--key", options.key is not None),
    ):
        if is_asked:
            raise UsageError(f"--out-dir makes a file for each input: it does not go with {name}")


def _is_given(name: str) -> bool:
    """Whether this parameter's value is the command line's."""
    source = click.get_current_context().get_parameter_source(name)
    return source is ParameterSource.COMMANDLINE
