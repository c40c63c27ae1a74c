"""Settings of a file against the fields of a dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from export.corpora.setting_types import about
from export.corpora.source import Source
from export.training.setting_checks import checked
from tagcli.errors import UsageError


@dataclass
class _Settings:
    size: int = field(metadata=about("how large", gt=0))
    rate: float = field(metadata=about("how fast", ge=0, le=1))
    limit: float | None = field(default=None, metadata=about("how far", gt=0))
    names: tuple[str, ...] | None = field(default=None, metadata=about("who"))
    labels: Mapping[str, str] = field(default_factory=dict, metadata=about("what"))
    is_fast: bool = field(default=False, metadata=about("whether"))
    kind: str | None = field(default=None, metadata=about("which", choices=("a", "b"), key="sort"))


@pytest.mark.parametrize(
    ("settings", "values"),
    [
        ({"size": 1, "rate": 1, "limit": None, "is_fast": True}, {}),
        ({"limit": 1.5, "names": None, "labels": {}}, {}),
        ({"names": ["a", "b"], "labels": {"a": "b"}}, {"names": ("a", "b")}),
        ({"sort": "b"}, {"kind": "b"}),
    ],
)
def test_what_fits(settings: dict[str, Any], values: dict[str, Any]) -> None:
    expected = {name: value for name, value in settings.items() if name != "sort"} | values
    assert checked(_Settings, settings) == expected


def test_a_whole_number_is_a_number() -> None:
    assert type(checked(_Settings, {"rate": 1})["rate"]) is float


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"size": 2.5}, r"^size = 2.5 is not a whole number above 0$"),
        ({"size": 2.0}, r"^size = 2.0 is not a whole number above 0$"),
        ({"size": True}, "size = True is not a whole number"),
        ({"size": 0}, "size = 0 is not a whole number above 0"),
        ({"rate": 1.5}, "rate = 1.5 is not a number of at least 0 and of at most 1"),
        ({"rate": False}, "rate = False is not a number"),
        ({"rate": float("nan")}, "rate = nan is not "),
        ({"limit": float("nan")}, "limit = nan is not "),
        ({"limit": float("inf")}, "limit = inf is not finite"),
        ({"names": "PER"}, "names = 'PER' is not a list of strings"),
        ({"names": (1,)}, r"names = \(1,\) is not a list of strings"),
        ({"labels": ["x"]}, r"labels = \['x'\] is not a table of strings"),
        ({"labels": {"x": 1}}, "is not a table of strings"),
        ({"is_fast": 1}, "is_fast = 1 is not true or false"),
        ({"sort": "c"}, "sort = 'c' is not one of a, b"),
        ({"sort": ["a"]}, r"sort = \['a'\] is not one of a, b"),
        ({"kind": "a"}, r"unknown setting 'kind'; known: size, rate, .*, is_fast, sort$"),
    ],
)
def test_what_does_not_fit_is_said(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError, match=problem) as caught:
        checked(_Settings, settings)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"language": "xx"}, {"weight": 0.0}, {"weight": -1.0}, {"cap": 0}, {"cap": 2.5},
        {"split": "validation"}, {"repair": "guess"}, {"annotates": "PER"}, {"labels": ["x"]},
        {"spacing": "tokens"}, {"case": "capitals"}, {"every": 1}, {"skip_every": 0},
        {"every": -2}, {"every": 2.0},
    ],
)  # fmt: skip
def test_impossible_settings_of_a_source(settings: dict[str, Any]) -> None:
    (name,) = settings
    with pytest.raises(UsageError, match=f"^{name} = .* is not "):
        checked(Source, {"source": "a", **settings})
