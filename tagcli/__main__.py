"""`python -m tagcli` is the `nertag` command."""

from tagcli.cli import main

main(prog_name="nertag")
