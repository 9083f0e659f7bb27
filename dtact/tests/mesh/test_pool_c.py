"""What the native module reads from the machine, and the table that it hands to C."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

import pytest

from dtact import mesh
from dtact.mesh import _pool_c

NO_LIMIT = 2**31 - 1


class Machine:
    """A made-up /proc/self with control groups mounted below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "cgroup").write_text("")
        (folder / "mountinfo").write_text("22 1 8:1 / / rw - ext4 /dev/sda1 rw\n")

    def mount(self, kind: str, point: str, *, root: str = "/", options: str = "rw") -> None:
        (self.folder / point.replace("\\040", " ")).mkdir(parents=True, exist_ok=True)
        line = f"30 22 0:26 {root} {self.folder}/{point} rw,nosuid shared:9 - {kind} {kind} {options}\n"
        with (self.folder / "mountinfo").open("a") as file:
            file.write(line)

    def member(self, line: str) -> None:
        with (self.folder / "cgroup").open("a") as file:
            file.write(line + "\n")

    def v2(self, group: str, text: str) -> None:
        (self.folder / group).mkdir(parents=True, exist_ok=True)
        (self.folder / group / "cpu.max").write_text(text + "\n")

    def v1(self, group: str, quota: int, period: int) -> None:
        (self.folder / group).mkdir(parents=True, exist_ok=True)
        (self.folder / group / "cpu.cfs_quota_us").write_text(f"{quota}\n")
        (self.folder / group / "cpu.cfs_period_us").write_text(f"{period}\n")

    @property
    def limit(self) -> int:
        return _pool_c.cgroup_cpu_limit(str(self.folder))


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_without_control_groups_there_is_no_limit(machine: Machine) -> None:
    assert machine.limit == NO_LIMIT


def test_without_proc_there_is_no_limit(tmp_path: Path) -> None:
    assert _pool_c.cgroup_cpu_limit(str(tmp_path / "missing")) == NO_LIMIT


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("max 100000", NO_LIMIT),
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("1000 100000", 1),
        ("300000", 3),
        ("", NO_LIMIT),
        ("nonsense", NO_LIMIT),
        ("100000 0", NO_LIMIT),
        ("99999999999999 1", NO_LIMIT),
    ],
)
def test_a_quota_of_version_2_is_rounded_up(machine: Machine, text: str, limit: int) -> None:
    machine.mount("cgroup2", "unified")
    machine.member("0::/user/app")
    machine.v2("unified/user/app", text)
    assert machine.limit == limit


def test_the_least_quota_of_all_groups_above_counts(machine: Machine) -> None:
    machine.mount("cgroup2", "unified")
    machine.member("0::/a/b/c")
    machine.v2("unified/a", "300000 100000")
    machine.v2("unified/a/b", "max 100000")
    machine.v2("unified/a/b/c", "500000 100000")
    assert machine.limit == 3
    machine.v2("unified", "100000 100000")
    assert machine.limit == 1


def test_in_a_container_the_own_group_is_the_mounted_root(machine: Machine) -> None:
    """The path may be the host's, of which only the last part is mounted, or none at all."""
    machine.mount("cgroup2", "unified", root="/docker/1234")
    machine.member("0::/docker/1234/inner")
    machine.v2("unified", "400000 100000")
    machine.v2("unified/inner", "200000 100000")
    assert machine.limit == 2


@pytest.mark.parametrize("path", ["/docker/1234", "/../../outside", "/"])
def test_a_path_that_is_not_visible_falls_back_to_the_mount(machine: Machine, path: str) -> None:
    machine.mount("cgroup2", "unified")
    machine.member("0::" + path)
    machine.v2("unified", "200000 100000")
    assert machine.limit == 2


def test_a_quota_of_version_1_is_read_from_the_cpu_hierarchy(machine: Machine) -> None:
    machine.mount("cgroup", "memory", options="rw,memory")
    machine.mount("cgroup", "cpu,cpuacct", options="rw,cpu,cpuacct")
    machine.member("9:memory:/other")
    machine.member("4:cpu,cpuacct:/job")
    machine.v1("cpu,cpuacct", -1, 100000)
    machine.v1("cpu,cpuacct/job", 250000, 100000)
    machine.v1("memory/other", 100000, 100000)
    assert machine.limit == 3


def test_both_versions_may_be_mounted(machine: Machine) -> None:
    machine.mount("cgroup", "cpu", options="rw,cpu")
    machine.mount("cgroup2", "unified")
    machine.member("4:cpu:/job")
    machine.member("0::/")
    machine.v1("cpu/job", -1, 100000)
    machine.v2("unified", "100000 50000")
    assert machine.limit == 2


def test_blanks_in_a_mount_point_are_read(machine: Machine) -> None:
    machine.mount("cgroup2", "my\\040groups")
    machine.member("0::/job")
    machine.v2("my groups/job", "700000 100000")
    assert machine.limit == 7


def test_the_default_number_of_threads_is_what_the_machine_allows() -> None:
    affinity = _pool_c.affinity_count()
    assert affinity == len(os.sched_getaffinity(os.getpid()))
    before = mesh.thread_count()
    assert mesh.set_thread_count(None) == min(affinity, _pool_c.cgroup_cpu_limit("/proc/self"))
    mesh.set_thread_count(before)


def test_the_table_in_the_capsule_is_that_of_the_header() -> None:
    class Api(ctypes.Structure):
        _fields_ = (
            ("version", ctypes.c_uint32),
            ("size_bytes", ctypes.c_uint32),
            ("thread_count", ctypes.CFUNCTYPE(ctypes.c_int32)),
            ("set_thread_count", ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_int32)),
            ("parallel_for", ctypes.c_void_p),
            ("jobs", ctypes.c_void_p * 17),
        )

    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    api = Api.from_address(get(_pool_c.pool_api, b"dtact.mesh._pool_c.pool_api"))
    assert (api.version, api.size_bytes) == (3, ctypes.sizeof(Api))
    assert api.thread_count() == mesh.thread_count()
