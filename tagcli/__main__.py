"""`python -m tagcli` is the `nertag` command."""

from tagcli.cli.main import run

run()
