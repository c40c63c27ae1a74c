"""Recipes as TOML files: read, with those that they extend, and written."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from export.corpora.setting_types import settings_of
from export.corpora.source import Source
from export.corpora.sources import Corpus, corpus_names, load_source
from export.optional_packages import check_packages
from export.training.recipe import ROLES, Overrides, Recipe, checked_settings, make_recipe
from export.training.setting_checks import checked
from tagcli.errors import UsageError, to_nobody

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

RECIPE = "recipe.toml"
EXTENDS = "extends"


def read_recipe(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The settings of a recipe file, its sources read; raises UsageError for what they cannot
    be. Those that it does not have are those of the recipe that it `extends`, a path from its own
    folder; a list or table of its own stands in place of the other's."""
    check_packages(["msgspec"], "a recipe")
    return _read_recipe(Path(path), ())


def _read_recipe(path: Path, readers: tuple[Path, ...]) -> dict[str, Any]:
    """The settings of a file that `readers` extend."""
    if path.resolve() in readers:
        raise UsageError(f"{path} extends itself")
    written = _read_toml(path)
    extended = written.pop(EXTENDS, None)
    if extended is not None and not isinstance(extended, str):
        raise UsageError(f"{path}: extends = {extended!r} is not the path of a recipe")
    try:
        settings = checked_settings(_with_sources(written))
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from error
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


def _with_sources(written: dict[str, Any]) -> dict[str, Any]:
    """What a file has, with its tables of sources read and one teacher as a list."""
    settings = dict(written)
    for role in ROLES:
        if isinstance(written.get(role), list):
            entries = enumerate(written[role], start=1)
            settings[role] = tuple(_source(entry, role, number) for number, entry in entries)
    if isinstance(written.get("teacher"), str):
        settings["teacher"] = [written["teacher"]]
    return settings


def _source(entry: Any, role: str, number: int) -> Source:
    """A name or a table of a list of sources, the so many-th, from 1."""
    settings = {"source": entry} if isinstance(entry, str) else entry
    place = f"[[{role}]] entry {number}"
    if not isinstance(settings, dict) or "source" not in settings:
        raise UsageError(f"{place} needs a source, and may have {', '.join(settings_of(Source))}")
    try:
        return Source(**checked(Source, {"split": role, **settings}))
    except UsageError as error:
        raise UsageError(f"{place}, {settings['source']}: {error}") from error


def load_tests(
    path: str | os.PathLike[str], data_dir: Path | None, note: Callable[[str], None] = to_nobody
) -> dict[str, Corpus]:
    """The test sources of a recipe file by their names; `note` is told of what was taken for
    granted. Raises UsageError without any."""
    sources = read_recipe(path).get("test", ())
    if not sources:
        raise UsageError(f"{path} has no [[test]] source")
    corpora = [load_source(source, data_dir, note) for source in sources]
    return dict(zip(corpus_names(corpora), corpora, strict=True))


def overridden(path: str | os.PathLike[str] | None, overrides: Overrides) -> Recipe:
    """The recipe of a file, or of none, with `overrides` in place of its settings."""
    settings = {} if path is None else read_recipe(path)
    return make_recipe({**settings, **overrides.settings()})


def recipe_toml(recipe: Recipe) -> str:
    """The recipe as TOML that `read_recipe` reads back."""
    import tomli_w

    sources = {role: list(map(_written, getattr(recipe, role))) for role in ROLES}
    return tomli_w.dumps({**_written(recipe), **sources})


def _written(one: Recipe | Source) -> dict[str, Any]:
    """The settings by their keys, without those that TOML has no value for, and empty tables where
    that is what a setting is without one."""
    kind: type = type(one)
    values = {
        key: (getattr(one, setting.field), setting.default)
        for key, setting in settings_of(kind).items()
    }
    return {
        key: value
        for key, (value, default) in values.items()
        if value is not None and not (value == {} == default)
    }
