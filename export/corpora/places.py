"""Where a corpus lies: a file, the data folder, a saved dataset, the hub."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tagcli.errors import UsageError, reason_of
from tagcli.readers.inputs import STDIN

if TYPE_CHECKING:
    from datasets import Dataset

HUB, DISK = "hub:", "disk:"
DATA_DIR_VARIABLE = "NERTAG_DATA"
_HUB_SPLITS = {"train": ("train",), "dev": ("validation", "dev"), "test": ("test",)}
_HUB_NAMES = {"klue/ner": ("klue/klue", "ner")}  # an owner's name left out, as its users write it


def is_dataset(place: str) -> bool:
    """Whether a place is one of the datasets library's, saved or on the hub."""
    return place.startswith((HUB, DISK))


class NoSuchSourceError(UsageError):
    """A corpus, or this split of it, that is not there."""


def is_input(place: str) -> bool:
    """Whether a place is standard input, a file, or a pipe as `<(...)` is one."""
    return place == STDIN or (Path(place).exists() and not Path(place).is_dir())


def find_file(place: str, split: str, data_dir: Path | None) -> Path:
    """The file that a place names: a path, "-" for standard input, one in the data folder, or its
    `NAME/LANGUAGE`."""
    data_dir = data_dir or data_dir_of_environment()
    if not place:
        raise UsageError("'' names no corpus")
    if is_input(place):
        return Path(place)
    if data_dir is not None:
        name, _, language = place.rpartition("/")
        public = [data_dir / language / f"{name}.{split}.{kind}" for kind in ("conll", "jsonl")]
        candidates: list[Path] = [data_dir / place, *(public if name else ())]
        for candidate in candidates:
            if candidate.is_file():
                return candidate
    where = f"nor one in {data_dir}" if data_dir else f"and no --data-dir or {DATA_DIR_VARIABLE}"
    raise NoSuchSourceError(f"no corpus {place} ({split}): no such file, {where}")


def data_dir_of_environment() -> Path | None:
    """The folder of corpora and bases that NERTAG_DATA names."""
    named = os.environ.get(DATA_DIR_VARIABLE)
    return Path(named) if named else None


def bases_of(data_dir: Path | None) -> list[Path]:
    """Where the encoders of the data folder are, that of NERTAG_DATA if none is given; none without
    a data folder."""
    data_dir = data_dir or data_dir_of_environment()
    return [] if data_dir is None else [data_dir / "bases"]


def load_saved(place: str, split: str) -> Dataset:
    """A split of a dataset that was saved to disk; raises UsageError for one that is not there."""
    from datasets import load_from_disk

    path = place.removeprefix(DISK)
    if not Path(path).is_dir():
        raise NoSuchSourceError(f"{place}: no such folder")
    try:
        loaded = load_from_disk(path)
    except Exception as error:  # datasets and pyarrow raise many kinds
        raise UsageError(f"{place} cannot be loaded: {reason_of(error)}") from error
    return _split_of(loaded, place, split)


def hub_name(place: str) -> tuple[str, str | None]:
    """The repository and the configuration that `hub:OWNER/NAME[/CONFIG]` names."""
    path = place.removeprefix(HUB)
    if path in _HUB_NAMES:
        return _HUB_NAMES[path]
    parts = path.split("/")
    if not all(parts) or len(parts) not in (2, 3):
        raise UsageError(f"{place} is not hub:OWNER/NAME or hub:OWNER/NAME/CONFIG")
    return "/".join(parts[:2]), parts[2] if len(parts) == 3 else None


def load_from_hub(place: str, split: str) -> Dataset:
    """A split of a dataset of the hub; raises UsageError for one that cannot be had."""
    from datasets import load_dataset

    repository, config = hub_name(place)
    try:
        loaded = load_dataset(repository, config)
    except Exception as error:  # network, authentication and format errors of several libraries
        raise UsageError(f"{place} cannot be loaded: {reason_of(error)}") from error
    return _split_of(loaded, place, split)


def _split_of(loaded: Any, place: str, split: str) -> Dataset:
    """The split of a DatasetDict; a Dataset is the one split there is."""
    if not isinstance(loaded, dict):
        return loaded
    for name in _HUB_SPLITS[split]:
        if name in loaded:
            return loaded[name]
    raise NoSuchSourceError(f"{place} has no split {split}: {', '.join(loaded)}")
