"""The help page of a command: its options in groups, examples at the end."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_OTHERS = "Other"
_TERM_COLUMNS = 30  # write_dl gives longer ones a line of their own
_NO_LIMIT = 1000  # characters of the first sentence of a command's help


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
        rows = _option_rows(self, ctx)
        width = min(max(len(term) for term, _ in rows.values()), _TERM_COLUMNS)
        named = {name for names in self.groups.values() for name in names}
        others = [name for name in rows if name not in named]
        for heading, names in {**self.groups, _OTHERS: others}.items():
            with formatter.section(heading):
                formatter.write_dl([(f"{rows[n][0]:{width}}", rows[n][1]) for n in names])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the examples, a line each, as they are."""
        _write_examples(self.epilog, formatter)


class CommandGroup(click.Group):
    """Commands whose help page has the whole first sentence of each, and its epilog as examples."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, then the options."""
        self.format_commands(ctx, formatter)
        with formatter.section(_OTHERS):
            formatter.write_dl(list(_option_rows(self, ctx).values()))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the commands, in the order in which they were added."""
        with formatter.section("Commands"):
            formatter.write_dl([
                (name, command.get_short_help_str(_NO_LIMIT))
                for name, command in self.commands.items()
            ])  # fmt: skip

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the examples, a line each, as they are."""
        _write_examples(self.epilog, formatter)


def _option_rows(command: click.Command, ctx: click.Context) -> dict[str, tuple[str, str]]:
    """Term and help of the options that are shown, by their long names."""
    options = [option for option in command.get_params(ctx) if isinstance(option, click.Option)]
    return {long_name(one): row for one in options if (row := one.get_help_record(ctx))}


def _write_examples(examples: str | None, formatter: click.HelpFormatter) -> None:
    if examples:
        with formatter.section("Examples"):
            for line in inspect.cleandoc(examples).splitlines():
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def long_name(option: click.Option) -> str:
    """An option's name as it is written out: `--output` of `-o, --output`."""
    return max(option.opts, key=len)
