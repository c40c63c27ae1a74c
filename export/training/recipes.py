"""What a training run is told: a TOML recipe, which options override."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from export.corpora.setting_types import check_types
from export.corpora.source import Source
from export.corpora.sources import Corpus, corpus_names, load_source
from tagcli.errors import UsageError
from tagcli.languages import LANGUAGES, UNITS

RECIPE = "recipe.toml"
ROLES = ("train", "dev", "test")
_ABOVE_0 = ("epochs", "rate", "head_rate", "batch_tokens", "evaluations", "max_minutes",
          "teacher_temperature")  # fmt: skip
_FROM_0 = ("weight_decay", "freeze_layers", "patience", "seed", "average",
           "teacher_states_weight")  # fmt: skip
_LISTS = ("layers", "teacher")
_SHARES = ("warmup", "dropout", "label_smoothing", "base_share")
_SEEDS = 2**32  # as many as numpy has


@dataclass(frozen=True, slots=True)
class Recipe:
    """A training run: sources, base encoder, and the settings of its optimisation.

    `rate` and `head_rate` are learning rates at the end of the warm-up, which takes the share
    `warmup` of all steps and after which they fall linearly to 0. `batch_tokens` bounds a batch
    with its padding; `evaluations` is per epoch; `patience` counts evaluations without a better
    F1 (0: never stop early); `drop_held_out` leaves sentences of a dev or test set out of the train
    sets; `freeze_layers` counts encoder layers from the bottom, which are frozen with the
    embeddings. `units` says per language what the model reads, one of `tagcli.languages.UNITS`;
    None: what the base reads, and if it says nothing Korean as eojeols with a label for every
    piece.

    `layers` are those of the base's encoder layers, from 0, that the model is made of, in their
    order (None: all). `average` is of how many evaluations, the last ones, the weights are
    averaged (0: the best checkpoint is the model). `base_share` is what the base's weights then
    count for in a mean with the trained ones. `teacher` are trained token classifiers, named
    like `base`; `teacher_weight` is their share of the loss, `teacher_states_weight` what the
    distance of their hidden states counts for besides.
    """

    base: str
    train: tuple[Source, ...]
    dev: tuple[Source, ...]
    test: tuple[Source, ...] = ()
    units: Mapping[str, str] | None = None
    epochs: int = 3
    rate: float = 5e-5
    head_rate: float = 1e-3
    batch_tokens: int = 1536
    warmup: float = 0.05
    weight_decay: float = 0.01
    dropout: float = 0.1
    label_smoothing: float = 0.0
    freeze_embeddings: bool = False
    freeze_layers: int = 0
    drop_held_out: bool = False
    layers: tuple[int, ...] | None = None
    evaluations: int = 1
    patience: int = 0
    average: int = 0
    base_share: float = 0.0
    teacher: tuple[str, ...] = ()
    teacher_weight: float = 0.5
    teacher_temperature: float = 2.0
    teacher_states_weight: float = 0.0
    seed: int = 1
    max_minutes: float | None = None
    license: str = "unknown"

    def __post_init__(self) -> None:
        _check({one.name: getattr(self, one.name) for one in fields(self)})
        for name in ("train", "dev"):
            if not getattr(self, name):
                raise UsageError(f"nothing to {name} on: give --{name} or [[{name}]] in a recipe")
        if self.base_share and self.layers is not None:
            raise UsageError("base_share needs all layers of the base: leave layers out")
        for source in self.train:
            if source.annotates == () and not self.needs_no_gold:
                raise UsageError(f"{source.place} annotates nothing, and there is no teacher")
        if self.teacher_states_weight and not self.teacher:
            raise UsageError("teacher_states_weight needs a teacher")

    @property
    def needs_no_gold(self) -> bool:
        """Whether a teacher's probabilities can stand in for gold that a source does not have."""
        return bool(self.teacher) and self.teacher_weight > 0

    @property
    def has_teacher(self) -> bool:
        """Whether a part of the loss is a teacher's."""
        return bool(self.teacher) and (self.teacher_weight > 0 or self.teacher_states_weight > 0)


def _check(settings: Mapping[str, Any]) -> None:
    """Raise UsageError for a setting of another type or range than it may have."""
    check_types(Recipe, settings)
    numbers = {name: value for name, value in settings.items() if value is not None}
    for name in _ABOVE_0:
        if numbers.get(name, 1) <= 0:
            raise UsageError(f"{name} must be above 0, not {numbers[name]}")
    for name in _FROM_0:
        if numbers.get(name, 0) < 0:
            raise UsageError(f"{name} must be at least 0, not {numbers[name]}")
    for name in _SHARES:
        if not 0 <= numbers.get(name, 0) < 1:
            raise UsageError(f"{name} must be at least 0 and below 1, not {numbers[name]}")
    if not 0 <= numbers.get("teacher_weight", 0) <= 1:
        raise UsageError(f"teacher_weight must be from 0 to 1, not {numbers['teacher_weight']}")
    if numbers.get("seed", 0) >= _SEEDS:
        raise UsageError(f"seed must be below {_SEEDS}, not {numbers['seed']}")
    _check_layers(settings.get("layers"))
    for language, unit in (settings.get("units") or {}).items():
        if language not in LANGUAGES or unit not in UNITS:
            known = f"a language ({', '.join(LANGUAGES)}) has one of {', '.join(UNITS)}"
            raise UsageError(f"units: {language} = {unit!r}, but {known}")


