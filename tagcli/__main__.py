"""`python -m tagcli` is the `nertag` command."""

from tagcli.cli import run

run()
