"""The text of a benchmark: a record a line, with its gold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from export.benchmark.text import lines_and_gold

if TYPE_CHECKING:
    from pathlib import Path


def _read(path: Path, content: str, count: int | None = None) -> Any:
    path.write_text(content, encoding="utf-8")
    return lines_and_gold(path, count)


def test_plain_text_has_no_gold(tmp_path: Path) -> None:
    found = _read(tmp_path / "a.txt", "Max\n\nKöln\nUlm\n")
    assert found == (["Max", "Köln", "Ulm"], [])
    assert _read(tmp_path / "a.txt", "Max\n\nKöln\nUlm\n", 2)[0] == ["Max", "Köln"]


def test_gold_stands_in_its_line(tmp_path: Path) -> None:
    """A record with a line end becomes one line, in which its offsets hold."""
    record = '{"text": "Max\\nKöln", "entities": [{"start": 4, "end": 8, "label": "LOC"}]}\n'
    lines, (gold,) = _read(tmp_path / "a.jsonl", record)
    assert lines == ["Max Köln"]
    assert gold.spans == ((4, 8, "LOC"),)
    lines, (gold, _) = _read(tmp_path / "a.conll", "Max B-PER\nso O\n\nKöln B-LOC\n")
    assert lines == ["Max so", "Köln"]
    assert gold.spans == ((0, 3, "PER"),)
