"""Lists of names in one word."""

from __future__ import annotations

import pytest

from tagcli.cli.name_lists import names_of


@pytest.mark.parametrize(
    ("listed", "names"),
    [
        ("PER", ["PER"]),
        ("PER,LOC", ["PER", "LOC"]),
        (" PER , LOC", ["PER", "LOC"]),
        ("FULL NAME,LOC", ["FULL NAME", "LOC"]),
        ("PER,", ["PER", ""]),  # which no model knows, and is said
    ],
)
def test_blanks_around_names_are_none_of_theirs(listed: str, names: list[str]) -> None:
    assert names_of(listed) == names