def _check_layers(layers: tuple[int, ...] | None) -> None:
    if layers is None:
        return
    if not layers or min(layers) < 0 or len(set(layers)) < len(layers):
        problem = "but needs one number or more from 0, each once"
        raise UsageError(f"layers = {_value(layers)}, {problem}")


def read_recipe(path: Path) -> dict[str, Any]:
    """The settings of a recipe file, its sources read; raises UsageError for what they cannot
    be. Those that it does not have are those of the recipe that it `extends`, a path from its own
    folder; a list or table of its own stands in place of the other's."""
    return _read_recipe(path, ())


def _read_recipe(path: Path, readers: tuple[Path, ...]) -> dict[str, Any]:
    """The settings of a file that `readers` extend."""
    if path.resolve() in readers:
        raise UsageError(f"{path} extends itself")
    settings = _read_toml(path)
    extended = settings.pop("extends", None)
    if extended is not None and not isinstance(extended, str):
        raise UsageError(f"{path}: extends = {extended!r} is not the path of a recipe")
    _check_recipe(settings, path)
    if extended is None:
        return settings
    return {**_read_recipe(path.parent / extended, (*readers, path.resolve())), **settings}


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"no such recipe: {path}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no recipe: {error}") from error


def _check_recipe(settings: dict[str, Any], path: Path) -> None:
    """Read the sources and lists in `settings`, and check all of them."""
    known = {field.name for field in fields(Recipe)}
    if unknown := sorted(set(settings) - known):
        raise UsageError(f"{path}: unknown setting {unknown[0]!r}; known: {', '.join(known)}")
    try:
        for role in ROLES:
            if role in settings:
                settings[role] = _sources(settings[role], role)
        if isinstance(settings.get("teacher"), str):
            settings["teacher"] = [settings["teacher"]]
        for name in _LISTS:
            if isinstance(settings.get(name), list):
                settings[name] = tuple(settings[name])
        _check(settings)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error


def load_tests(path: Path, data_dir: Path | None) -> dict[str, Corpus]:
    """The test sources of a recipe file by their names; raises UsageError without any."""
    sources = read_recipe(path).get("test", ())
    if not sources:
        raise UsageError(f"{path} has no [[test]] source")
    corpora = [load_source(source, data_dir) for source in sources]
    return dict(zip(corpus_names(corpora), corpora, strict=True))


def _sources(entries: Any, role: str) -> tuple[Source, ...]:
    if not isinstance(entries, list):
        raise UsageError(f"{role} = {entries!r} is not a list of sources")
    return tuple(_source(entry, role) for entry in entries)


def _source(entry: Any, role: str) -> Source:
    if isinstance(entry, str):
        return Source(entry, role)
    known = [field.name for field in fields(Source) if field.name != "place"]
    if not isinstance(entry, dict) or type(entry.get("source")) is not str:
        raise UsageError(f"[[{role}]] needs a source, and may have {', '.join(known)}")
    settings = {"split": role, **entry}
    place = settings.pop("source")
    if unknown := sorted(set(settings).difference(known)):
        raise UsageError(f"[[{role}]] has {unknown[0]!r}, but may have {', '.join(known)}")
    for name in ("annotates", "joins"):
        if isinstance(settings.get(name), list):
            settings[name] = tuple(settings[name])
    try:
        return Source(place, **settings)
    except UsageError as error:
        raise UsageError(f"[[{role}]] {error}") from error


def make_recipe(settings: Mapping[str, Any]) -> Recipe:
    """The recipe of settings; raises UsageError for what is missing or cannot be."""
    if not settings.get("base"):
        raise UsageError("no base encoder: give --base or base in a recipe")
    return Recipe(**{"train": (), "dev": (), **settings})


def recipe_toml(recipe: Recipe) -> str:
    """The recipe as TOML that `read_recipe` reads back."""
    lines, tables = [], []
    for field in fields(recipe):
        value = getattr(recipe, field.name)
        if field.name in ROLES:
            tables += [_source_toml(source, field.name) for source in value]
        elif isinstance(value, Mapping):
            tables.append(f"[{field.name}]\n" + _pairs(value))
        elif value is not None:
            lines.append(f"{field.name} = {_value(value)}\n")
    return "\n".join(["".join(lines), *tables])


def _source_toml(source: Source, role: str) -> str:
    settings: dict[str, Any] = {"source": source.place}
    for field in fields(source):
        value = getattr(source, field.name)
        if field.name != "place" and value not in (None, {}):
            settings[field.name] = value
    return f"[[{role}]]\n" + _pairs(settings)


def _pairs(settings: Mapping[str, Any]) -> str:
    return "".join(f"{_key(name)} = {_value(value)}\n" for name, value in settings.items())


def _key(name: str) -> str:
    bare = name.replace("-", "").replace("_", "")
    return name if bare.isascii() and bare.isalnum() else _string(name)


def _string(text: str) -> str:
    """As JSON has it, but for the one character that JSON leaves as it is and TOML does not."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float):
        return repr(value)  # TOML spells floats as Python does
    return _string(value) if isinstance(value, str) else json.dumps(value)
