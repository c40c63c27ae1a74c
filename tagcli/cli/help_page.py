"""The help page of a command: its options in groups, examples at the end."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OTHERS = "Other"
_TERM_COLUMNS = 30  # write_dl gives longer ones a line of their own


class GroupedCommand(click.Command):
    """A command whose help page shows its options under headings and its epilog as examples.

    `groups` has the long names of options by heading; options that no group names come last.
    """

    def __init__(
        self, *arguments: Any, groups: Mapping[str, Sequence[str]], **settings: Any
    ) -> None:
        super().__init__(*arguments, **settings)
        self.groups = groups

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, all groups with one width of terms."""
        rows = {}
        for option in self.get_params(ctx):
            if isinstance(option, click.Option) and (row := option.get_help_record(ctx)):
                rows[long_name(option)] = row
        width = min(max(len(term) for term, _ in rows.values()), _TERM_COLUMNS)
        named = {name for names in self.groups.values() for name in names}
        others = [name for name in rows if name not in named]
        for heading, names in {**self.groups, _OTHERS: others}.items():
            with formatter.section(heading):
                formatter.write_dl([(f"{rows[n][0]:{width}}", rows[n][1]) for n in names])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the examples, a line each, as they are."""
        if self.epilog:
            with formatter.section("Examples"):
                for line in inspect.cleandoc(self.epilog).splitlines():
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def long_name(option: click.Option) -> str:
    """An option's name as it is written out: `--output` of `-o, --output`."""
    return max(option.opts, key=len)
