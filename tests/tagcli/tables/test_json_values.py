"""Values of Arrow as JSON has them."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from typing import Any

import pytest

pa = pytest.importorskip("pyarrow")

from tagcli.tables.json_values import json_type, json_value, json_values  # noqa: E402

DAY = datetime.date(2024, 2, 29)


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pa.array([1, None], pa.uint64()), [1, None]),
        (pa.array([0.5, float("nan"), float("inf")]), [0.5, None, None]),
        (pa.array([True, None]), [True, None]),
        (pa.array(["서", None], pa.large_string()), ["서", None]),
        (pa.array(["서"], pa.string_view()), ["서"]),
        (pa.array(["a", "a"]).dictionary_encode(), ["a", "a"]),
        (pa.array([DAY]), ["2024-02-29"]),
        (pa.array([1], pa.timestamp("ns")), ["1970-01-01 00:00:00.000000001"]),
        (pa.array([1], pa.timestamp("s", "UTC")), ["1970-01-01 00:00:01Z"]),
        (pa.array([Decimal("1.10")], pa.decimal128(9, 2)), ["1.10"]),
        (pa.array([[DAY], None, []]), [["2024-02-29"], None, []]),
        (pa.array([[1.5, float("nan")]], pa.list_(pa.float64(), 2)), [[1.5, None]]),
        (pa.array([{"a": DAY, "b": {"c": 1}}]), [{"a": "2024-02-29", "b": {"c": 1}}]),
        (pa.array([[("k", DAY)]], pa.map_(pa.string(), pa.date32())), [[["k", "2024-02-29"]]]),
        (pa.nulls(1), [None]),
    ],
    ids=lambda value: str(value.type) if hasattr(value, "type") else "",
)
def test_what_json_can_hold(column: Any, expected: list[Any]) -> None:
    found = [json_value(one) for one in json_values(column)]
    assert found == expected
    assert json.loads(json.dumps(found, allow_nan=False)) == expected


@pytest.mark.parametrize(
    "kind",
    [
        pa.binary(),
        pa.list_(pa.binary()),
        pa.struct([("a", pa.int8()), ("b", pa.large_binary())]),
        pa.map_(pa.string(), pa.binary()),
        pa.month_day_nano_interval(),
        pa.dictionary(pa.int8(), pa.binary()),
    ],
    ids=str,
)
def test_what_it_cannot(kind: Any) -> None:
    assert json_type(kind) is None
