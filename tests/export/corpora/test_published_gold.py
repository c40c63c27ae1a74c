"""The gold of files in the forms that published corpora have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from export.corpora.source import Source
from export.corpora.sources import load_source
from tests.support.published_forms import FORMS

if TYPE_CHECKING:
    from pathlib import Path

ANNA = [("Anna Berger", "PER"), ("Kassel", "LOC")]
MAX = [("Max", "PER")]
ACTORS = [[("Anna Berger", "ACTOR"), ("Kassel", "PLACE")], [("Max", "ACTOR")]]

GOLD = {
    "WikiNEuRal": [ANNA, MAX],
    "UNER": [ANNA, MAX],
    "CoNLL-U": [[("Anna", "PER")], []],
    "GermEval": [ANNA, MAX],
    "KLUE": [[("안나", "PS"), ("서울", "LC")], [("막스", "PS")]],
    "KLP": [[("안나", "PS"), ("서울", "LC")], [("막스", "PS")]],
    "MultiCoNER": [[("anna berger", "PER")], [("max", "OtherPER")]],
    "HIPE": [[("Anna Berger", "pers"), ("Kassel", "loc")]],
    "WNUT": [[("Anna Berger", "person"), ("Kassel", "location")], [("Max", "person")]],
    "CoNLL-2002": [ANNA, MAX],
    "CoNLL-2003": [[("Jörg Müller", "PER")]],
    "Europeana": [ANNA],
    "KIND": [ANNA, MAX],
    "CrossNER": [[("Anna Berger", "person"), ("Kassel", "location")], [("Max", "person")]],
    "MIT movie": ACTORS,
}


@pytest.mark.parametrize("name", FORMS)
def test_published_gold(tmp_path: Path, name: str) -> None:
    form = FORMS[name]
    path = tmp_path / form.name
    path.write_bytes(form.text.encode(form.encoding))
    told: list[str] = []
    corpus = load_source(Source(str(path), encoding=form.encoding), note=told.append)
    found = [[(one.text[s:e], label) for s, e, label in one.spans] for one in corpus.examples]
    assert found == GOLD[name]
    assert all(message.startswith(f"{path}: ") for message in told)
    assert any("--tag-column" in message for message in told) == (name in ("GermEval", "HIPE"))


def test_a_teachers_source_needs_no_tags(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text("Anna\tNE\nlebt\tV\n\n", encoding="utf-8")
    (one,) = load_source(Source(str(path), annotates=())).examples
    assert (one.text, one.spans) == ("Anna lebt", ())
