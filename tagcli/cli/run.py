"""One run of the command: from its options to its output."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
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
from tagcli.output.compression import is_compressed
from tagcli.output.destination import Output, partial_path, stream_number
from tagcli.readers.base import ReaderOptions
from tagcli.readers.formats import read_live
from tagcli.readers.inputs import Input, check_encoding
from tagcli.terminal import colour_system, columns, is_terminal
from tagcli.version import version
from tagcli.writers.base import BinaryWriter, Writer, WriterOptions
from tagcli.writers.formats import BINARY_FORMATS, OUTPUT_FORMATS
from tagcli.writers.summary import SummaryWriter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tagcli.output.journal import Journal, NoJournal
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
    model: str | None
    offline: bool
    input_format: str
    encoding: str
    text_field: str
    token_column: int | None
    paragraphs: str
    labels: str | None
    min_score: float
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
        self._check_binary()
        output = Output(options.output, options.resume)
        try:
            with interrupts_raised(), output:
                self._write(tagger, output)
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

    def _check_binary(self) -> None:
        """What is no text goes to no terminal, and what is compressed is not compressed again."""
        options = self._options
        if options.summary or options.output_format not in BINARY_FORMATS:
            return
        if stream_number(options.output) == 1 and is_terminal(sys.stdout):
            problem = f"--format {options.output_format} is no text for a terminal"
            raise UsageError(f"{problem}: -o FILE writes it to a file")
        if options.output is not None and is_compressed(options.output):
            problem = f"-o {options.output}: {options.output_format} is compressed by itself"
            raise UsageError(f"{problem}, and could not be read then: leave the last ending out")

    def _say_what_is_left(self, output: Output) -> None:
        left = output.partial
        if left is not None and left.length and left.is_in_place:
            further = ", --resume goes on from there" if left.journal.exists() else ""
            tell(f"what was done is in {left.path}{further}")

    def _load(self) -> Tagger:
        from tagcli.tagger import load

        options = self._options
        with defaults_named("model", "backend", "device", "labels", "min-score"):
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
                note=tell,
            )
        model, backend = tagger.model, tagger.backend
        self._note(
            f"model {model.folder}, {backend.name} on {backend.device}, "
            f"scheme {model.tag_set.scheme}, labels {', '.join(model.tag_set.types)}"
        )
        return tagger

    def _documents(self, writer: Writer | BinaryWriter) -> Iterator[Document | None]:
        options = self._options
        reading = ReaderOptions(
            options.text_field,
            options.token_column,
            self._skip if options.keep_going else None,
            options.paragraphs,
            tell,
            options.is_field_asked,
            getattr(writer, "begin_table", None),
        )
        named = None if options.input_format == AUTO else options.input_format
        for source in self._inputs:
            if source.is_terminal:
                tell("reading from the terminal, Ctrl-D ends")
            yield from read_live(source, named, reading, self._note)

    def _write(self, tagger: Tagger, output: Output) -> None:
        from tagcli.output.journal import open_journal

        options, writer = self._options, self._writer()
        settings = _settings(tagger, self._inputs, options.output_format)
        journal = open_journal(output, writer, self._inputs, settings, options.resume)
        with journal:
            self._skipped += journal.before.unwritable
            if not isinstance(writer, BinaryWriter) and not journal.before.documents:
                output.write(writer.head())
            try:
                self._write_records(tagger, output, writer, journal)
            except (NertagError, KeyboardInterrupt):
                if isinstance(writer, BinaryWriter):
                    output.write(writer.cut_short())
                raise
            output.write(writer.tail())

    def _write_records(
        self,
        tagger: Tagger,
        output: Output,
        writer: Writer | BinaryWriter,
        journal: Journal | NoJournal,
    ) -> None:
        options = self._options
        documents = journal.checked(self._documents(writer))
        results = tagger.run(documents, journal.before.documents)
        for tagged in with_progress(results, self._inputs, options.output, options.summary):
            if tagged is None:
                output.flush()
                continue
            record = self._record(writer, tagged)
            output.write(record or "")
            journal.add(tagged.document, unwritable=record is None)

    def _record(
        self, writer: Writer | BinaryWriter, tagged: TaggedDocument
    ) -> str | bytes | None:
        """None for what the format cannot hold and --keep-going skips."""
        try:
            return writer.record(tagged)
        except DataError as error:
            if not self._options.keep_going:
                raise
            self._skip(error)
            return None

    def _writer(self) -> Writer | BinaryWriter:
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
        )
        if options.summary:
            return SummaryWriter(writing)
        if options.output_format in BINARY_FORMATS:
            return BINARY_FORMATS[options.output_format](writing)
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


def _settings(tagger: Tagger, inputs: Sequence[Input], output_format: str) -> dict[str, Any]:
    """What the output depends on beside the documents, by the names that a user knows."""
    from tagcli.models.directory import stamps

    options = tagger.options
    return {
        "version of nertag": version(),
        "model": stamps(tagger.model),
        "backend or device": f"{tagger.backend.name} on {tagger.backend.device}",
        "list of files": [source.name for source in inputs],
        "--format": output_format,
        "--lang": options.language,
        "--labels": None if options.labels is None else sorted(options.labels),
        "--min-score": options.min_score,
        "--overlap": options.overlap_tokens,
        "--paragraphs": options.paragraphs,
    }
