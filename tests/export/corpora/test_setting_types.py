"""Settings against the types of a dataclass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from export.corpora.setting_types import check_types
from tagcli.errors import UsageError


@dataclass
class _Settings:
    size: int
    rate: float
    limit: float | None
    names: tuple[str, ...] | None
    labels: Mapping[str, str]
    is_fast: bool


@pytest.mark.parametrize(
    "settings",
    [
        {"size": 1, "rate": 2, "limit": None, "is_fast": True},
        {"limit": 1.5, "names": None, "labels": {}},
        {"names": ("a", "b"), "labels": {"a": "b"}},
    ],
)
def test_what_fits(settings: dict[str, Any]) -> None:
    check_types(_Settings, settings)


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"size": 2.5}, r"^size = 2.5 is not a whole number$"),
        ({"size": True}, "size = True is not a whole number"),
        ({"rate": float("nan")}, "rate = nan is not a finite number"),
        ({"limit": float("inf")}, "limit = inf is not a finite number"),
        ({"names": "PER"}, "names = 'PER' is not a list of strings"),
        ({"names": (1,)}, r"names = \(1,\) is not a list of strings"),
        ({"labels": ["x"]}, r"labels = \['x'\] is not a table of strings"),
        ({"labels": {"x": 1}}, "is not a table of strings"),
        ({"is_fast": 1}, "is_fast = 1 is not true or false"),
    ],
)
def test_what_does_not_fit_is_said(settings: dict[str, Any], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        check_types(_Settings, settings)
