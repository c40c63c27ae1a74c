"""Which files of folders are read, and which file each becomes."""

from __future__ import annotations

import os
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from tagcli.errors import UsageError
from tagcli.readers.formats import stem_of
from tagcli.readers.inputs import STDIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read and the one to write."""

    source: Path
    target: Path

    @property
    def is_done(self) -> bool:
        """Whether what is written is there, and no older than what is read."""
        try:
            return self.target.stat().st_mtime_ns >= self.source.stat().st_mtime_ns
        except OSError:
            return False


def tasks_of(
    names: Iterable[str],
    out_dir: str,
    extension: str,
    pattern: str | None,
    skipped: Callable[[str], None],
) -> list[Task]:
    """A task for each file, and for each file of folders that fits the pattern, in order; `skipped`
    is told of what is in them and is left out.

    Raises UsageError for what cannot be read, and for two files that would become one.
    """
    out = Path(out_dir)
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out-dir {out_dir} is no folder")
    sources: dict[Path, Path] = {}
    for name in names:
        for source, relative in _files(name, out, pattern, skipped):
            target = out / relative.with_name(stem_of(relative.name) + extension)
            if target in sources:
                both = f"{sources[target]} and {source}"
                raise UsageError(f"{both} would both become {target}: tag them apart")
            sources[target] = source
    inputs = {os.path.realpath(source) for source in sources.values()}
    if twice := next((one for one in sources if os.path.realpath(one) in inputs), None):
        raise UsageError(f"{twice} is an input, and would be written: give another --out-dir")
    return [Task(source, target) for target, source in sources.items()]


def _files(
    name: str, out: Path, pattern: str | None, skipped: Callable[[str], None]
) -> Iterator[tuple[Path, PurePath]]:
    """The files that a name stands for, each with its place under the folder of results."""
    path = Path(name)
    if name == STDIN or not path.exists():
        problem = "standard input has no name" if name == STDIN else f"no such file: {name}"
        raise UsageError(f"{problem}: --out-dir takes files and folders")
    if not path.is_dir():
        yield path, PurePath(path.name)
        return
    real, real_out = Path(os.path.realpath(path)), Path(os.path.realpath(out))
    if real.is_relative_to(real_out):
        raise UsageError(f"--out-dir {out} holds {name}, which is read: give another one")
    for found in _in_folder(path, real_out, skipped):
        relative = found.relative_to(path)
        if pattern is None or _fits(relative, pattern):
            yield found, relative


def _in_folder(folder: Path, out: Path, skipped: Callable[[str], None]) -> Iterator[Path]:
    """The files in a folder and those below, but for what was written to `out`."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        skipped(f"{folder} cannot be read: {error.strerror}")
        return
    for path in entries:
        if path.name.startswith("."):
            skipped(f"{path} is hidden")
        elif path.is_symlink() and path.is_dir():
            skipped(f"{path} is a link to a folder")
        elif path.is_dir():
            if os.path.realpath(path) != str(out):
                yield from _in_folder(path, out, skipped)
        else:
            yield path


def _fits(relative: PurePath, pattern: str) -> bool:
    """Whether a file's name, or with a "/" in the pattern its path, is of the pattern."""
    return fnmatchcase(relative.as_posix() if "/" in pattern else relative.name, pattern)
