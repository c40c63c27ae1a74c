"""What travels through the tagger, compared and kept."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tagcli.records import Document, Entity, Sentence, TaggedDocument


def spans(*pairs: tuple[int, int]) -> Any:
    return np.array(pairs, np.int32).reshape(-1, 2)


SENTENCE = Sentence(0, 13, "de", spans((0, 4), (5, 12), (12, 13)), "words")
DOCUMENT = Document("Rom und Bern.", tokens=spans((0, 3), (4, 7), (8, 13)), fields={"id": [1]})
TAGGED = TaggedDocument(DOCUMENT, (Entity(0, 3, "LOC", "Rom", 0.5),), (SENTENCE,))
OTHERS = [
    replace(TAGGED, entities=()),
    replace(TAGGED, document=replace(DOCUMENT, text="Rom und Ulm..")),
    replace(TAGGED, document=replace(DOCUMENT, tokens=spans((0, 3), (4, 7), (8, 12)))),
    replace(TAGGED, document=replace(DOCUMENT, tokens=spans((0, 3), (4, 7)))),
    replace(TAGGED, document=replace(DOCUMENT, tokens=None)),
    replace(TAGGED, document=replace(DOCUMENT, fields={"id": [2]})),
    replace(TAGGED, sentences=(replace(SENTENCE, words=spans((0, 4))),)),
    replace(TAGGED, sentences=(replace(SENTENCE, language="fr"),)),
    replace(TAGGED, sentences=()),
]


@pytest.mark.parametrize("same", [copy.deepcopy(TAGGED), pickle.loads(pickle.dumps(TAGGED))])
def test_results_are_equal_by_their_content(same: TaggedDocument) -> None:
    assert same is not TAGGED
    assert same == TAGGED
    assert [*OTHERS, same].index(TAGGED) == len(OTHERS)
    assert TAGGED in [same]


@pytest.mark.parametrize("other", [*OTHERS, DOCUMENT, None, "Rom und Bern."])
def test_results_with_other_content_are_not_equal(other: object) -> None:
    assert other != TAGGED
    assert other not in [TAGGED]


def test_a_record_is_equal_to_its_own_kind_alone() -> None:
    assert Document("Rom") == Document("Rom")
    assert Document("Rom") != "Rom"
    assert SENTENCE != DOCUMENT
