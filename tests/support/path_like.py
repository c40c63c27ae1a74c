"""A path that is neither text nor pathlib's, as other libraries have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class PathLike:
    """What `os.fspath` takes, and nothing more."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return str(self._path)
