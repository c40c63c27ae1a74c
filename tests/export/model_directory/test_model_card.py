from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from export.evaluation.scores import SpanCounts
from export.model_directory.model_card import write_card
from export.quantisation.method_scores import FileScore, counted_types, file_rows
from tagcli.models.config import CONFIG
from tagcli.models.directory import TOKENIZER
from tests.support.tiny_models import MAX_POSITIONS, NERTAG_OBJECT, ModelMaker

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(float_model: ModelMaker, tmp_path: Path) -> Path:
    for name in (CONFIG, TOKENIZER):
        (tmp_path / name).write_bytes((float_model("nertag") / name).read_bytes())
    return tmp_path


def card_of(folder: Path, scores: list[FileScore]) -> str:
    write_card(folder, file_rows(scores), counted_types(scores), "mit")
    return (folder / "README.md").read_text(encoding="utf-8")


def table_of(card: str) -> list[list[str]]:
    rows = [line[2:-2].split(" | ") for line in card.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows]


def test_what_the_model_knows(folder: Path) -> None:
    before = SpanCounts(Counter(PER=4), Counter(PER=4), Counter(PER=4))
    after = SpanCounts(Counter(PER=4, LOC=1), Counter(PER=4, LOC=1), Counter(PER=2, LOC=1))
    card = card_of(folder, [FileScore("de.conll", before, after)])
    front = card.split("---")[1]
    assert "license: mit" in front
    assert all(f"- {language}\n" in front for language in NERTAG_OBJECT["labels_by_language"])
    assert table_of(card) == [
        ["test", "F1 in float", "F1 as exported", "LOC", "PER"],
        ["---", *["---:"] * 4],
        ["de.conll", "100.0", "60.0", "100.0", "50.0"],
    ]
    assert "micro-averaged over LOC, PER;" in card
    assert "scheme BIO2" in card
    assert f"at most {MAX_POSITIONS - 2} tokens" in card
    assert "- ko: reads raw, knows PER, ORG, LOC" in card
    assert "- fr: reads words, knows PER" in card


def test_files_with_types_of_their_own(folder: Path) -> None:
    """What a file was not asked for is empty there, not zero."""
    one = SpanCounts(Counter(PER=4), Counter(PER=4), Counter(PER=4))
    two = SpanCounts(Counter(DAT=2), Counter(DAT=2, ORG=2), Counter(DAT=2))
    card = card_of(
        folder,
        [FileScore("a/test.conll", one, one), FileScore("b/test.conll", two, two)],
    )
    assert table_of(card)[0][3:] == ["DAT", "ORG", "PER"]
    assert table_of(card)[2:] == [
        ["a/test.conll", "100.0", "100.0", "", "", "100.0"],
        ["b/test.conll", "66.7", "66.7", "100.0", "0.0", ""],
    ]


def test_a_card_without_measurements_says_so(folder: Path) -> None:
    card = card_of(folder, [])
    assert "Not measured" in card
    assert "|" not in card
