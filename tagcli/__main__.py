"""`python -m tagcli` is the `nertag` command."""

from tagcli.cli.process import nertag

nertag()
