"""Quotas of made-up trees of /proc and /sys, as containers have them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tagcli.backends.cores import usable_cores

if TYPE_CHECKING:
    from pathlib import Path

BOUND = 64
"""The cores that the affinity leaves."""

V1_MOUNT = "33 25 0:29 {group} {place} ro,nosuid - cgroup cgroup rw,cpu,cpuacct"
V2_MOUNT = "30 29 0:26 {group} {place} ro,nosuid,nodev shared:9 - cgroup2 cgroup rw,nsdelegate"
OTHER_MOUNTS = (
    "29 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw",
    "34 25 0:30 / /sys/fs/cgroup/cpuset ro,nosuid - cgroup cgroup rw,cpuset",
    "35 25 0:31 / /sys/fs/cgroup/systemd ro,nosuid - cgroup systemd rw,xattr,name=systemd",
    "",
)


@pytest.fixture(autouse=True)
def _many_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(BOUND)), raising=False)


def tree(root: Path, groups: str, *mounts: str, **files: str) -> Path:
    """A root whose process is in these groups; `files` are a group's settings, by its folder with
    `__` for each `/`."""
    home = root / "proc" / "self"
    home.mkdir(parents=True)
    (home / "cgroup").write_text(groups)
    (home / "mountinfo").write_text("\n".join([*mounts, *OTHER_MOUNTS]))
    for name, content in files.items():
        write(root / name.replace("__", "/"), content)
    return root


def write(folder: Path, content: str) -> None:
    """`cpu.max` for "200000 100000", the two files of v1 for "200000/100000"."""
    folder.mkdir(parents=True, exist_ok=True)
    quota, of_v1, period = content.partition("/")
    if not of_v1:
        (folder / "cpu.max").write_text(f"{content}\n")
        return
    (folder / "cpu.cfs_quota_us").write_text(f"{quota}\n")
    (folder / "cpu.cfs_period_us").write_text(f"{period}\n")


def v2(group: str = "/") -> str:
    return V2_MOUNT.format(group=group, place="/sys/fs/cgroup")


def v1(group: str = "/") -> str:
    return V1_MOUNT.format(group=group, place="/sys/fs/cgroup/cpu,cpuacct")


V1_GROUPS = "7:cpuset:/other\n4:cpu,cpuacct:{}\n1:name=systemd:/user\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("100001 100000", 2),
        ("50000 100000", 1),
        ("1000 1000000", 1),
        ("9000000 100000", BOUND),
        ("max 100000", BOUND),
        ("max", BOUND),
    ],
)
def test_a_container_of_v2_sees_its_quota(tmp_path: Path, content: str, expected: int) -> None:
    root = tree(tmp_path, "0::/\n", v2(), sys__fs__cgroup=content)
    assert usable_cores(root) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [("200000/100000", 2), ("25000/50000", 1), ("-1/100000", BOUND)],
)
@pytest.mark.parametrize(("own", "mounted"), [("/", "/"), ("/docker/f00", "/docker/f00")])
def test_a_container_of_v1_sees_its_quota(
    tmp_path: Path, own: str, mounted: str, content: str, expected: int
) -> None:
    files = {"sys__fs__cgroup__cpu,cpuacct": content}
    assert usable_cores(tree(tmp_path, V1_GROUPS.format(own), v1(mounted), **files)) == expected


@pytest.mark.parametrize("quotas", [(9, 5, 3), (9, 3, 5), (3, 9, 5), (None, 3, None)])
def test_the_smallest_quota_on_the_way_up_counts(
    tmp_path: Path, quotas: tuple[int | None, ...]
) -> None:
    files = {
        f"sys__fs__cgroup__{group}": f"{quota}00000 100000" if quota else "max 100000"
        for group, quota in zip(("a", "a__b.slice", "a__b.slice__c"), quotas, strict=True)
    }
    files["sys__fs__cgroup__a__another"] = "100000 100000"
    assert usable_cores(tree(tmp_path, "0::/a/b.slice/c\n", v2(), **files)) == 3


def test_nested_groups_of_v1(tmp_path: Path) -> None:
    files = {"sys__fs__cgroup__cpu,cpuacct__pod": "400000/100000",
             "sys__fs__cgroup__cpu,cpuacct__pod__one": "-1/100000"}  # fmt: skip
    groups = V1_GROUPS.format("/kube/pod/one")
    assert usable_cores(tree(tmp_path, groups, v1("/kube"), **files)) == 4


def test_a_group_whose_name_is_the_hosts_has_the_mounts_quota(tmp_path: Path) -> None:
    files = {"sys__fs__cgroup": "200000 100000"}
    assert usable_cores(tree(tmp_path / "one", "0::/docker/f00\n", v2("/sub"), **files)) == 2
    assert usable_cores(tree(tmp_path / "two", "0::/../f00\n", v2(), **files)) == 2
    assert usable_cores(tree(tmp_path / "three", "0::/\n", v2("/.."), **files)) == 2


def test_a_hybrid_has_its_quota_in_v1(tmp_path: Path) -> None:
    unified = V2_MOUNT.format(group="/", place="/sys/fs/cgroup/unified")
    files = {"sys__fs__cgroup__cpu,cpuacct__user": "300000/100000",
             "sys__fs__cgroup__unified__user": "max 100000"}  # fmt: skip
    groups = V1_GROUPS.format("/user") + "0::/user\n"
    assert usable_cores(tree(tmp_path, groups, v1(), unified, **files)) == 3


def test_a_place_with_a_blank(tmp_path: Path) -> None:
    mount = V2_MOUNT.format(group="/", place=r"/sys/my\040groups")
    root = tree(tmp_path, "0::/a b\n", mount, **{"sys__my groups__a b": "200000 100000"})
    assert usable_cores(root) == 2


def test_without_groups_the_affinity_counts(tmp_path: Path) -> None:
    assert usable_cores(tmp_path / "nothing") == BOUND
    assert usable_cores(tree(tmp_path / "bare", "0::/\n", v2())) == BOUND
    assert usable_cores(tree(tmp_path / "unmounted", "0::/\n", sys__fs__cgroup="1 1")) == BOUND


@pytest.mark.parametrize(
    "content",
    ["", "abc 100000", "200000", "200000 0", "0 100000", "-5 100000", "1 2 3", "/100000",
     "200000/", "abc/100000", "200000/0"],
)  # fmt: skip
def test_odd_quotas_say_nothing(
    tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tree(tmp_path, "0::/\n", v2(), sys__fs__cgroup=content)
    assert usable_cores(root) == BOUND
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["cgroup", "mountinfo"])
@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"::\n", b"0:\n", b"\xff\xfe\x00:\n", b"0::/\x00\n", b"30 29 0:26 / - cgroup2"],
)
def test_odd_descriptions_say_nothing(tmp_path: Path, name: str, content: bytes) -> None:
    root = tree(tmp_path, "0::/a\n", v2(), sys__fs__cgroup__a="200000 100000")
    assert usable_cores(root) == 2
    (root / "proc" / "self" / name).write_bytes(content)
    assert usable_cores(root) == BOUND


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    root = tree(tmp_path, "0::/a\n", v2(), sys__fs__cgroup="200000 100000")
    (root / "sys/fs/cgroup/a/cpu.max").mkdir(parents=True)
    assert usable_cores(root) == 2


def test_where_there_is_no_affinity(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert usable_cores(tmp_path) == 8
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert usable_cores(tmp_path) == 1
    assert usable_cores(tree(tmp_path, "0::/\n", v2(), sys__fs__cgroup="200000 100000")) == 1
