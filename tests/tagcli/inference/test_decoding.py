from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tagcli.inference.decoding import Decoder, viterbi
from tagcli.schemes import OUTSIDE_TAG, Span, Tag, TagSet, chunks, may_follow_bio2, read_tag_set

quick = settings(max_examples=150)
LABELS = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
BIO, BIO2 = read_tag_set(LABELS), read_tag_set(LABELS, "BIO2")

seeds = st.integers(0, 2**32 - 1)
units = st.integers(1, 5)
Floats = npt.NDArray[np.float32]


def random_logits(seed: int, count: int, labels: int = len(LABELS)) -> Floats:
    return np.random.default_rng(seed).normal(0, 3, (count, labels)).astype(np.float32)


def legal(tags: tuple[Tag, ...]) -> bool:
    return all(may_follow_bio2(before, tag) for before, tag in pairwise((OUTSIDE_TAG, *tags)))


def best_legal_path(logits: npt.NDArray[np.floating], tag_set: TagSet) -> list[int]:
    """Every path there is, tried."""
    rows = range(len(logits))
    paths = [
        path
        for path in product(range(len(tag_set.tags)), repeat=len(logits))
        if legal(tuple(tag_set.tags[label] for label in path))
    ]
    return list(max(paths, key=lambda path: sum(float(logits[i, path[i]]) for i in rows)))


def spans(decoder: Decoder, logits: Floats, types: list[str] | None = None) -> list[Span]:
    return [(c.start, c.end, c.type) for c in decoder.decode(logits, types)]


@quick
@given(seeds, units)
def test_viterbi_finds_the_best_legal_path(seed: int, count: int) -> None:
    logits = random_logits(seed, count).astype(np.float64)
    tags = BIO2.tags
    transitions = np.array([[may_follow_bio2(a, b) for b in tags] for a in tags])
    initial = np.array([may_follow_bio2(OUTSIDE_TAG, b) for b in tags])
    assert viterbi(logits, transitions, initial) == best_legal_path(logits, BIO2)


@quick
@given(seeds, units)
def test_bio2_decoding_is_the_best_legal_path(seed: int, count: int) -> None:
    logits = random_logits(seed, count)
    path = best_legal_path(logits, BIO2)
    assert spans(Decoder(BIO2), logits) == chunks([BIO2.tags[label] for label in path])


@quick
@given(seeds, st.integers(1, 12), st.sampled_from(["BIO", "IOB1", "IO"]))
def test_other_schemes_take_the_best_label_of_each_unit(seed: int, count: int, scheme: str) -> None:
    logits = random_logits(seed, count)
    tag_set = read_tag_set(LABELS, scheme)
    best = [tag_set.tags[label] for label in logits.argmax(axis=1)]
    assert spans(Decoder(tag_set), logits) == chunks(best)


def test_an_i_without_b_opens_an_entity_unless_the_config_says_bio2() -> None:
    logits = np.full((3, 5), -5.0, np.float32)
    logits[[0, 1, 2], [0, 2, 2]] = 5.0  # O I-PER I-PER
    logits[1, 1] = 4.0  # B-PER is second best
    assert spans(Decoder(BIO), logits) == [(1, 3, "PER")]
    assert spans(Decoder(BIO2), logits) == [(1, 3, "PER")]
    logits[1, 1], logits[1, 0] = -50.0, 4.0
    logits[2, 1], logits[2, 0] = -50.0, 4.0
    assert spans(Decoder(BIO), logits) == [(1, 3, "PER")]
    assert spans(Decoder(BIO2), logits) == []


@quick
@given(
    seeds, st.integers(1, 12), st.sampled_from([BIO, BIO2]), st.sampled_from([["PER"], ["LOC"], []])
)
def test_types_outside_the_mask_never_come_out(
    seed: int, count: int, tag_set: TagSet, types: list[str]
) -> None:
    found = Decoder(tag_set).decode(random_logits(seed, count), types)
    assert {chunk.type for chunk in found} <= set(types)


@quick
@given(seeds, units)
def test_the_mask_leaves_the_best_path_of_the_rest(seed: int, count: int) -> None:
    logits = random_logits(seed, count)
    only_per = read_tag_set(LABELS[:3], "BIO2")
    path = best_legal_path(logits[:, :3], only_per)
    expected = chunks([only_per.tags[label] for label in path])
    assert spans(Decoder(BIO2), logits, ["PER"]) == expected


@quick
@given(seeds, st.integers(1, 12), st.sampled_from([BIO, BIO2]))
def test_the_score_is_the_mean_probability_of_the_type(
    seed: int, count: int, tag_set: TagSet
) -> None:
    logits = random_logits(seed, count)
    exponents = np.exp(logits.astype(np.float64))
    probability = exponents / exponents.sum(axis=1, keepdims=True)
    for chunk in Decoder(tag_set).decode(logits):
        columns = [LABELS.index(f"{prefix}-{chunk.type}") for prefix in "BI"]
        expected = probability[chunk.start : chunk.end, columns].sum(axis=1).mean()
        assert chunk.score == pytest.approx(expected, abs=1e-9)
        assert 0 <= chunk.score <= 1


def test_a_score_by_hand() -> None:
    probabilities = np.array([[0.1, 0.6, 0.2, 0.05, 0.05], [0.3, 0.1, 0.5, 0.1, 0.0001]])
    (chunk,) = Decoder(BIO).decode(np.log(probabilities).astype(np.float32))
    assert chunk[:3] == (0, 2, "PER")
    assert chunk.score == pytest.approx((0.8 + 0.6) / 2, abs=1e-3)


def test_large_logits_do_not_overflow() -> None:
    logits = np.array([[-1e30, 1e30, 0, 0, 0], [3e4, -3e4, 0, 0, 0]], np.float32)
    (chunk,) = Decoder(BIO2).decode(logits)
    assert chunk == (0, 1, "PER", 1.0)


def test_decoding_leaves_the_logits_alone_and_nothing_gives_nothing() -> None:
    logits = random_logits(3, 6)
    before = logits.copy()
    Decoder(BIO2).decode(logits, ["LOC"])
    assert (logits == before).all()
    assert Decoder(BIO2).decode(np.zeros((0, 5), np.float32)) == []


def test_bioes_and_prefix_last_labels_decode() -> None:
    bioes = read_tag_set(["O", "B-PER", "I-PER", "E-PER", "S-PER"])
    logits = np.eye(5, dtype=np.float32)[[4, 1, 2, 3, 0]] * 9
    assert spans(Decoder(bioes), logits) == [(0, 1, "PER"), (1, 4, "PER")]
    last = read_tag_set(["O", "PER-B", "PER-I"])
    logits = np.eye(3, dtype=np.float32)[[1, 2, 1, 0]] * 9
    assert spans(Decoder(last), logits) == [(0, 2, "PER"), (2, 3, "PER")]
