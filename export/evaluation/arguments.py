"""What the arguments of a command name: models, and annotated text to score them on."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from export.corpora.brat import brat_files
from export.corpora.places import NoSuchSourceError, find_file, is_dataset
from export.corpora.source import FileReading
from export.corpora.sources import Corpus, load_source
from tagcli.errors import to_nobody
from tagcli.languages import AUTO
from tagcli.models.config import CONFIG

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


@dataclass(frozen=True, slots=True)
class GoldOptions:
    """How text that an argument names is found and read: the folder of corpora, the `split` of a
    NAME/LANGUAGE in it or of a dataset, the language, `rules`, a key of
    export.corpora.tags.REPAIRS, for illegal tags, and how files are read."""

    data_dir: Path | None = None
    split: str = "test"
    language: str = AUTO
    rules: str = "conlleval"
    reading: FileReading = field(default_factory=FileReading)


def models_and_places(
    arguments: Sequence[str], options: GoldOptions
) -> tuple[list[str | None], dict[str, str]]:
    """The models (None: the default), and the places where gold lies by the arguments that name
    them."""
    found = {name: place for name in arguments if (place := _gold_place(name, options))}
    models: list[str | None] = [name for name in arguments if name not in found]
    return models or [None], found


def _gold_place(argument: str, options: GoldOptions) -> str | None:
    """Where the gold lies that an argument names; None where it names a model. A folder of brat
    documents is gold, unless a model lies in it, too."""
    if is_dataset(argument):
        return argument
    if Path(argument).is_dir():
        is_gold = brat_files(argument) and not (Path(argument) / CONFIG).is_file()
        return argument if is_gold else None
    try:
        return str(find_file(argument, options.split, options.data_dir))
    except NoSuchSourceError:
        return None


def load_gold(
    place: str, options: GoldOptions, note: Callable[[str], None] = to_nobody
) -> Corpus:
    """The gold at a place that `models_and_places` found; `note` is told of what was taken for
    granted. Raises DataError with file and line where it is missing or cannot be read, UsageError
    for a place that holds none."""
    language = None if options.language == AUTO else options.language
    settings = {"language": language, "repair": options.rules}
    return load_source(options.reading.source(place, options.split, **settings), note=note)
