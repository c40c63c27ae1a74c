"""One run of the command: from its options to its output."""

from __future__ import annotations

import os
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagcli.cli.bad_records import BadRecords, record_of
from tagcli.cli.defaults import defaults_named, set_at_hand
from tagcli.cli.interrupts import interrupts_raised
from tagcli.cli.progress import with_progress
from tagcli.cli.run_options import tell
from tagcli.cli.run_parts import (
    input_format_of,
    load_tagger,
    reader_options,
    version_of,
    writer_of,
)
from tagcli.errors import NertagError, UsageError
from tagcli.output.compression import is_compressed
from tagcli.output.destination import Output, partial_path, stream_number
from tagcli.readers.formats import read_live
from tagcli.readers.inputs import Input, check_encoding
from tagcli.terminal import is_terminal
from tagcli.version import version
from tagcli.writers.base import BinaryWriter, Keep, keep_nothing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tagcli.cli.run_options import RunOptions
    from tagcli.output.journal import Journal, NoJournal
    from tagcli.records import Document
    from tagcli.tagger import Tagger
    from tagcli.writers.base import Writer


class TaggingRun:
    """One call of the command."""

    def __init__(self, files: Sequence[str], options: RunOptions) -> None:
        self._options = options
        with defaults_named("encoding"):
            encoding = check_encoding(options.encoding)
        self._inputs = [Input(name, encoding) for name in files]
        self._bad = BadRecords(options.keep_going, options.errors)

    def run(self) -> int:
        """Tag everything; returns the exit code."""
        options = self._options
        tagger = load_tagger(options)
        if not options.verbose and (defaults := set_at_hand()):  # or it is said already
            tell(defaults)
        self._check_apart(options.output)
        self._check_binary()
        output = Output(options.output, options.resume)
        try:
            with interrupts_raised(), self._bad, output, self._key() as keep:
                names = [source.name for source in self._inputs]
                writer = writer_of(options, names, version_of(options, tagger), keep)
                self._write(tagger, output, writer)
        except (NertagError, KeyboardInterrupt):
            self._say_what_is_left(output)
            raise
        return self._bad.exit_code()

    def _check_apart(self, output: str | None) -> None:
        """What is written must not be read: it would be lost, or never end."""
        named = [source.path for source in self._inputs] + [Path(output) if output else None]
        self._bad.check_apart(path for path in named if path is not None)
        partial = None if output is None else partial_path(output)
        stream = stream_number(output)
        for source in self._inputs:
            if partial is not None and source.is_file(partial):
                problem = f"which is where -o {output} writes until it is whole"
                raise UsageError(f"{source.name} is an input and {partial}, {problem}")
            if stream is None and output is not None and source.is_file(Path(output)):
                raise UsageError(f"{source.name} is an input and where -o goes, too")
            if stream is not None and source.is_file(stream):
                place = "standard output" if stream == 1 else f"-o {output}"
                raise UsageError(f"{source.name} is an input and where {place} goes, too")

    def _check_binary(self) -> None:
        """What is no text goes to no terminal, and what is compressed is not compressed again."""
        options = self._options
        if not options.is_binary:
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

    def _documents(self, writer: Writer | BinaryWriter) -> Iterator[Document | None]:
        options = self._options
        reading = reader_options(options, self._bad.on_error, writer)
        for source in self._inputs:
            if source.is_terminal:
                tell("reading from the terminal, Ctrl-D ends")
            yield from read_live(source, input_format_of(options), reading, options.note)

    def _key(self) -> AbstractContextManager[Keep]:
        options = self._options
        if options.key is None:
            return nullcontext(keep_nothing)
        from tagcli.output.key_file import KeyFile

        if options.output and os.path.realpath(options.key) == os.path.realpath(options.output):
            raise UsageError(f"--key and -o are both {options.key}")
        return KeyFile(options.key)

    def _write(self, tagger: Tagger, output: Output, writer: Writer | BinaryWriter) -> None:
        from tagcli.output.journal import open_journal

        options = self._options
        settings = _settings(tagger, self._inputs, options)
        journal = open_journal(output, writer, self._inputs, settings, options.resume)
        with journal:
            self._bad.count += journal.before.unwritable
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
            record = record_of(writer, tagged, self._bad)
            output.write(record or "")
            journal.add(tagged.document, unwritable=record is None)


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
        "--offsets": run.offsets,
        "--redact-with": run.redact_with,
        "--lang": options.language,
        "--labels": None if options.labels is None else sorted(options.labels),
        "--min-score": options.min_score,
        "--overlap": options.overlap_tokens,
        "--paragraphs": options.paragraphs,
        "list of names": None if options.lists is None else options.lists.digest,
    }
