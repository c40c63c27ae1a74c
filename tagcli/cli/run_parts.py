"""What every run of the command is made of: its tagger, its readers, its writer."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tagcli.cli.defaults import defaults_named
from tagcli.cli.name_lists import names_of
from tagcli.cli.run_options import tell
from tagcli.languages import AUTO
from tagcli.readers.base import ReaderOptions
from tagcli.terminal import colour_system, columns
from tagcli.writers.base import WriterOptions, keep_nothing
from tagcli.writers.formats import BINARY_FORMATS, OUTPUT_FORMATS
from tagcli.writers.summary import SummaryWriter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tagcli.cli.run_options import RunOptions
    from tagcli.readers.inputs import OnError
    from tagcli.tagger import Tagger
    from tagcli.writers.base import BinaryWriter, Keep, Writer


def load_tagger(options: RunOptions) -> Tagger:
    """The tagger that is asked for; raises UsageError in one sentence."""
    from tagcli.tagger import load

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
    options.note(
        f"model {model.folder}, {backend.name} on {backend.device}, "
        f"scheme {model.tag_set.scheme}, labels {', '.join(model.tag_set.types)}"
    )
    return tagger


def reader_options(
    options: RunOptions, on_error: OnError | None, writer: Writer | BinaryWriter
) -> ReaderOptions:
    """How inputs are read that this writer is for."""
    return ReaderOptions(
        options.text_field,
        options.token_column,
        on_error,
        options.paragraphs,
        tell,
        options.is_field_asked,
        getattr(writer, "begin_table", None),
    )


def input_format_of(options: RunOptions) -> str | None:
    """The format of the inputs, None where they say it."""
    return None if options.input_format == AUTO else options.input_format


def version_of(options: RunOptions, tagger: Tagger) -> str:
    """The version of the model for formats by which models are compared, otherwise ""."""
    from tagcli.models.directory import DEFAULT, model_version

    is_compared = not options.summary and options.output_format == "label-studio"
    return model_version(tagger.model, options.model or DEFAULT) if is_compared else ""


def writer_of(
    options: RunOptions, sources: Sequence[str], model_version: str, keep: Keep = keep_nothing
) -> Writer | BinaryWriter:
    """What writes the records of these sources to one place; `keep` is told what is redacted."""
    from tagcli.models.directory import DEFAULT

    is_to_stdout = options.output is None and options.out_dir is None
    is_shown = is_to_stdout and (options.summary or options.output_format == "spans")
    writing = WriterOptions(
        show_source=len(sources) > 1,
        colour=colour_system() if is_shown else None,
        columns=columns() if is_shown else None,
        title=_title(sources),
        model=f"model {options.model or DEFAULT}",
        date=_date(),
        model_version=model_version,
        offsets=options.offsets,
        note=tell,
        redact_with=options.redact_with,
        keep=keep,
    )
    if options.summary:
        return SummaryWriter(writing)
    if options.is_binary:
        return BINARY_FORMATS[options.output_format](writing)
    return OUTPUT_FORMATS[options.output_format](writing)


def _title(names: Sequence[str]) -> str:
    """The first name, and how many there are beside it."""
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _date() -> str:
    """Today, or the day that SOURCE_DATE_EPOCH says, for output that is to be the same again."""
    with suppress(KeyError, ValueError, OverflowError, OSError):
        seconds = int(os.environ["SOURCE_DATE_EPOCH"])
        return datetime.fromtimestamp(seconds, UTC).date().isoformat()
    return datetime.now().date().isoformat()
