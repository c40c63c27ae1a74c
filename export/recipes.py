"""What a training run is told: a TOML recipe, which options override."""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from export.sources import Source
from export.tags import REPAIRS
from tagcli.errors import UsageError

RECIPE = "recipe.toml"
ROLES = ("train", "dev", "test")
_KINDS: dict[str, tuple[type, ...]] = {
    "str": (str,), "int": (int,), "float": (int, float), "bool": (bool,),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Recipe:
    """A training run: sources, base encoder, and the settings of its optimisation.

    `rate` and `head_rate` are learning rates at the end of the warm-up, which takes the share
    `warmup` of all steps and after which they fall linearly to 0. `batch_tokens` bounds a batch
    with its padding; `evaluations` is per epoch; `patience` counts evaluations without a better
    F1 (0: never stop early); `freeze_layers` counts encoder layers from the bottom. `units` says
    per language whether the model reads "words" or "raw" text.
    """

    base: str
    train: tuple[Source, ...]
    dev: tuple[Source, ...]
    test: tuple[Source, ...] = ()
    units: Mapping[str, str] = dataclasses.field(default_factory=lambda: {"ko": "raw"})
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
    evaluations: int = 1
    patience: int = 0
    seed: int = 1
    max_minutes: float | None = None
    license: str = "unknown"

    def __post_init__(self) -> None:
        for name in ("train", "dev"):
            if not getattr(self, name):
                raise UsageError(f"nothing to {name} on: give --{name} or [[{name}]] in a recipe")
        for name in ("epochs", "rate", "head_rate", "batch_tokens", "evaluations"):
            if getattr(self, name) <= 0:
                raise UsageError(f"{name} must be above 0")
        for name in ("warmup", "dropout", "label_smoothing"):
            if not 0 <= getattr(self, name) < 1:
                raise UsageError(f"{name} must be at least 0 and below 1")


def read_recipe(path: Path) -> dict[str, Any]:
    """The settings of a recipe file, its sources read; raises UsageError for unknown ones."""
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"no such recipe: {path}") from error
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} is no recipe: {error}") from error
    known = {field.name for field in fields(Recipe)}
    if unknown := sorted(set(settings) - known):
        raise UsageError(f"{path}: unknown setting {unknown[0]!r}; known: {', '.join(known)}")
    for role in ROLES:
        if role in settings:
            settings[role] = tuple(_source(entry, role, path) for entry in settings[role])
    return settings


def _source(entry: Any, role: str, path: Path) -> Source:
    if isinstance(entry, str):
        return Source(entry, role)
    try:
        settings = {"split": role, **entry}
        if "annotates" in settings:
            settings["annotates"] = tuple(settings["annotates"])
        source = Source(settings.pop("source"), **settings)
    except (TypeError, KeyError, ValueError) as error:
        known = ", ".join(field.name for field in fields(Source) if field.name != "place")
        raise UsageError(f"{path}: [[{role}]] needs a source, and may have {known}") from error
    if source.repair not in REPAIRS:
        raise UsageError(f"{path}: repair {source.repair!r} is none of {', '.join(REPAIRS)}")
    return source


def make_recipe(settings: Mapping[str, Any]) -> Recipe:
    """The recipe of settings; raises UsageError for what is missing or of another type."""
    if not settings.get("base"):
        raise UsageError("no base encoder: give --base or base in a recipe")
    given = {"train": (), "dev": (), **settings}
    for field in fields(Recipe):
        kinds = _KINDS.get(str(field.type).split(" ")[0])
        value = given.get(field.name)
        if kinds and value is not None and type(value) not in kinds:
            raise UsageError(f"{field.name} = {value!r} is not {field.type}")
    return Recipe(**given)


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
    return name if bare.isascii() and bare.isalnum() else json.dumps(name, ensure_ascii=False)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, float):
        return repr(value)  # TOML spells floats as Python does
    return json.dumps(value, ensure_ascii=False)  # its strings, integers and booleans as JSON
