"""Values of Arrow as JSON has them."""

from __future__ import annotations

import math
from typing import Any

from tagcli.optional_packages import needed

pa = needed("pyarrow", "parquet", "a table of Arrow or Parquet")

_SAME = (
    pa.types.is_boolean, pa.types.is_integer, pa.types.is_floating, pa.types.is_null,
    pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view,
)  # fmt: skip


def json_type(kind: Any) -> Any:
    """The Arrow type as which values go to JSON: times and decimals are text, which keeps all of
    their digits; None for what JSON cannot hold, such as bytes."""
    found = _json_type(kind)
    try:
        if found is not None:
            pa.array([], _stored(kind)).cast(found)
    except pa.ArrowException:
        return None
    return found


def json_values(column: Any) -> Any:
    """The column in its `json_type`."""
    if isinstance(column, pa.ExtensionArray):
        column = column.storage
    return column.cast(json_type(column.type))


def json_value(scalar: Any) -> Any:
    """A value of a column of `json_values`; what is no number is none."""
    return _finite(scalar.as_py())


def _stored(kind: Any) -> Any:
    return kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind


def _json_type(kind: Any) -> Any:
    kind = _stored(kind)
    if any(is_same(kind) for is_same in _SAME):
        return kind
    if pa.types.is_dictionary(kind):
        return _json_type(kind.value_type)
    if pa.types.is_decimal(kind) or (pa.types.is_temporal(kind) and kind != _INTERVAL):
        return pa.string()
    if pa.types.is_struct(kind):
        parts = [(one.name, _json_type(one.type)) for one in kind]
        return None if None in [part for _, part in parts] else pa.struct(parts)
    if pa.types.is_map(kind):
        key, item = _json_type(kind.key_type), _json_type(kind.item_type)
        return None if key is None or item is None else pa.map_(key, item)
    return _json_list(kind)


def _json_list(kind: Any) -> Any:
    if not (
        pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    ):
        return None
    inner = _json_type(kind.value_type)
    if inner is None:
        return None
    if pa.types.is_fixed_size_list(kind):
        return pa.list_(inner, kind.list_size)
    return pa.large_list(inner) if pa.types.is_large_list(kind) else pa.list_(inner)


_INTERVAL = pa.month_day_nano_interval()


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_finite(one) for one in value]
    if isinstance(value, dict):
        return {name: _finite(one) for name, one in value.items()}
    return value
