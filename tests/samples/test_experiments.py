"""The script of samples/experiments that measures what wrapped lines cost."""

from __future__ import annotations

import importlib
import re
from typing import Any

import pytest

from tests.support.paths import ROOT, SAMPLES
from tests.support.processes import needs_model

TEXT = "Die Stadtbibliothek St. Gallen hat am 3. Oktober einen neuen Lesesaal eröffnet, sagte sie."


class Divider:
    """Divides every word in its middle, as pyphen would be asked to."""

    def iterate(self, word: str) -> list[tuple[str, str]]:
        return [(word[: len(word) // 2], word[len(word) // 2 :])]


@pytest.fixture
def wrapped(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "samples" / "experiments"))
    return importlib.import_module("wrapped")


@pytest.mark.parametrize("divider", [None, Divider()])
def test_entities_stay_where_their_characters_are(wrapped: Any, divider: Divider | None) -> None:
    gold = [(20, 30, "LOC"), (4, 30, "ORG"), (83, 90, "MISC")]
    lines = wrapped.filled(TEXT, 30, divider)
    assert all(len(line) <= 30 for line in lines)
    text, spans = wrapped.wrapped((TEXT, gold), lines)
    assert text == "\n".join(lines)
    for (start, end, label), (old_start, old_end, old_label) in zip(spans, gold, strict=True):
        shown = text[start:end].replace("-\n", "").replace("\n", " ")
        assert (shown, label) == (TEXT[old_start:old_end], old_label)


@needs_model
def test_the_figures(wrapped: Any, capsys: pytest.CaptureFixture[str]) -> None:
    wrapped.main([str(SAMPLES / "dev.conll"), "--sentences", "20"])
    head, *rows = capsys.readouterr().out.splitlines()
    whole = float(re.fullmatch(r".*dev\.conll: 5 paragraphs, on one line ([\d.]+)", head)[1])  # type: ignore[index]
    assert whole > 30
    assert [row.split(":")[0] for row in rows] == ["  60", "  72", "  80"]
    assert all(re.fullmatch(r"  \d\d: [\d.]+, line by line [\d.]+", row) for row in rows)
