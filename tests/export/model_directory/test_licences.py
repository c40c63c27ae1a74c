"""Licences: their clauses, where a model's is named, what is inherited, what is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from export.model_directory.licences import (
    UNKNOWN,
    clauses,
    inherited_licence,
    licence_of,
    warnings,
)

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("licence", "found"),
    [
        ("CC BY-NC-SA 4.0", "nc sa"),
        ("cc-by-nc-sa-4.0", "nc sa"),
        ("CC-BY-SA-3.0", "sa"),
        ("CC BY NC SA", "nc sa"),
        ("cc-by-nc-nd-4.0", "nc nd"),
        ("by-nc", "nc"),
        ("Creative Commons Attribution-NonCommercial-ShareAlike 4.0 International", "nc sa"),
        ("Attribution-NoDerivatives 4.0", "nd"),
        ("for non-commercial use", "nc"),
        ("GPL-3.0-or-later", "sa"),
        ("agpl-3.0", "sa"),
        ("LGPLv3", "sa"),
        ("GNU General Public License v2", "sa"),
        ("CC BY-SA 4.0 AND CC BY-NC 4.0", "nc sa"),
        ("CC BY 4.0", ""),
        ("cc0-1.0", ""),
        ("MIT", ""),
        ("Apache-2.0", ""),
        ("Mensa SA", ""),
        (UNKNOWN, ""),
    ],
)
def test_the_clauses_of_a_licence(licence: str, found: str) -> None:
    assert clauses(licence) == set(found.split())


@pytest.mark.parametrize(
    ("nertag", "card", "found"),
    [
        ({"license": "CC BY-SA 4.0"}, "---\nlicense: mit\n---\n", "CC BY-SA 4.0"),
        ({"license": "unknown"}, "---\nlicense: mit\n---\n", "mit"),
        ({}, "---\nlicense: 'cc-by-nc-sa-4.0'\nlanguage:\n- de\n---\n# A\n", "cc-by-nc-sa-4.0"),
        (None, "---\nlicense:\n- mit\n- cc-by-sa-4.0\n---\n", "mit AND cc-by-sa-4.0"),
        (None, "---\nlicense: other\nlicense_name: cc-by-nc-sa-4.0\n---\n", "cc-by-nc-sa-4.0"),
        (None, "---\nlicense: unknown\n---\n", None),
        (None, "---\nlicense: [mit\n---\n", None),
        (None, "---\nlanguage: de\n---\n", None),
        (None, "# license: mit\n", None),
        (None, None, None),
    ],
)
def test_where_a_licence_is_named(
    tmp_path: Path, nertag: object, card: str | None, found: str | None
) -> None:
    config = {} if nertag is None else {"nertag": nertag}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    if card is not None:
        (tmp_path / "README.md").write_text(card, encoding="utf-8")
    assert licence_of(tmp_path) == found


BY, SA, NC, ND = "CC BY 4.0", "CC BY-SA 4.0", "CC BY-NC 4.0", "CC BY-ND 4.0"
NC_SA = "CC BY-NC-SA 4.0"


@pytest.mark.parametrize(
    ("licences", "inherited"),
    [
        ([], None),
        ([BY, "MIT"], None),
        ([NC_SA], NC_SA),
        ([BY, NC_SA, "MIT", NC_SA], NC_SA),
        ([SA, NC_SA], NC_SA),
        ([NC_SA, NC], NC_SA),
        ([NC, SA], f"{NC} AND {SA}"),
        ([SA, "GPL-3.0"], f"{SA} AND GPL-3.0"),
    ],
)
def test_what_a_model_inherits(licences: list[str], inherited: str | None) -> None:
    named = {f"teacher {number}": licence for number, licence in enumerate(licences)}
    assert inherited_licence(named) == inherited


@pytest.mark.parametrize(
    ("licence", "inherited", "says"),
    [
        (UNKNOWN, {}, []),
        ("MIT", {}, []),
        ("MIT", {"the base b": BY}, []),
        (UNKNOWN, {"the base b": NC_SA, "the teacher t": NC_SA}, []),
        (NC_SA, {"the base b": NC_SA, "the teacher t": NC}, []),
        ("cc-by-nc-sa-4.0", {"the base b": NC_SA}, []),
        (
            "MIT",
            {"the base b": NC_SA, "the teacher t": NC_SA},
            [f"license MIT is laxer than {NC_SA}, that of the base b and the teacher t: "
             "it is not non-commercial and share-alike"],
        ),
        (
            SA,
            {"the base b": NC_SA},
            [f"license {SA} is laxer than {NC_SA}, that of the base b: it is not non-commercial"],
        ),
        (
            "Apache-2.0",
            {"the base b": "GPL-3.0"},
            ["license Apache-2.0 is laxer than GPL-3.0, that of the base b: it is not share-alike"],
        ),
        (
            NC_SA,
            {"the base b": SA, "the teacher t": NC_SA},
            [f"{SA}, that of the base b, and {NC_SA}, that of the teacher t, contradict each "
             "other: no licence keeps to both"],
        ),
        (
            UNKNOWN,
            {"the base b": NC, "the teacher t": SA},
            [f"{NC}, that of the base b, and {SA}, that of the teacher t, contradict each other: "
             "no licence keeps to both"],
        ),
        (ND, {"the base b": ND}, [f"{ND}, that of the base b, allows no model that is made of it"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(licence: str, inherited: dict[str, str], says: list[str]) -> None:
    assert list(warnings(licence, inherited)) == says
