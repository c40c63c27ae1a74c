"""The shape of the source: rooms, imports and the size of functions. Which way imports may go in
detail is import-linter's to say (setup.cfg)."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from tests.support.imports import arrows, circle
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

LONGEST_FUNCTION = 50
MOST_ARROWS = {"export": 40, "tagcli": 75}
SOURCES = [
    path for package in ("export", "tagcli") for path in sorted((ROOT / package).rglob("*.py"))
]


@pytest.mark.parametrize("package", MOST_ARROWS)
def test_rooms_import_few_others_and_never_in_a_circle(package: str) -> None:
    found = arrows(ROOT, package)
    assert 10 < len(found) <= MOST_ARROWS[package]
    assert circle(found) == []


def test_a_circle_is_found() -> None:
    assert circle({("a", "b"), ("b", "c"), ("d", "a")}) == []
    assert circle({("a", "b"), ("b", "c"), ("c", "b")}) == ["b", "c", "b"]


def test_arrows_are_read_off_the_source(tmp_path: Path) -> None:
    for path, text in {
        "top/__init__.py": "",
        "top/low.py": "import json\n",
        "top/room/__init__.py": "",
        "top/room/one.py": "from top.room.two import x\nfrom top import low\n",
        "top/room/two.py": "def f():\n    import top.high.roof\nfrom other.high import y\n",
        "top/high/roof.py": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    assert arrows(tmp_path, "top") == {("room", "low"), ("room", "high")}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_are_short(path: Path) -> None:
    long = [
        f"{node.name}: {length} lines"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    ]
    assert long == []


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name == "__init__.py"])
def test_a_room_says_what_belongs_in_it_and_imports_nothing(path: Path) -> None:
    body = ast.parse(path.read_text(encoding="utf-8")).body
    assert isinstance(body[0], ast.Expr)
    if path.parent.parent != ROOT:
        assert len(body) == 1
