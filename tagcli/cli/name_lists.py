"""Lists of names in one word of a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Mapping


def names_of(listed: str) -> list[str]:
    """The names of a list such as `PER,LOC`, without the blanks around them."""
    return [name.strip() for name in listed.split(",")]


class ListOption(click.Option):
    """An option with such a list. Given twice it has the names of both: of other options the last
    one counts, and a name would be lost without a word."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        """As any option that may be repeated."""
        self.multiple, was = True, self.multiple
        super().add_to_parser(parser, ctx)
        self.multiple = was

    def consume_value(
        self, ctx: click.Context, opts: Mapping[str, Any]
    ) -> tuple[Any, click.core.ParameterSource]:
        """The lists that were given, as one."""
        value, source = super().consume_value(ctx, opts)
        return ",".join(value) if isinstance(value, list | tuple) else value, source
