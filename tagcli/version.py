"""Which nertag this is."""

from __future__ import annotations


def version() -> str | None:
    """The version of the installed package; None where nertag runs from its source."""
    from importlib import metadata  # on use: --help has no business with it

    try:
        return metadata.version("nertag")
    except metadata.PackageNotFoundError:
        return None
