"""A model's config.json, read and written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tagcli import UsageError
from tagcli.models.config import CONFIG, own_settings, own_units, read_config, write_config

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"{", "cannot be read"),
        (b"\xff", "cannot be read"),
        (b"[" * 100_000, "cannot be read"),
        (b"[]", "is not a JSON object"),
    ],
)
def test_a_config_that_is_none(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / CONFIG).write_bytes(content)
    with pytest.raises(UsageError, match=says):
        read_config(tmp_path)


def test_no_config(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"is no model directory: it has no config\.json"):
        read_config(tmp_path)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    fields = {"id2label": {"0": "O"}, "nertag": {"units": {"ko": "parts"}}, "name": "한국어"}
    write_config(tmp_path, fields)
    config = read_config(tmp_path)
    assert config == fields
    assert own_units(tmp_path, config) == {"ko": "parts"}
    assert "한국어" in (tmp_path / CONFIG).read_text(encoding="utf-8")


@pytest.mark.parametrize("config", [{}, {"nertag": None}])
def test_a_config_of_another_library(tmp_path: Path, config: dict[str, None]) -> None:
    assert own_settings(tmp_path, config) == {}
    assert own_units(tmp_path, config) == {}
