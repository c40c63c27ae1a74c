"""Options that several commands share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tagcli.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from export.corpora.sources import Corpus


def read_renaming(pair: str) -> tuple[str, str]:
    """OLD=NEW taken apart; raises UsageError for anything else."""
    name, joint, renamed = pair.partition("=")
    if not joint or not name or not renamed:
        raise UsageError(f"--map {pair}: say it as OLD=NEW")
    return name, renamed


def recipe_tests(recipe: Path | None, data_dir: Path | None) -> dict[str, Corpus]:
    """The test sources of --recipe, if there is one, by their names."""
    if recipe is None:
        return {}
    from export.training.recipes import load_tests

    return load_tests(recipe, data_dir)
