"""What the extras bring, looked for before it is used."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING

from tagcli.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable


def check_packages(names: Iterable[str], purpose: str, extra: str = "train") -> None:
    """Raise UsageError with the pip line for the first package of an extra that is not
    installed."""
    for name in names:
        try:
            found = importlib.util.find_spec(name)
        except ModuleNotFoundError:  # of the package it is in
            found = None
        if found is None:
            needed = f'pip install "nertag[{extra}]"'
            raise UsageError(f"{name} is not installed; {purpose} needs: {needed}")
