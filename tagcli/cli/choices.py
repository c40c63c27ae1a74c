"""Options that take one of several names, or a score by name."""

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


class LeastScore(click.FloatRange):
    """A score between 0 and 1, or one for each of several labels: `PER=0.8,ORG=0.9`."""

    def __init__(self) -> None:
        super().__init__(0, 1)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number, or the numbers by label."""
        if "=" not in str(value):
            return super().convert(value, param, ctx)
        scores: dict[str, Any] = {}
        for pair in str(value).split(","):
            label, _, score = map(str.strip, pair.partition("="))
            if not label or label in scores or "=" in score:
                raise click.BadParameter(f"{pair!r} is not LABEL=SCORE", ctx, param)
            scores[label] = score
        return {name: self.convert(score, param, ctx) for name, score in scores.items()}
