"""A model's config.json: read and written here alone."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tagcli.errors import UsageError
from tagcli.languages import UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CONFIG = "config.json"
OWN = "nertag"
"""The entry with what nertag must know and cannot read off a checkpoint."""


def read_config(folder: Path) -> dict[str, Any]:
    """The fields of the config of the model in `folder`. Raises UsageError where there is none, or
    none that can be read."""
    return read_object(folder / CONFIG)


def read_object(path: Path) -> dict[str, Any]:
    """The JSON object in a file of a model. Raises UsageError where there is none."""
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UsageError(f"{path.parent} is no model directory: it has no {path.name}") from error
    except (ValueError, OSError, RecursionError) as error:
        raise UsageError(f"{path} cannot be read: {error}") from error
    if not isinstance(fields, dict):
        raise UsageError(f"{path} is not a JSON object")
    return fields


@contextmanager
def odd_settings_told(folder: Path) -> Iterator[None]:
    """Within it what cannot be made of the settings of the model in `folder` is a UsageError."""
    try:
        yield
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise UsageError(f"{folder / CONFIG} cannot be used: {error!r:.300}") from error


def own_settings(folder: Path, config: Mapping[str, Any]) -> dict[str, Any]:
    """The `nertag` object of the config of the model in `folder`, empty where there is none. Raises
    UsageError where it is no object."""
    own = config.get(OWN)
    if own is None:
        return {}
    if not isinstance(own, dict):
        raise UsageError(f"{folder / CONFIG}: {OWN} {own!r:.80} is not a JSON object")
    return own


def own_units(folder: Path, config: Mapping[str, Any]) -> dict[str, str]:
    """What the model in `folder` reads per language, as its config says. Raises UsageError for
    units that there are not."""
    units = own_settings(folder, config).get("units", {})
    if not isinstance(units, dict):
        raise UsageError(f"{folder / CONFIG}: units {units!r:.80} is not a JSON object")
    if odd := [unit for unit in units.values() if unit not in UNITS]:
        raise UsageError(f"{folder / CONFIG}: unit {odd[0]!r:.80} is none of {', '.join(UNITS)}")
    return units


def write_config(folder: Path, config: Mapping[str, Any]) -> None:
    """Make these the fields of the config in `folder`."""
    text = json.dumps(config, ensure_ascii=False, indent=2)
    (folder / CONFIG).write_text(text + "\n", encoding="utf-8")
