"""The script of samples/experiments that makes short sentences of templates and names."""

from __future__ import annotations

import importlib
import json
import random
from typing import Any

import pytest

from tests.support.paths import ROOT, SAMPLES

TEMPLATES = SAMPLES / "templates"


@pytest.fixture
def filling(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "samples" / "experiments"))
    return importlib.import_module("fill_templates")


SLOTS = ("given", "surname", "full", "org", "loc", "thing")
NAMES = {slot: [f"{slot.title()} X"] for slot in SLOTS}


@pytest.mark.parametrize("language", ["de", "fr", "it", "en"])
def test_every_template_can_be_filled(filling: Any, language: str) -> None:
    templates = filling.written_lines(TEMPLATES / f"{language}.txt")
    assert len(templates) > 30
    for template in templates:
        record = filling.fill(template, NAMES, random.Random(1))
        assert "{" not in record["text"]
        for entity in record["entities"]:
            name = record["text"][entity["start"] : entity["end"]].lower()
            assert name in {one.lower() for names in NAMES.values() for one in names}
        assert len(record["entities"]) == template.count("{")


def test_the_same_seed_makes_the_same_sentences(
    filling: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    call = [str(TEMPLATES / "it.txt"), str(TEMPLATES / "it.names.conll"), "--count", "20"]
    filling.main(call)
    first = capsys.readouterr().out
    filling.main(call)
    assert capsys.readouterr().out == first
    records = [json.loads(line) for line in first.splitlines()]
    assert len(records) == 20
    assert {e["label"] for one in records for e in one["entities"]} >= {"PER", "LOC"}
