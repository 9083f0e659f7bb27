"""Quotas of made-up control groups, of both versions, and the same as the native pool reads."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from dtact import topology
from dtact.mesh import _pool_c


class Groups:
    """A made-up /proc/self with control groups mounted below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "cgroup").write_text("")
        (folder / "mountinfo").write_text("22 1 8:1 / / rw - ext4 /dev/sda1 rw\n")

    def mount(self, kind: str, point: str, root: str = "/") -> None:
        (self.folder / point).mkdir(parents=True, exist_ok=True)
        line = f"30 22 0:26 {root} {self.folder}/{point} rw shared:9 - {kind} {kind} rw,cpu\n"
        with (self.folder / "mountinfo").open("a") as file:
            file.write(line)

    def member(self, line: str) -> None:
        with (self.folder / "cgroup").open("a") as file:
            file.write(line + "\n")

    def put(self, path: str, text: str) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text + "\n")

    @property
    def quota(self) -> float | None:
        quota = topology.cpu_quota(self.folder)
        native = _pool_c.cgroup_cpu_limit(str(self.folder))
        assert native == (2**31 - 1 if quota is None else math.ceil(quota))
        return quota


@pytest.fixture
def groups(tmp_path: Path) -> Groups:
    return Groups(tmp_path)


def test_without_groups_there_is_no_quota(groups: Groups, tmp_path: Path) -> None:
    assert groups.quota is None
    assert topology.cpu_quota(tmp_path / "missing") is None


@pytest.mark.parametrize(
    ("text", "quota"), [("max 100000", None), ("150000 100000", 1.5), ("300000", 3.0), ("", None), ("no", None)]
)
def test_a_quota_of_version_2(groups: Groups, text: str, quota: float | None) -> None:
    groups.mount("cgroup2", "unified")
    groups.member("0::/a/b")
    groups.put("unified/a/b/cpu.max", text)
    assert groups.quota == quota


def test_the_least_of_all_groups_above_counts(groups: Groups) -> None:
    groups.mount("cgroup2", "unified")
    groups.member("0::/a/b")
    groups.put("unified/a/b/cpu.max", "400000 100000")
    groups.put("unified/a/cpu.max", "250000 100000")
    assert groups.quota == 2.5


def test_in_a_container_the_mounted_root_is_the_own_group(groups: Groups) -> None:
    groups.mount("cgroup2", "unified", root="/docker/1234")
    groups.member("0::/docker/1234/inner")
    groups.put("unified/cpu.max", "400000 100000")
    groups.put("unified/inner/cpu.max", "200000 100000")
    assert groups.quota == 2


def test_a_quota_of_version_1(groups: Groups) -> None:
    groups.mount("cgroup", "cpu,cpuacct")
    groups.member("4:cpu,cpuacct:/job")
    groups.put("cpu,cpuacct/job/cpu.cfs_quota_us", "250000")
    groups.put("cpu,cpuacct/job/cpu.cfs_period_us", "100000")
    assert groups.quota == 2.5
    groups.put("cpu,cpuacct/job/cpu.cfs_quota_us", "-1")
    assert groups.quota is None
