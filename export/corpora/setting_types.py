"""Settings as fields of a dataclass, whose metadata say what each is for and what it may be.

They are plain dataclasses, not msgspec's: a `Source` is read without the train extra, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

_TYPES: dict[Any, str] = {str: "string", int: "whole number", float: "number"}
_LIMITS = {"gt": "above", "ge": "of at least", "lt": "below", "le": "of at most"}


@dataclass(frozen=True, slots=True)
class About:
    """What a field says of its setting: the meaning, the only `choices` of a string, the `limits`
    of a number as msgspec.Meta has them (gt, ge, lt, le), and the `key` in a file where that is
    not the field's name."""

    meaning: str
    choices: tuple[str, ...]
    limits: Mapping[str, Any]
    key: str


def about(
    meaning: str, *, choices: Iterable[str] = (), key: str = "", **limits: float
) -> dict[str, About]:
    """The metadata of a setting's field."""
    return {"about": About(meaning, tuple(choices), limits, key)}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of a dataclass: `kind` is its type where it is not None; `default` is None, too,
    for one that has to be given."""

    field: str
    key: str
    kind: Any
    is_optional: bool
    is_needed: bool
    default: Any
    about: About

    @property
    def type_name(self) -> str:
        """What its values are, to go on from "is not": "a whole number above 0"."""
        if self.about.choices:
            return f"one of {', '.join(self.about.choices)}"
        if self.kind is bool:
            return "true or false"
        limits = [f"{_LIMITS[name]} {limit}" for name, limit in self.about.limits.items()]
        return f"a {_name(self.kind)} {' and '.join(limits)}".rstrip()


@cache
def settings_of(kind: type) -> dict[str, Setting]:
    """The settings of a dataclass by the keys that they have in a file."""
    hints = get_type_hints(kind)
    found = {}
    for one in fields(kind):
        about: About = one.metadata["about"]
        default = one.default if one.default_factory is MISSING else one.default_factory()
        parts = get_args(hints[one.name])
        is_optional = type(None) in parts
        setting = Setting(
            one.name,
            about.key or one.name,
            parts[0] if is_optional else hints[one.name],
            is_optional,
            default is MISSING,
            None if default is MISSING else default,
            about,
        )
        found[setting.key] = setting
    return found


def _name(kind: Any) -> str:
    container, parts = get_origin(kind), get_args(kind)
    if container is None:
        return _TYPES[kind]
    item = _TYPES.get(parts[-1] if container is Mapping else parts[0], "source")
    return f"{'table' if container is Mapping else 'list'} of {item}s"
