from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagcli.errors import UsageError
from tagcli.schemes import SCHEMES, Span, Tag, chunks, may_follow_bio2, read_tag_set

if TYPE_CHECKING:
    from collections.abc import Sequence

quick = settings(max_examples=400)
OUT = Tag("O", "")


def tags_of(names: str) -> list[Tag]:
    return [OUT if name == "O" else Tag(name[0], name[2:]) for name in names.split()]


def conlleval_chunks(tags: Sequence[Tag]) -> list[Span]:
    """The rules of conlleval.pl, endOfChunk and startOfChunk, with S as B and E in one."""
    ends = {("B", "B"), ("B", "O"), ("I", "B"), ("I", "O"), ("E", "E"), ("E", "I"), ("E", "O")}
    ends |= {("E", "B"), ("B", "S"), ("I", "S")} | {(p, t) for p in "ES" for t in "BIESO"}
    starts = {("B", "B"), ("I", "B"), ("O", "B"), ("O", "I"), ("E", "E"), ("E", "I"), ("O", "E")}
    starts |= {("E", "B"), ("S", "E"), ("S", "I")} | {(p, t) for p in "BIESO" for t in "BS"}
    found, begin = [], -1
    previous = OUT
    for index, tag in enumerate([*tags, OUT]):
        pair = previous.prefix, tag.prefix
        other_type = previous.type != tag.type
        if begin >= 0 and (pair in ends or (previous.prefix != "O" and other_type)):
            found.append((begin, index, previous.type))
            begin = -1
        if tag.prefix != "O" and (pair in starts or other_type):
            begin = index
        previous = tag
    return found


tags = st.one_of(
    st.just(OUT), st.builds(Tag, st.sampled_from("BIES"), st.sampled_from(["PER", "LOC"]))
)
bio_tags = st.one_of(
    st.just(OUT), st.builds(Tag, st.sampled_from("BI"), st.sampled_from(["PER", "LOC"]))
)


@quick
@given(st.lists(bio_tags, max_size=12) | st.lists(tags, max_size=12))
def test_entities_are_those_of_conlleval(row: list[Tag]) -> None:
    assert chunks(row) == conlleval_chunks(row)


@quick
@given(st.lists(tags, max_size=12))
def test_every_tag_that_is_not_o_is_in_one_entity_of_its_type(row: list[Tag]) -> None:
    covered = [
        (i, entity_type) for start, end, entity_type in chunks(row) for i in range(start, end)
    ]
    assert covered == [(i, tag.type) for i, tag in enumerate(row) if tag != OUT]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("I-PER I-PER O I-LOC", [(0, 2, "PER"), (3, 4, "LOC")]),
        ("O I-PER B-PER I-PER", [(1, 2, "PER"), (2, 4, "PER")]),
        ("B-PER I-LOC I-LOC", [(0, 1, "PER"), (1, 3, "LOC")]),
        ("S-PER S-PER B-LOC I-LOC E-LOC O", [(0, 1, "PER"), (1, 2, "PER"), (2, 5, "LOC")]),
        ("B-PER E-PER I-PER", [(0, 2, "PER"), (2, 3, "PER")]),
        ("E-PER O S-LOC E-LOC", [(0, 1, "PER"), (2, 3, "LOC"), (3, 4, "LOC")]),
        ("O O", []),
        ("", []),
    ],
)
def test_entities_of_rows(names: str, expected: list[Span]) -> None:
    assert chunks(tags_of(names)) == expected


@pytest.mark.parametrize(
    ("labels", "scheme", "types"),
    [
        (["O", "B-PER", "I-PER", "B-LOC", "I-LOC"], "BIO", ("PER", "LOC")),
        (["B-PER", "I-PER", "O"], "BIO", ("PER",)),
        (["O", "I-PER", "I-LOC"], "IO", ("PER", "LOC")),
        (["O", "PER", "LOC"], "IO", ("PER", "LOC")),
        (["O", "B-PER", "I-PER", "E-PER", "S-PER"], "BIOES", ("PER",)),
        (["O", "B-PER", "I-PER", "L-PER", "U-PER"], "BIOES", ("PER",)),
        (["O", "PER-B", "PER-I", "LOC-B", "LOC-I"], "BIO", ("PER", "LOC")),
        (["O", "B_PER", "I_PER"], "BIO", ("PER",)),
        (["O", "B-work-of-art", "I-work-of-art"], "BIO", ("work-of-art",)),
        (["O", "work-of-art-B", "work-of-art-I"], "BIO", ("work-of-art",)),
        (["O"], "IO", ()),
        (["O", "B-PER", "I-PER", "[CLS]", "[SEP]", "X"], "BIO", ("PER",)),
        (["[PAD]", "O", "PER-B", "PER-I"], "BIO", ("PER",)),
        (["O", "B-PER", "M-PER", "E-PER", "S-PER"], "BIOES", ("PER",)),
        (["O", "b-per", "i-per"], "BIO", ("per",)),
        (["O", "BPER", "IPER"], "BIO", ("PER",)),
        (["O", "B.PER", "I.PER"], "BIO", ("PER",)),
    ],
)
def test_schemes_are_recognised(labels: list[str], scheme: str, types: tuple[str, ...]) -> None:
    tag_set = read_tag_set(labels)
    assert tag_set.scheme == scheme
    assert tag_set.types == types
    assert tag_set.labels == tuple(labels)


def test_bilou_is_read_as_bioes() -> None:
    tag_set = read_tag_set(["O", "B-X", "I-X", "L-X", "U-X"])
    assert [tag.prefix for tag in tag_set.tags] == ["O", "B", "I", "E", "S"]


def test_prefix_last_is_the_same_tag() -> None:
    last = read_tag_set(["O", "PER-B", "PER-I"])
    assert last.tags == read_tag_set(["O", "B-PER", "I-PER"]).tags


@pytest.mark.parametrize("scheme", list(SCHEMES))
def test_a_declared_scheme_counts(scheme: str) -> None:
    assert read_tag_set(["O", "B-PER", "I-PER"], scheme).scheme == scheme


def test_only_bio2_constrains_and_only_when_declared() -> None:
    assert [name for name, allowed in SCHEMES.items() if allowed is not None] == ["BIO2"]
    assert read_tag_set(["O", "B-PER", "I-PER"]).scheme != "BIO2"


def test_bio2_allows_an_i_only_in_an_entity_of_its_type() -> None:
    per_b, per_i, loc_b, loc_i = tags_of("B-PER I-PER B-LOC I-LOC")
    assert all(may_follow_bio2(before, per_b) for before in (OUT, per_b, per_i, loc_b, loc_i))
    assert all(may_follow_bio2(before, OUT) for before in (OUT, per_b, per_i, loc_b, loc_i))
    assert [may_follow_bio2(b, per_i) for b in (OUT, per_b, per_i, loc_b, loc_i)] == [
        False, True, True, False, False,
    ]  # fmt: skip


def test_labels_without_o_are_no_tagger() -> None:
    with pytest.raises(UsageError, match=r"POSITIVE, NEGATIVE.* no O") as caught:
        read_tag_set(["POSITIVE", "NEGATIVE"])
    assert "\n" not in str(caught.value)


def test_tags_among_which_one_has_no_prefix_are_refused() -> None:
    with pytest.raises(UsageError, match="written in no one way"):
        read_tag_set(["O", "B-PER", "I-PER", "PERSON"])


def test_an_unknown_scheme_is_refused() -> None:
    with pytest.raises(UsageError, match=r"'BIO3' is none of BIO2, "):
        read_tag_set(["O", "B-PER"], "BIO3")
