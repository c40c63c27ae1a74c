"""The page's table of settings."""

from __future__ import annotations

import pytest

from export.corpora.setting_types import settings_of
from export.corpora.source import Source
from export.training.recipe import Recipe
from export.training.settings_table import setting_rows, settings_table


@pytest.mark.parametrize("kind", [Recipe, Source])
def test_every_setting_has_a_meaning(kind: type) -> None:
    rows = setting_rows(kind)
    assert len(rows) == 1 + len(settings_of(kind))
    for name, type_name, _, meaning in rows[1:]:
        assert type_name, name
        assert meaning[:1].isupper(), name
        assert meaning.endswith("."), name


@pytest.mark.parametrize(
    ("kind", "row"),
    [
        (Recipe, ["`base`", "string", "needed"]),
        (Recipe, ["`rate`", "number above 0", ""]),
        (Recipe, ["`freeze_embeddings`", "true or false", ""]),
        (Recipe, ["`seed`", "whole number of at least 0 and below 4294967296", "`1`"]),
        (Recipe, ["`units`", "table of strings", ""]),
        (Source, ["`source`", "string", "needed"]),
        (Source, ["`repair`", "one of error, conlleval, strict", '`"error"`']),
        (Source, ["`labels`", "table of strings", ""]),
        (Source, ["`annotates`", "list of strings", ""]),
    ],
)
def test_what_a_setting_is(kind: type, row: list[str]) -> None:
    assert row in [cells[:3] for cells in setting_rows(kind)]


def test_both_tables_are_on_the_page() -> None:
    page = settings_table()
    assert page.count("| setting | type | default | meaning |\n| --- | --- | --- | --- |\n") == 2
    for name in (*settings_of(Recipe), *settings_of(Source), "extends"):
        assert f"\n| `{name}` | " in page
