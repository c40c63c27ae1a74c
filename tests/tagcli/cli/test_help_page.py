from __future__ import annotations

import shlex
from importlib import import_module

import click
import pytest
from click.testing import CliRunner

from tagcli.cli.help_page import GroupedCommand, long_name
from tagcli.cli.main import GROUPS
from tagcli.cli.main import main as nertag

COLUMNS = 80
COMMANDS = {
    "nertag": "tagcli.cli.main",
    "nertag-bench": "export.commands.bench",
    "nertag-data": "export.commands.data",
    "nertag-eval": "export.commands.evaluate",
    "nertag-export": "export.commands.export",
    "nertag-train": "export.commands.train",
}


SUBCOMMANDS = [f"nertag-data {name}" for name in ("stats", "check", "convert", "tokens")]


def command_of(name: str) -> click.Command:
    """The command of a name of one or two words."""
    name, _, subcommand = name.partition(" ")
    command = import_module(COMMANDS[name]).main
    return command.commands[subcommand] if subcommand else command


def help_of(name: str) -> str:
    name, *subcommand = name.split()
    arguments = [*subcommand, "--help"]
    result = CliRunner().invoke(command_of(name), arguments, prog_name=name, terminal_width=COLUMNS)
    assert result.exit_code == 0
    return result.output


@pytest.mark.parametrize("name", [*COMMANDS, *SUBCOMMANDS])
def test_a_help_page_has_groups_and_examples_within_80_columns(name: str) -> None:
    lines = help_of(name).splitlines()
    assert max(map(len, lines)) <= COLUMNS
    headings = [line.rstrip(":") for line in lines if line.endswith(":") and line[0] != " "]
    groups = getattr(command_of(name), "groups", ["Commands"])
    assert headings == [*groups, "Other", "Examples"]
    examples = lines[lines.index("Examples:") + 1 :]
    assert examples[0].startswith("  ")
    assert all(name in line or line.startswith(" " * 6) for line in examples[:-1])


@pytest.mark.parametrize("name", [*COMMANDS, *SUBCOMMANDS])
def test_examples_can_be_called(name: str) -> None:
    _, _, examples = help_of(name).partition("Examples:\n")
    for line in examples.replace("\\\n", "").splitlines():
        words = shlex.split(line.rpartition(" | ")[2])
        command = import_module(COMMANDS[words[0]]).main
        context = command.make_context(words[0], words[1:])
        if isinstance(command, click.Group):
            subcommand, _, rest = command.resolve_command(context, words[1:])
            command.commands[str(subcommand)].make_context(subcommand, rest, parent=context)


def test_every_command_is_said_in_a_whole_sentence() -> None:
    page = help_of("nertag-data")
    assert "near-empty types\n           and text without pieces." in page


def test_options_of_nertag_have_a_heading_each() -> None:
    named = [name for names in GROUPS.values() for name in names]
    options = [long_name(option) for option in nertag.params if isinstance(option, click.Option)]
    assert sorted(named) == sorted(set(options) - {"--version"})


@click.command(
    cls=GroupedCommand,
    groups={"Second": ("--b",), "First": ("--a",)},
    epilog="""
      tool --a   # as it is
        indented
    """,
)
@click.option("--a", help="Of the first.")
@click.option("-b", "--b", help="Of the second.")
@click.option("--very-long-name-of-an-option", metavar="A|B|C", help="Of none.")
def tool(**_: object) -> None:
    """Do something."""


def test_terms_of_all_groups_have_one_width_and_the_rest_comes_last() -> None:
    page = CliRunner().invoke(tool, ["--help"], prog_name="tool").output
    assert page == (
        "Usage: tool [OPTIONS]\n\n  Do something.\n\n"
        f"Second:\n  {'-b, --b TEXT':30}  Of the second.\n\n"
        f"First:\n  {'--a TEXT':30}  Of the first.\n\n"
        f"Other:\n  --very-long-name-of-an-option A|B|C\n{'':34}Of none.\n"
        f"  {'--help':30}  Show this message and exit.\n\n"
        "Examples:\n  tool --a   # as it is\n    indented\n"
    )
