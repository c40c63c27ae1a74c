from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ModelMaker, edit_json

from tagcli import listing, models
from tagcli.listing import labels_by_language, models_table
from tagcli.models import CONFIG, read_model


@pytest.fixture
def bundled(float_model: ModelMaker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of two models in place of those that come along."""
    for name, own in (
        ("aside", {}),
        ("base", {"license": "CC BY 4.0", "test_f1": {"de": 0.9, "ko": 0.8}}),
    ):
        shutil.copytree(float_model("nertag"), tmp_path / name)
        edit_json(tmp_path / name / CONFIG, nertag=own)
    monkeypatch.setattr(models, "BUNDLED", tmp_path)
    monkeypatch.setattr(listing, "BUNDLED", tmp_path)
    return tmp_path


def test_a_row_a_model_and_the_default_first(bundled: Path) -> None:
    lines = models_table().splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["name", "base", "aside"]
    assert "85.0  CC BY 4.0  " in lines[1]
    assert "unknown" in lines[2]
    assert "base is the default" in lines[4]
    assert lines[-1].endswith(str(bundled))


def test_columns_are_in_line(bundled: Path) -> None:
    head, *rows = models_table().splitlines()[:3]
    assert len({row.index(" MB") for row in rows}) == 1
    assert all(row[head.index("labels") - 1] == " " for row in rows)
    assert all(row[head.index("labels")] != " " for row in rows)


def test_languages_with_the_same_labels_stand_together(
    model_copy: Callable[[str], Path],
) -> None:
    folder = model_copy("nertag")
    types = {"de": ["PER"], "en": ["PER"], "ko": ["PER", "ORG"]}
    edit_json(folder / CONFIG, nertag={"labels_by_language": types})
    assert labels_by_language(read_model(folder)).startswith("de, en: PER; fr, it: ")
    assert labels_by_language(read_model(folder)).endswith("ko: PER ORG")
