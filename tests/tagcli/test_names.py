"""Names but for their case, and the nearest of those that there are."""

from __future__ import annotations

import pytest

from tagcli.names import as_known, did_you_mean

LABELS = ["PER", "ORG", "LOC"]


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("per", LABELS, "PER"),
        ("PER", LABELS, "PER"),
        ("Per", ["per", "PER"], "Per"),  # either could be meant
        ("per", ["per", "PER"], "per"),
        ("pers", LABELS, "pers"),
        ("", LABELS, ""),
        ("STRASSE", ["Straße"], "Straße"),
    ],
)
def test_case_alone_is_no_difference(name: str, known: list[str], meant: str) -> None:
    assert as_known(name, known) == meant


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [
        ("bse", ["base", "small"], "base"),
        ("json", ["conll", "html", "jsonl", "spans"], "jsonl"),
        ("PERSON", LABELS, "PER"),
        ("location", LABELS, "LOC"),
        ("deu", ["auto", "de", "en"], "de"),
        ("wraped", ["auto", "lines", "wrapped"], "wrapped"),
    ],
)
def test_the_nearest_name_is_given(name: str, known: list[str], near: str) -> None:
    assert did_you_mean(name, known) == f"; did you mean {near}?"


@pytest.mark.parametrize("name", ["", "xyz", "gpu", "c", "vocabulary" * 100])
def test_nothing_is_said_where_no_name_is_near(name: str) -> None:
    assert did_you_mean(name, ["cpu", "auto"]) == ""
    assert did_you_mean(name, []) == ""
