"""Options that several commands share."""

from __future__ import annotations

from tagcli.errors import UsageError


def read_renaming(pair: str) -> tuple[str, str]:
    """OLD=NEW taken apart; raises UsageError for anything else."""
    name, joint, renamed = pair.partition("=")
    if not joint or not name or not renamed:
        raise UsageError(f"--map {pair}: say it as OLD=NEW")
    return name, renamed
