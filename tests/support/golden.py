"""Golden files: what came out once, was looked at, and is to come out again."""

from __future__ import annotations

import os

from tests.support.paths import ROOT

GOLDEN = ROOT / "tests" / "golden"
REGENERATE = "NERTAG_REGENERATE_GOLDEN"
"""Set in the environment it makes every comparison write its file anew."""


def assert_golden(name: str, text: str) -> None:
    """Compare a text with the file of this name under tests/golden, byte for byte."""
    path = GOLDEN / name
    if os.environ.get(REGENERATE):
        path.write_bytes(text.encode())
    assert text == path.read_bytes().decode()
