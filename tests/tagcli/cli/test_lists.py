"""`nertag --always` and `--never`, and `load` with the same."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tagcli import UsageError, load
from tests.support.processes import assert_one_sentence, needs_model, nertag

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Angela Merkel wohnt in Berlin. Die Nautilus liegt in Bern."

pytestmark = needs_model


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.txt").write_text(TEXT)
    (tmp_path / "always").write_text("nautilus\tSHIP\nBerlin\tSHIP\n")
    (tmp_path / "never").write_text("Bern\nAngela Merkel\tORG\n")
    return tmp_path


def _tagged(folder: Path, *options: str) -> list[tuple[str, str, str | None]]:
    result = nertag("in.txt", "--format", "jsonl", *options, cwd=folder)
    assert (result.code, result.err) == (0, "")
    (record,) = map(json.loads, result.out.decode().splitlines())
    for one in record["entities"]:
        assert record["text"][one["start"] : one["end"]] == one["text"]
        assert ("source" in one) == (one["score"] == 1)
    return [(one["text"], one["label"], one.get("source")) for one in record["entities"]]


def test_lists_beat_the_model(folder: Path) -> None:
    assert _tagged(folder, "--always", "always", "--never", "never") == [
        ("Angela Merkel", "PER", None), ("Berlin", "SHIP", "list"),
        *[one for one in _tagged(folder) if one[0] in ("Nautilus", "Die Nautilus")],
    ]  # fmt: skip
    everywhere = _tagged(folder, "--always", "always", "--ignore-case")
    assert ("Nautilus", "SHIP", "list") in everywhere
    assert ("Bern", "LOC", None) in everywhere


def test_labels_hold_for_lists_and_name_theirs(folder: Path) -> None:
    lists = ("--always", "always", "--ignore-case")
    ships = [("Berlin", "SHIP", "list"), ("Nautilus", "SHIP", "list")]
    assert _tagged(folder, *lists, "--labels", "ship") == ships
    assert _tagged(folder, *lists, "--labels", "LOC") == [("Bern", "LOC", None)]


def test_a_bad_line_is_one_sentence(folder: Path) -> None:
    (folder / "always").write_text("Berlin\tLOC\nBern\n")
    result = nertag("in.txt", "--always", "always", cwd=folder)
    assert_one_sentence(result, 2)
    assert result.err == "nertag: always:2: 'Bern' has no label: give it one behind a tab\n"


def test_another_list_is_another_run(folder: Path) -> None:
    options = ("in.txt", "--format", "jsonl", "-o", "out", "--resume", "--always", "always")
    with (folder / "in.txt").open("ab") as file:
        file.write(b"\n\xff\n")
    assert nertag(*options, cwd=folder).code == 1
    (folder / "always").write_text("Berlin\tLOC\n")
    result = nertag(*options, cwd=folder)
    assert_one_sentence(result, 2)
    assert "was begun with another list of names" in result.err


def test_load_takes_pairs_or_files(folder: Path) -> None:
    pairs = load(always=[("Berlin", "SHIP")], never=[("Bern", None)]).tag(TEXT)
    assert ("Berlin", "SHIP", 1.0, "list") in [
        (one.text, one.label, one.score, one.source) for one in pairs.entities
    ]
    assert "Bern" not in [one.text for one in pairs.entities]
    files = load(always=folder / "always", never=str(folder / "never")).tag(TEXT)
    assert files.entities == pairs.entities
    with pytest.raises(UsageError, match="item 0 of always"):
        load(always=[("Berlin", None)])
