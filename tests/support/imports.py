"""Which packages of the project import which, read off the source."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Arrow = tuple[str, str]


def arrows(root: Path, package: str) -> set[Arrow]:
    """The pairs (importer, imported) of rooms of a top-level package under `root`: a room is a
    package in it, or a module of its own; imports within functions and for types count, too."""
    modules = {_name(root, path): path for path in (root / package).rglob("*.py")}
    found = set()
    for name, path in modules.items():
        for imported in _imports(path):
            here, there = _room(name, package), _room(imported, package)
            if there is not None and here is not None and there != here:
                found.add((here, there))
    return found


def circle(arrows_: set[Arrow]) -> list[str]:
    """Rooms that import each other in a circle, the first again at the end; none if there is no
    circle."""
    follows: dict[str, list[str]] = {}
    for here, there in sorted(arrows_):
        follows.setdefault(here, []).append(there)
    done: set[str] = set()

    def visit(room: str, path: list[str]) -> list[str]:
        if room in path:
            return [*path[path.index(room) :], room]
        if room in done:
            return []
        for there in follows.get(room, []):
            if found := visit(there, [*path, room]):
                return found
        done.add(room)
        return []

    return next((found for room in follows if (found := visit(room, []))), [])


def _name(root: Path, path: Path) -> str:
    return ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _room(module: str, package: str) -> str | None:
    """The room of a module, "" for the top-level package itself, None outside."""
    top, *inner = module.split(".")
    if top != package:
        return None
    return inner[0] if inner else ""


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            if "." in node.module:
                yield node.module
            else:  # from export import commands
                yield from (f"{node.module}.{alias.name}" for alias in node.names)
