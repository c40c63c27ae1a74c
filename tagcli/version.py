"""Which nertag this is."""

from __future__ import annotations

from importlib import metadata


def version() -> str | None:
    """The version of the installed package; None where nertag runs from its source."""
    try:
        return metadata.version("nertag")
    except metadata.PackageNotFoundError:
        return None
