"""One run of the command: from its options to its output."""

from __future__ import annotations

import os
import threading
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from tagcli.cli.defaults import defaults_named, set_at_hand
from tagcli.cli.interrupts import interrupts_raised
from tagcli.cli.name_lists import names_of
from tagcli.cli.progress import with_progress
from tagcli.errors import DataError, NertagError, UsageError, say
from tagcli.languages import AUTO
from tagcli.output.destination import Output, partial_path, stream_number
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_live
from tagcli.readers.inputs import Input, check_encoding
from tagcli.terminal import colour_system, columns
from tagcli.version import version
from tagcli.writers.base import Keep, Writer, WriterOptions, keep_nothing
from tagcli.writers.formats import OUTPUT_FORMATS
from tagcli.writers.summary import SummaryWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tagcli.records import Document, TaggedDocument
    from tagcli.tagger import Tagger

tell = partial(say, "nertag")
"""One line to the user, on stderr."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line and nertag.toml say of a run, by the names of the options."""

    lang: str
    output_format: str
    summary: bool
    output: str | None
    resume: bool
    redact_with: str
    key: str | None
    model: str | None
    offline: bool
    input_format: str
    encoding: str
    text_field: str
    token_column: int | None
    paragraphs: str
    labels: str | None
    min_score: float
    always: str | None
    never: str | None
    ignore_case: bool
    overlap: int
    backend: str
    device: str
    threads: int | None
    keep_going: bool
    verbose: bool
    is_field_asked: bool = False
    """Whether the command line, rather than a file of defaults, sets `text_field`."""


class TaggingRun:
    """One call of the command."""

    def __init__(self, files: Sequence[str], options: RunOptions) -> None:
        self._options = options
        with defaults_named("encoding"):
            encoding = check_encoding(options.encoding)
        self._inputs = [Input(name, encoding) for name in files]
        self._skipped = 0
        self._lock = threading.Lock()

    def run(self) -> int:
        """Tag everything; returns the exit code."""
        options = self._options
        tagger = self._load()
        if not options.verbose and (defaults := set_at_hand()):  # or it is said already
            tell(defaults)
        self._check_apart(options.output)
        output = Output(options.output, options.resume)
        try:
            with interrupts_raised(), output, self._key() as keep:
                self._write(tagger, output, self._writer(keep))
        except (NertagError, KeyboardInterrupt):
            self._say_what_is_left(output)
            raise
        if self._skipped:
            tell(f"{self._skipped} bad record{'s' * (self._skipped > 1)} skipped")
        return 1 if self._skipped else 0

    def _check_apart(self, output: str | None) -> None:
        """What is written must not be read: it would be lost, or never end."""
        partial = None if output is None else partial_path(output)
        stream = stream_number(output)
        for source in self._inputs:
            if partial is not None and source.is_file(partial):
                problem = f"which is where -o {output} writes until it is whole"
                raise UsageError(f"{source.name} is an input and {partial}, {problem}")
            if stream is not None and source.is_file(stream):
                place = "standard output" if stream == 1 else f"-o {output}"
                raise UsageError(f"{source.name} is an input and where {place} goes, too")

    def _say_what_is_left(self, output: Output) -> None:
        left = output.partial
        if left is not None and left.length and left.is_in_place:
            further = ", --resume goes on from there" if left.journal.exists() else ""
            tell(f"what was done is in {left.path}{further}")

    def _load(self) -> Tagger:
        from tagcli.tagger import load

        options = self._options
        with defaults_named("model", "backend", "device", "labels", "min-score", "always", "never"):
            tagger = load(
                options.model,
                backend=options.backend,
                device=options.device,
                threads=options.threads,
                lang=options.lang,
                labels=None if options.labels is None else names_of(options.labels),
                min_score=options.min_score,
                overlap=options.overlap,
                offline=options.offline,
                paragraphs=options.paragraphs,
                always=options.always,
                never=options.never,
                ignore_case=options.ignore_case,
                note=tell,
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
            options.text_field,
            options.token_column,
            self._skip if options.keep_going else None,
            options.paragraphs,
            tell,
            options.is_field_asked,
        )
        named = None if options.input_format == AUTO else options.input_format
        for source in self._inputs:
            if source.is_terminal:
                tell("reading from the terminal, Ctrl-D ends")
            yield from read_live(source, named, reading, self._note)

    def _key(self) -> AbstractContextManager[Keep]:
        options = self._options
        if options.key is None:
            return nullcontext(keep_nothing)
        from tagcli.output.key_file import KeyFile

        if options.output and os.path.realpath(options.key) == os.path.realpath(options.output):
            raise UsageError(f"--key and -o are both {options.key}")
        return KeyFile(options.key)

    def _write(self, tagger: Tagger, output: Output, writer: Writer) -> None:
        from tagcli.output.journal import open_journal

        options = self._options
        settings = _settings(tagger, self._inputs, options)
        journal = open_journal(output, writer, self._inputs, settings, options.resume)
        with journal:
            self._skipped += journal.before.unwritable
            if not journal.before.documents:
                output.write(writer.head())
            documents = journal.checked(self._documents())
            results = tagger.run(documents, journal.before.documents)
            for tagged in with_progress(results, self._inputs, options.output, options.summary):
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
            if not self._options.keep_going:
                raise
            self._skip(error)
            return None

    def _writer(self, keep: Keep) -> Writer:
        from tagcli.models.directory import DEFAULT

        options = self._options
        is_shown = options.output is None and (options.summary or options.output_format == "spans")
        writing = WriterOptions(
            show_source=len(self._inputs) > 1,
            colour=colour_system() if is_shown else None,
            columns=columns() if is_shown else None,
            title=_title([source.name for source in self._inputs]),
            model=f"model {options.model or DEFAULT}",
            date=_date(),
            redact_with=options.redact_with,
            keep=keep,
        )
        if options.summary:
            return SummaryWriter(writing)
        return OUTPUT_FORMATS[options.output_format](writing)

    def _skip(self, error: DataError) -> None:
        with self._lock:  # readers of pipes run in a thread of their own
            self._skipped += 1
        tell(f"{error} (skipped)")

    def _note(self, message: str) -> None:
        if self._options.verbose:
            tell(message)


def _title(names: list[str]) -> str:
    """The first name, and how many there are beside it."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _date() -> str:
    """Today, or the day that SOURCE_DATE_EPOCH says, for output that is to be the same again."""
    with suppress(KeyError, ValueError, OverflowError, OSError):
        seconds = int(os.environ["SOURCE_DATE_EPOCH"])
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    return datetime.now().date().isoformat()


def _settings(tagger: Tagger, inputs: Sequence[Input], run: RunOptions) -> dict[str, Any]:
    """What the output depends on beside the documents, by the names that a user knows."""
    from tagcli.models.directory import stamps

    options = tagger.options
    return {
        "version of nertag": version(),
        "model": stamps(tagger.model),
        "backend or device": f"{tagger.backend.name} on {tagger.backend.device}",
        "list of files": [source.name for source in inputs],
        "--format": run.output_format,
        "--redact-with": run.redact_with,
        "--lang": options.language,
        "--labels": None if options.labels is None else sorted(options.labels),
        "--min-score": options.min_score,
        "--overlap": options.overlap_tokens,
        "--paragraphs": options.paragraphs,
        "list of names": None if options.lists is None else options.lists.digest,
    }
