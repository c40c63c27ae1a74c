from __future__ import annotations

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
    "nertag-eval": "export.commands.evaluate",
    "nertag-export": "export.commands.export",
    "nertag-train": "export.commands.train",
}


def help_of(name: str) -> str:
    command = import_module(COMMANDS[name]).main
    result = CliRunner().invoke(command, ["--help"], prog_name=name, terminal_width=COLUMNS)
    assert result.exit_code == 0
    return result.output


@pytest.mark.parametrize("name", COMMANDS)
def test_a_help_page_has_groups_and_examples_within_80_columns(name: str) -> None:
    lines = help_of(name).splitlines()
    assert max(map(len, lines)) <= COLUMNS
    headings = [line.rstrip(":") for line in lines if line.endswith(":") and line[0] != " "]
    assert headings == [*import_module(COMMANDS[name]).main.groups, "Other", "Examples"]
    examples = lines[lines.index("Examples:") + 1 :]
    assert examples[0].startswith("  ")
    assert all(name in line or line.startswith(" " * 6) for line in examples[:-1])


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
