"""A model in the cache of huggingface_hub, without a hub."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

REVISION = "0123456789abcdef0123456789abcdef01234567"


def cached_on_hub(cache: Path, repo: str, folder: Path) -> None:
    """What a download of the folder as `repo` leaves in huggingface_hub's cache."""
    home = cache / f"models--{repo.replace('/', '--')}"
    snapshot = home / "snapshots" / REVISION
    snapshot.mkdir(parents=True)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(REVISION)
    (home / "blobs").mkdir()
    for number, path in enumerate(sorted(folder.iterdir())):
        shutil.copyfile(path, home / "blobs" / str(number))
        (snapshot / path.name).symlink_to(f"../../blobs/{number}")
