"""What a run of the command was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from tagcli.errors import say
from tagcli.writers.formats import BINARY_FORMATS

tell = partial(say, "nertag")
"""One line to the user, on stderr."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line and nertag.toml say of a run, by the names of the options."""

    lang: str
    output_format: str
    offsets: str
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
    min_score: float | dict[str, float]
    always: str | None
    never: str | None
    ignore_case: bool
    overlap: int
    backend: str
    device: str
    threads: int | None
    keep_going: bool
    errors: str | None
    out_dir: str | None
    glob: str | None
    verbose: bool
    is_field_asked: bool = False
    """Whether the command line, rather than a file of defaults, sets `text_field`."""

    def note(self, message: str) -> None:
        """Tell what only a user who asked for it wants to know."""
        if self.verbose:
            tell(message)

    @property
    def is_binary(self) -> bool:
        """Whether what comes out is no text."""
        return not self.summary and self.output_format in BINARY_FORMATS
