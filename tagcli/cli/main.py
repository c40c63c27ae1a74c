"""The `nertag` command: options, errors to sentences, exit codes."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from tagcli.backends.registry import BACKENDS, DEVICES
from tagcli.cli.completion import (
    VARIABLE,
    complete_files,
    complete_labels,
    complete_models,
    mend_scripts,
)
from tagcli.cli.defaults import CommandWithDefaults, Defaults, defaults_named
from tagcli.errors import DataError, NertagError, UsageError, say
from tagcli.languages import AUTO, LANGUAGES
from tagcli.output.destination import Output, forget_stdout, partial_path
from tagcli.readers.formats import INPUT_FORMATS, ReaderOptions, read_documents
from tagcli.readers.inputs import STDIN, Input, check_encoding
from tagcli.records import Document, TaggedDocument
from tagcli.terminal import colour_system, columns, is_taken, is_terminal
from tagcli.writers.base import Writer, WriterOptions
from tagcli.writers.formats import OUTPUT_FORMATS
from tagcli.writers.summary import SummaryWriter

if TYPE_CHECKING:
    from tagcli.tagger import Tagger

_INTERRUPTED = 130
_DEFAULT_FORMAT = "spans"


_say = partial(say, "nertag")


def _show(page: str) -> None:
    """A page on standard output, in UTF-8 as results are."""
    click.echo(page.encode("utf-8", "surrogateescape"))


def _show_version(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from tagcli.version import version

    click.echo(f"{context.find_root().info_name} {version() or 'from its source'}")
    context.exit()


def _list_models(context: click.Context, _: click.Parameter, wanted: bool) -> None:
    if not wanted or context.resilient_parsing:
        return
    from tagcli.cli.model_info import models_table

    try:
        _show(models_table())
    except NertagError as error:
        _say(str(error))
        context.exit(error.exit_code)
    context.exit()


def _model_page(options: dict[str, Any]) -> str:
    from tagcli.cli.model_info import model_page
    from tagcli.models.directory import find_model

    with defaults_named("model", "backend"):
        return model_page(
            find_model(options["model"], options["backend"] == "torch", options["offline"])
        )


GROUPS = {
    "Input": (
        "--lang", "--input-format", "--encoding", "--text-field", "--token-column", "--keep-going",
    ),
    "Output": ("--format", "--summary", "--output", "--resume"),
    "Entities": ("--labels", "--min-score"),
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
@click.option("--lang", type=click.Choice([AUTO, *LANGUAGES]), default=AUTO,
              help="Language of the text; auto goes by script, paragraph by paragraph.")
@click.option("--format", "output_format", type=click.Choice(list(OUTPUT_FORMATS)),
              default=_DEFAULT_FORMAT, help="What comes out.")
@click.option("--summary", is_flag=True,
              help="Count the entities by label and text in place of the text.")
@click.option("-o", "--output", metavar="FILE", shell_complete=complete_files,
              help="Write to FILE (FILE.partial until it is whole).")
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
@click.option("--input-format", type=click.Choice([AUTO, *INPUT_FORMATS]), default=AUTO,
              help="What comes in; auto goes by extension, then by the first line.")
@click.option("--encoding", metavar="NAME", default="utf-8", help="Encoding of the input.")
@click.option("--text-field", metavar="NAME", default="text", help="Where JSONL has the text.")
@click.option("--token-column", metavar="N", type=click.IntRange(min=1), default=1,
              help="Where CoNLL has the token; the first column is 1.")
@click.option("--labels", metavar="A,B", shell_complete=complete_labels,
              help="Keep these entity types only.")
@click.option("--min-score", metavar="SCORE", type=click.FloatRange(0, 1), default=0.0,
              help="Keep entities with at least this score.")
@click.option("--overlap", metavar="TOKENS", type=click.IntRange(min=0), default=64,
              help="Tokens that windows of a long sentence share.")
@click.option("--backend", type=click.Choice([AUTO, *BACKENDS]), default=AUTO,
              help="What runs the model; auto takes ONNX where the model has it.")
@click.option("--device", type=click.Choice(DEVICES), default=AUTO,
              help="auto takes CUDA for a float model where it works; cuda runs int8 models, too, "
              "on torch.")
@click.option("--threads", metavar="N", type=click.IntRange(min=1),
              help="Use this many cores rather than all.")
@click.option("--keep-going", is_flag=True, help="Skip bad records, count them, exit 1.")
@click.option("-v", "--verbose", is_flag=True, help="Say what was chosen and what runs.")
@click.option("--version", is_flag=True, is_eager=True, expose_value=False, callback=_show_version,
              help="Show the version and exit.")
@click.pass_obj
def main(defaults: Defaults, /, files: tuple[str, ...], model_info: bool, **options: Any) -> None:
    """Find people, organisations, places and more in German, French, Italian, English and Korean
    text.

    Reads FILES, or standard input without any or for "-": plain text, CoNLL or JSONL, gzip too.
    Defaults of options can stand in nertag.toml.
    """
    try:
        defaults.check()
        if defaults.path is not None and options["verbose"]:
            _say(f"{defaults.path} sets {', '.join(defaults.values) or 'nothing'}")
        if model_info:
            _show(_model_page(options))
            sys.exit(0)
        sys.exit(_Run(files or (STDIN,), options).run())
    except NertagError as error:
        _say(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        forget_stdout()
        sys.exit(0)
    except KeyboardInterrupt:
        forget_stdout()
        sys.exit(_INTERRUPTED)


def run() -> None:
    """The command as a process of its own: it ends without unloading the model and its libraries,
    which takes longer than to tag a line."""
    code = 0
    if VARIABLE in os.environ:
        mend_scripts()
    try:
        main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except OSError as error:  # --help into a full disk
        _say(f"output cannot be written: {error.strerror}")
        forget_stdout()
        code = 1
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except BrokenPipeError:
            pass  # whoever read has what they wanted
        except OSError:
            code = code or 1  # a full disk, found only now
    os._exit(code)


@contextmanager
def _ended_at_once_by_interrupt() -> Iterator[None]:
    """Within a library's import Ctrl-C would be an error of that library."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # a script's background job is to ignore it
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Run:
    """One call of the command."""

    def __init__(self, files: tuple[str, ...], options: dict[str, Any]) -> None:
        self._options = options
        if options["summary"] and _is_given("output_format"):
            raise UsageError("--summary takes the place of --format: give one of them")
        self._format = options["output_format"]
        with defaults_named("encoding"):
            encoding = check_encoding(options["encoding"])
        self._inputs = [Input(name, encoding) for name in files]
        self._skipped = 0
        self._lock = threading.Lock()

    def run(self) -> int:
        """Tag everything; returns the exit code."""
        options = self._options
        with _ended_at_once_by_interrupt():
            tagger = self._load()
        self._check_apart(options["output"])
        output = Output(options["output"], keep=options["resume"])
        try:
            with output:
                self._write(tagger, output)
        except (NertagError, KeyboardInterrupt):
            self._say_what_is_left(output)
            raise
        if self._skipped:
            _say(f"{self._skipped} bad record{'s' * (self._skipped > 1)} skipped")
        return 1 if self._skipped else 0

    def _check_apart(self, output: str | None) -> None:
        """What is written must not be read: it would be lost, or never end."""
        partial = None if output is None else partial_path(output)
        for source in self._inputs:
            if partial is not None and source.is_file(partial):
                problem = f"which is where -o {output} writes until it is whole"
                raise UsageError(f"{source.name} is an input and {partial}, {problem}")

    def _say_what_is_left(self, output: Output) -> None:
        left = output.partial
        if left is not None and left.length:
            further = ", --resume goes on from there" if left.journal.exists() else ""
            _say(f"what was done is in {left.path}{further}")

    def _load(self) -> Tagger:
        from tagcli.tagger import load

        options = self._options
        with defaults_named("model", "backend", "device", "labels", "min-score"):
            tagger = load(
                options["model"],
                backend=options["backend"],
                device=options["device"],
                threads=options["threads"],
                lang=options["lang"],
                labels=_names(options["labels"]),
                min_score=options["min_score"],
                overlap=options["overlap"],
                offline=options["offline"],
                note=_say,
            )
        model, backend = tagger.model, tagger.backend
        self._note(
            f"model {model.folder}, {backend.name} on {backend.device}, "
            f"scheme {model.tag_set.scheme}, labels {', '.join(model.tag_set.types)}"
        )
        return tagger

    def _documents(self) -> Iterator[Document | None]:
        options = self._options
        reading = ReaderOptions(
            options["text_field"],
            options["token_column"],
            self._skip if options["keep_going"] else None,
        )
        named = None if options["input_format"] == AUTO else options["input_format"]
        for source in self._inputs:
            if source.is_terminal:
                _say("reading from the terminal, Ctrl-D ends")
            documents = read_documents(source, named, reading, self._note)
            yield from documents if source.size is not None else _with_pauses(documents)

    def _write(self, tagger: Tagger, output: Output) -> None:
        from tagcli.output.journal import open_journal

        writer, resume = self._writer(), self._options["resume"]
        journal = open_journal(output, writer, tagger, self._inputs, self._format, resume)
        with journal:
            self._skipped += journal.before.unwritable
            if not journal.before.documents:
                output.write(writer.head())
            documents = journal.checked(self._documents())
            results = tagger.run(documents, journal.before.documents)
            for tagged in self._with_progress(results):
                if tagged is None:
                    output.flush()
                    continue
                record = self._record(writer, tagged)
                output.write(record or "")
                journal.add(tagged.document, unwritable=record is None)
            output.write(writer.tail())

    def _record(self, writer: Writer, tagged: TaggedDocument) -> str | None:
        """None for what the format cannot hold and --keep-going skips."""
        try:
            return writer.record(tagged)
        except DataError as error:
            if not self._options["keep_going"]:
                raise
            self._skip(error)
            return None

    def _writer(self) -> Writer:
        options = self._options
        is_shown = options["output"] is None and (options["summary"] or self._format == "spans")
        writing = WriterOptions(
            show_source=len(self._inputs) > 1,
            colour=colour_system() if is_shown else None,
            columns=columns() if is_shown else None,
            title=_title([source.name for source in self._inputs]),
        )
        if options["summary"]:
            return SummaryWriter(writing)
        return OUTPUT_FORMATS[self._format](writing)

    def _with_progress(
        self, results: Iterable[TaggedDocument | None]
    ) -> Iterator[TaggedDocument | None]:
        """The results, with a bar on stderr for files where a person watches, nothing else moves
        and no pager has the screen."""
        options = self._options
        moves = is_terminal(sys.stdout) and options["output"] is None and not options["summary"]
        sizes = [source.size for source in self._inputs]
        if None in sizes or moves or not is_terminal(sys.stderr) or is_taken(sys.stderr):
            yield from results
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as progress:
            task = progress.add_task("tagging", total=sum(size or 0 for size in sizes))
            for result in results:
                position = sum(source.position for source in self._inputs)
                progress.update(task, completed=position)
                yield result

    def _skip(self, error: DataError) -> None:
        with self._lock:  # readers of pipes run in a thread of their own
            self._skipped += 1
        _say(f"{error} (skipped)")

    def _note(self, message: str) -> None:
        if self._options["verbose"]:
            _say(message)


def _with_pauses(documents: Iterator[Document]) -> Iterator[Document | None]:
    from tagcli.readers.pauses import with_pauses

    return with_pauses(documents, lambda document: len(document.text))


def _is_given(name: str) -> bool:
    """Whether this parameter's value is the command line's."""
    source = click.get_current_context().get_parameter_source(name)
    return source is ParameterSource.COMMANDLINE


def _names(listed: str | None) -> list[str] | None:
    return None if listed is None else [name.strip() for name in listed.split(",")]


def _title(names: list[str]) -> str:
    """The first name, and how many there are beside it."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
