"""Options that take one of several names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from tagcli.names import as_known, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable


class Choice(click.Choice):  # type: ignore[type-arg]  # of click 8.1 it takes none
    """One of the names, in whatever case; for another one the message has the nearest."""

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__(list(names))

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name as it is called."""
        try:
            return super().convert(as_known(value, self.choices), param, ctx)
        except click.BadParameter as error:
            problem = error.message.removesuffix(".")
            near = did_you_mean(value, self.choices)
            raise click.BadParameter(f"{problem}{near}", ctx, param) from error
