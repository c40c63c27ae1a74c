"""Lists of names, from files with a name and a label a line, or from Python."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from tagcli.errors import UsageError
from tagcli.inference.listed_names import ListedNames, key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    Names = str | os.PathLike[str] | Iterable[tuple[str, str | None]]
    """A file, or names with their labels."""

_Entry = tuple[str, str, str | None]
"""Where a name is listed, the name, and its label."""


def read_lists(
    always: Names | None, never: Names | None, ignore_case: bool, label_of: Callable[[str], str]
) -> ListedNames:
    """The lists, with `label_of` the label that a line has; raises UsageError, with file and line,
    for what is no name with a label, and for a name with two."""
    label_of = cache(label_of)
    labels = dict[str, str]()
    for place, name, label in _entries(always, "always"):
        if not label:
            raise UsageError(f"{place}: {name!r} has no label: give it one behind a tab")
        known = label_of(label)
        if labels.setdefault(_key(place, name, ignore_case), known) != known:
            raise UsageError(f"{place}: {name!r} has another label elsewhere in the list")
    never_labels = dict[str, frozenset[str] | None]()
    for place, name, label in _entries(never, "never"):
        found = _key(place, name, ignore_case)
        before = never_labels.get(found, frozenset())
        if label and before is not None:
            never_labels[found] = before | {label_of(label)}
        else:
            never_labels[found] = None
    return ListedNames(labels, never_labels, ignore_case)


def _key(place: str, name: str, ignore_case: bool) -> str:
    found = key(name, ignore_case)
    if not found:
        raise UsageError(f"{place}: there is no name")
    return found


def _entries(names: Names | None, title: str) -> Iterator[_Entry]:
    if names is None:
        return
    if isinstance(names, str | os.PathLike):
        yield from _of_file(os.fspath(names))
        return
    for number, pair in enumerate(names):
        place = f"item {number} of {title}, counted from 0"
        if not isinstance(pair, tuple | list) or len(pair) != 2 or not isinstance(pair[0], str):
            raise UsageError(f"{place}: {pair!r} is no name with a label")
        yield place, pair[0], pair[1]


def _of_file(path: str) -> Iterator[_Entry]:
    try:
        lines = Path(path).read_bytes().decode("utf-8-sig").split("\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: byte {error.start + 1}") from error
    except ValueError as error:
        raise UsageError(f"{path!r} names no file") from error
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, *labels = line.removesuffix("\r").split("\t")
        if len(labels) > 1:
            raise UsageError(f"{path}:{number}: a name and a label are wanted, here are more tabs")
        yield f"{path}:{number}", name, labels[0].strip() if labels else None
