"""Settings as they come out of a file, into the types and the ranges of their fields."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from export.corpora.setting_types import Setting, settings_of
from tagcli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping


def checked(kind: type, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What the settings of a file are as values of the fields of `kind`, a dataclass of settings.
    Raises UsageError for a key that is none, and for another value than a field may have.

    Source: https://jcristharif.com/msgspec/constraints.html
    """
    known = settings_of(kind)
    for key in settings:
        if key not in known:
            raise UsageError(f"unknown setting {key!r}; known: {', '.join(known)}")
    return {known[key].field: _checked(known[key], value) for key, value in settings.items()}


def _checked(setting: Setting, value: Any) -> Any:
    from msgspec import ValidationError, convert

    try:
        converted = convert(value, _type_of(setting))
    except ValidationError as error:
        problem = f"{setting.key} = {value!r:.200} is not {setting.type_name}"
        raise UsageError(problem) from error
    if isinstance(converted, float) and not math.isfinite(converted):
        raise UsageError(f"{setting.key} = {value} is not finite")
    return converted


def _type_of(setting: Setting) -> Any:
    """The type as msgspec takes it."""
    from msgspec import Meta

    kind = setting.kind
    if setting.about.choices:
        kind = Literal[setting.about.choices]
    if setting.about.limits:
        kind = Annotated[kind, Meta(**setting.about.limits)]
    return kind | None if setting.is_optional else kind
