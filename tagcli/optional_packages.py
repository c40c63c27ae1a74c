"""Packages that only some formats need, imported where they are used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from tagcli.errors import UsageError

if TYPE_CHECKING:
    from types import ModuleType


def needed(package: str, extra: str, purpose: str) -> ModuleType:
    """The package, or one of its modules; raises UsageError with the pip line of nertag's extra
    where it is not installed."""
    try:
        return import_module(package)
    except ModuleNotFoundError:
        name = package.partition(".")[0]
        line = f"pip install 'nertag[{extra}]'"
        raise UsageError(f"{name} is not installed; {purpose} needs: {line}") from None
