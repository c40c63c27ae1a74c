"""Every option that takes one of several names, in all commands: in other case, and misspelt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
import pytest

from tagcli.cli import main as nertag
from tagcli.cli.choices import Choice

if TYPE_CHECKING:
    from collections.abc import Iterator


def commands() -> Iterator[click.Command]:
    yield nertag.main
    for module in ("bench", "data", "evaluate", "export", "train"):
        found = pytest.importorskip(f"export.commands.{module}").main
        yield from found.commands.values() if isinstance(found, click.Group) else [found]


@pytest.mark.train
def test_every_choice_is_one_of_these() -> None:
    options = [(command, option) for command in commands() for option in command.params]
    choices = [one for one in options if isinstance(one[1].type, click.Choice)]
    assert len(choices) > 12
    for command, option in choices:
        assert isinstance(option.type, Choice), f"{command.name} {option.opts}"
        for name in option.type.choices:
            assert option.type.convert(name.swapcase(), option, None) == name


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("json", "'json' is not one of 'conll', 'html', 'jsonl', 'spans'; did you mean jsonl?"),
        ("", "'' is not one of 'conll', 'html', 'jsonl', 'spans'"),
        ("a\nb", "'a\\nb' is not one of 'conll', 'html', 'jsonl', 'spans'"),
    ],
)
def test_what_is_misspelt(value: str, said: str) -> None:
    with pytest.raises(click.BadParameter) as caught:
        Choice(["conll", "html", "jsonl", "spans"])(value)
    assert caught.value.message == said
