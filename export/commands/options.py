"""Options that several commands share."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import click

from export.corpora.source import UTF_8, FileReading
from tagcli.cli.choices import Choice
from tagcli.errors import UsageError
from tagcli.languages import AUTO
from tagcli.readers.registry import INPUT_FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from export.corpora.sources import Corpus


READING_OPTIONS = ("--input-format", "--encoding", "--token-column", "--tag-column")
"""What `reading_options` adds, by the names that a help page groups."""

_READING = (
    click.option("--input-format", type=Choice([AUTO, *INPUT_FORMATS]), default=AUTO,
                 help="Format of the files; auto asks name and content."),
    click.option("--encoding", metavar="NAME", default=UTF_8, help="Encoding of the files."),
    click.option("--token-column", metavar="N", type=click.IntRange(min=1),
                 help="Column of the tokens in CoNLL, from 1; default: found."),
    click.option("--tag-column", metavar="N", type=click.IntRange(min=1),
                 help="Column of the tags in CoNLL, from 1; default: found."),
)  # fmt: skip


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the options that say how files are read, as its argument `reading`."""

    @wraps(command)
    def with_reading(
        *args: Any, input_format: str, encoding: str, token_column: int | None,
        tag_column: int | None, **options: Any,
    ) -> None:  # fmt: skip
        reading = FileReading(
            input_format=None if input_format == AUTO else input_format,
            encoding=encoding,
            token_column=token_column,
            tag_column=tag_column,
        )
        command(*args, reading=reading, **options)

    for option in reversed(_READING):
        with_reading = option(with_reading)
    return with_reading


def read_renaming(pair: str) -> tuple[str, str]:
    """OLD=NEW taken apart; raises UsageError for anything else."""
    name, joint, renamed = pair.partition("=")
    if not joint or not name or not renamed:
        raise UsageError(f"--map {pair}: say it as OLD=NEW")
    return name, renamed


def recipe_tests(
    recipe: Path | None, data_dir: Path | None, note: Callable[[str], None]
) -> dict[str, Corpus]:
    """The test sources of --recipe, if there is one, by their names; `note` is told of what was
    taken for granted."""
    if recipe is None:
        return {}
    from export.training.recipes import load_tests

    return load_tests(recipe, data_dir, note)
