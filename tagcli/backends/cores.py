"""How many cores this process may use: those it is bound to, and what a container's quota leaves.

Source: https://docs.kernel.org/admin-guide/cgroup-v2.html (cpu.max),
https://docs.kernel.org/scheduler/sched-bwc.html (cpu.cfs_quota_us and cpu.cfs_period_us).
"""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_ROOT = Path("/")
_V1, _V2, _CPU = "cgroup", "cgroup2", "cpu"
_GROUP = re.compile(r"\d+:([^:]*):(.*)")
_MOUNT = re.compile(r"\d+ \d+ \S+ (\S+) (\S+) .* - (cgroup2?) \S+ (\S+)")


def usable_cores(root: Path = _ROOT) -> int:
    """The cores this process may use; `root` is where its /proc and /sys are."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return min([cores, *_quotas(root)])


def _quotas(root: Path) -> Iterator[int]:
    """Those of the process's cgroups and of the ones they are in, in cores, rounded up; what
    cannot be read says nothing."""
    own = _own_groups(root)
    for kind, mounted, place in _mounts(root):
        for group in _upwards(own[kind], mounted) if kind in own else ():
            quota = _quota(root / place.lstrip("/") / group)
            if quota is not None:
                yield quota


def _own_groups(root: Path) -> dict[str, str]:
    """The cgroup that the process is in, in the tree of v1 that rations time, and in that of v2."""
    found = {}
    for controllers, group in _matches(_GROUP, root / "proc/self/cgroup"):
        if not controllers:
            found[_V2] = group
        elif _CPU in controllers.split(","):
            found[_V1] = group
    return found


def _mounts(root: Path) -> Iterator[tuple[str, str, str]]:
    """Kind, cgroup and place of the trees that are mounted."""
    for group, place, kind, settings in _matches(_MOUNT, root / "proc/self/mountinfo"):
        if kind == _V2 or _CPU in settings.split(","):
            yield kind, _unescaped(group), _unescaped(place)


def _upwards(group: str, mounted: str) -> list[PurePosixPath]:
    """The cgroup and those it is in, as paths from the one that is mounted, which is the last.

    A container may be told a name of its cgroup that does not begin with the mounted one's.
    """
    try:
        below = PurePosixPath(group).relative_to(mounted)
    except ValueError:
        below = PurePosixPath()
    if ".." in below.parts:  # outside the namespace
        below = PurePosixPath()
    return [below, *below.parents]


def _quota(folder: Path) -> int | None:
    """That of one cgroup; None where it has none."""
    both = _lines(folder / "cpu.max") or [
        *_lines(folder / "cpu.cfs_quota_us"), *_lines(folder / "cpu.cfs_period_us"),
    ]  # fmt: skip
    try:
        quota, period = map(int, " ".join(both).split())
    except ValueError:  # "max", or nothing
        return None
    return -(-quota // period) if quota > 0 and period > 0 else None


def _matches(pattern: re.Pattern[str], path: Path) -> Iterator[tuple[str, ...]]:
    """What the pattern finds in the lines that have it."""
    return (match.groups() for line in _lines(path) if (match := pattern.fullmatch(line)))


def _lines(path: Path) -> list[str]:
    try:
        return os.fsdecode(path.read_bytes()).splitlines()
    except (OSError, ValueError):
        return []


def _unescaped(name: str) -> str:
    """A name of mountinfo, which has blanks as `\\040`."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), name)
