"""How label names are written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagcli.spellings import BARE, USUAL, spelling_of


def parts(*labels: str) -> list[tuple[str, str] | None]:
    spelling = spelling_of(labels)
    assert spelling is not None
    return [spelling.parts(label) for label in labels]


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ("O B-PER I-PER", "B-PER"),
        ("O B_PS I_PS", "B-PER"),
        ("O B.PER I.PER", "B-PER"),
        ("o b-per i-per", "B-PER"),
        ("0 B-PER I-PER", "B-PER"),
        ("B-PER I-PER", "B-PER"),
        ("O PER-B PER-I", "PER-B"),
        ("- PER-B PER-I", "PER-B"),
        ("O PER_B PER_I", "PER-B"),
        ("O BPER IPER", "BPER"),
        ("O PER ORG", "PER"),
        ("0 PER ORG", "PER"),
        ("O E-MAIL S-BAHN PER", "PER"),
        ("O BIRD IRON", "PER"),
        ("O", "B-PER"),
    ],
)
def test_the_spelling_is_that_of_all(labels: str, name: str) -> None:
    found = spelling_of(labels.split())
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "labels",
    [
        "O B-PER I-PER PER",  # one without a prefix
        "O B-PER PER-I",
        "O B- I-PER",
        "O B I",
        "O -B PER",
        "POSITIVE NEGATIVE",
        "O 1 2",
        "BPER BLOC",  # nothing goes on
    ],
)
def test_labels_of_no_one_spelling(labels: str) -> None:
    assert spelling_of(labels.split()) is None


@pytest.mark.parametrize(
    "special", ["[CLS]", "[SEP]", "[PAD]", "<pad>", "</s>", "<|end|>", "X", "PAD", "UNK", "-", "_"]
)
def test_special_tokens_beside_tags_are_o(special: str) -> None:
    assert parts("O", "B-PER", "I-PER", special) == [
        ("O", ""), ("B", "PER"), ("I", "PER"), ("O", ""),
    ]  # fmt: skip


def test_beside_bare_types_only_what_is_in_brackets_is_o() -> None:
    assert parts("O", "PER", "X", "[PAD]") == [("O", ""), ("I", "PER"), ("I", "X"), ("O", "")]


def test_other_brackets_are_types() -> None:
    assert parts("O", "<PER>", "[LOC]") == [("O", ""), ("I", "<PER>"), ("I", "[LOC]")]


def test_prefixes_of_all_schemes() -> None:
    labels = ("O", "B-X", "M-X", "E-X", "S-X", "L-X", "U-X", "W-X")
    assert [one and one[0] for one in parts(*labels)] == ["O", "B", "I", "E", "S", "E", "S", "S"]


types = st.from_regex(r"[ACDFGHJKNOPQRTVXYZ][A-Z]{1,5}([-_][a-z]{2,5})?", fullmatch=True)
joints = st.sampled_from("-_.:")


@given(st.lists(types, min_size=1, max_size=4, unique=True), joints, st.booleans(), st.booleans())
def test_one_set_of_tags_in_many_spellings(
    names: list[str], joint: str, is_last: bool, is_small: bool
) -> None:
    tags = [(prefix, name) for name in names for prefix in "BI"]

    def written(prefix: str, name: str) -> str:
        letter = prefix.lower() if is_small else prefix
        return f"{name}{joint}{letter}" if is_last else f"{letter}{joint}{name}"

    assert parts("O", *(written(*tag) for tag in tags)) == [("O", ""), *tags]


@given(st.lists(types, min_size=1, max_size=4, unique=True))
def test_bare_types_are_all_inside(names: list[str]) -> None:
    assert spelling_of(["O", *names]) is BARE
    assert parts("O", *names)[1:] == [("I", name) for name in names]


def test_no_labels_are_usual() -> None:
    assert spelling_of([]) is USUAL
