"""Packages that may not be installed."""

from __future__ import annotations

import json

import pytest

from tagcli.errors import UsageError
from tagcli.optional_packages import needed


def test_a_package_that_is_there() -> None:
    assert needed("json", "x", "JSON") is json


def test_one_that_is_not_is_named_with_what_brings_it() -> None:
    with pytest.raises(UsageError) as caught:
        needed("no_such_package.part", "parquet", "Parquet")
    expected = "no_such_package is not installed; Parquet needs: pip install 'nertag[parquet]'"
    assert str(caught.value) == expected
