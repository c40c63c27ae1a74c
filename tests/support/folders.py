"""What is in a folder."""

from __future__ import annotations

from pathlib import Path


def names_in(folder: Path | str = ".") -> list[str]:
    """The names of what is in a folder, in order."""
    return sorted(path.name for path in Path(folder).iterdir())
