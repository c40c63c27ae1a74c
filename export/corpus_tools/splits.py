"""The splits of places: which there are, and all of them read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from export.corpora.brat import brat_files
from export.corpora.places import DISK, NoSuchSourceError, data_dir_of_environment, is_input
from export.corpora.source import SPLITS
from export.corpora.sources import Corpus, load_source
from tagcli.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from export.corpora.source import FileReading

_SPLIT_OF_NAME = {
    "train": "train",
    "dev": "dev", "valid": "dev", "validation": "dev", "val": "dev", "testa": "dev",
    "test": "test", "testb": "test",
}  # fmt: skip


def load_splits(
    places: Sequence[str],
    reading: FileReading,
    data_dir: Path | None,
    note: Callable[[str], None],
    on_error: Callable[[DataError], None] | None = None,
) -> list[Corpus]:
    """Every split that there is of every place, odd tags repaired as conlleval does; `note` is told
    of what was taken for granted, `on_error` of those that cannot be read, otherwise the first is
    raised. Raises UsageError for a place without any."""
    found = []
    for place in places:
        splits = [split_of_name(place)] if _is_one_split(place, data_dir) else SPLITS
        missing = []
        for split in splits:
            try:
                source = reading.source(place, split, repair="conlleval")
                found.append(load_source(source, data_dir, note))
            except NoSuchSourceError as error:
                missing.append(error)
            except DataError as error:
                if on_error is None:
                    raise
                on_error(error)
        if len(missing) == len(splits):
            raise missing[0]
    return found


def _is_one_split(place: str, data_dir: Path | None) -> bool:
    """Whether a place is a file, a folder of brat documents or a saved dataset that has no splits
    of its own."""
    if place.startswith(DISK):
        return not (Path(place.removeprefix(DISK)) / "dataset_dict.json").is_file()
    if brat_files(place):
        return True
    folder = data_dir or data_dir_of_environment()
    return is_input(place) or (folder is not None and (folder / place).is_file())


def split_of_name(place: str) -> str:
    """The split that the last part of a path names, otherwise train."""
    parts = re.split("[._-]", Path(place).name.lower())
    named = [_SPLIT_OF_NAME[part] for part in parts if part in _SPLIT_OF_NAME]
    return named[-1] if named else "train"


def repairs_note(corpus: Corpus, name: str) -> str | None:
    """How many tags of a corpus were repaired, if any, under the name that a user knows it by."""
    if not corpus.repaired:
        return None
    tags = "tag" if corpus.repaired == 1 else "tags"
    return f"{name}: {corpus.repaired} {tags} repaired ({corpus.source.repair})"
