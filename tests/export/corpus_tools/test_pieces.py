"""Whose pieces are shown: a tokenizer by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from export.corpus_tools.pieces import find_tokenizer
from tagcli.errors import UsageError
from tagcli.models.directory import BUNDLED, DEFAULT

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    """A data folder with two bases, one of them called as a bundled model is."""
    for name in (DEFAULT, "own/base"):
        folder = tmp_path / "data" / "bases" / name
        folder.mkdir(parents=True)
        (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    return tmp_path / "data"


def test_a_base_of_the_data_folder_comes_before_the_hub(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = data_dir / "bases" / "own" / "base" / "tokenizer.json"
    assert find_tokenizer("own/base", data_dir) == expected
    monkeypatch.setenv("NERTAG_DATA", str(data_dir))
    assert find_tokenizer("own/base") == expected


def test_a_directory_and_a_bundled_model_come_before_it(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_tokenizer(DEFAULT, data_dir) == BUNDLED / DEFAULT / "tokenizer.json"
    (tmp_path / DEFAULT).mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match=f"^{DEFAULT} has no fast tokenizer"):
        find_tokenizer(DEFAULT, data_dir)


def test_the_default_model_is_the_bundled_one(data_dir: Path) -> None:
    assert find_tokenizer(None, data_dir) == BUNDLED / DEFAULT / "tokenizer.json"
