"""Settings as they come out of a file, against the types that their dataclass declares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, get_args, get_origin, get_type_hints

from tagcli.errors import UsageError

_NAMES = {
    "str": "a string", "int": "a whole number", "float": "a finite number", "bool": "true or false",
    "tuple": "a list", "Mapping": "a table",
}  # fmt: skip


def check_types(kind: type, settings: Mapping[str, Any]) -> None:
    """Raise UsageError for a value of another type than the field of `kind` it is for."""
    hints = get_type_hints(kind)
    for name, value in settings.items():
        if not _fits(value, hints[name]):
            raise UsageError(f"{name} = {value!r} is not {_name(hints[name])}")


def _fits(value: Any, hint: Any) -> bool:
    container, parts = get_origin(hint), get_args(hint)
    if container is tuple:
        return isinstance(value, tuple) and all(_fits(one, parts[0]) for one in value)
    if container is Mapping:
        return isinstance(value, Mapping) and all(_fits(one, parts[1]) for one in value.values())
    if container is not None:  # one or the other
        return any(_fits(value, part) for part in parts)
    if hint is float:
        return type(value) in (int, float) and math.isfinite(value)
    return type(value) is hint  # no isinstance: True is an int


def _name(hint: Any) -> str:
    container, parts = get_origin(hint), get_args(hint)
    if container is not None and container not in (tuple, Mapping):
        return _name(parts[0])
    of = {str: " of strings", int: " of whole numbers"}
    listed = next((of[part] for part in parts if part in of), "")
    return _NAMES[(container or hint).__name__] + listed
