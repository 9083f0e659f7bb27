"""Made-up machines below a folder, and the real one."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dtact import topology


class Machine:
    """A made-up sysfs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, path: str, text: str) -> None:
        file = self.folder / "devices/system" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n")

    def cpu(self, number: int, siblings: str, cache: str, package: int = 0) -> None:
        self.write(f"cpu/cpu{number}/topology/core_cpus_list", siblings)
        self.write(f"cpu/cpu{number}/topology/physical_package_id", str(package))
        self.write(f"cpu/cpu{number}/cache/index0/level", "1")
        self.write(f"cpu/cpu{number}/cache/index0/type", "Data")
        self.write(f"cpu/cpu{number}/cache/index0/shared_cpu_list", siblings)
        self.write(f"cpu/cpu{number}/cache/index3/level", "3")
        self.write(f"cpu/cpu{number}/cache/index3/type", "Unified")
        self.write(f"cpu/cpu{number}/cache/index3/shared_cpu_list", cache)

    def read(self, allowed: set[int] | None = None) -> topology.Topology:
        return topology.read(self.folder, allowed=set(range(1024)) if allowed is None else allowed)


@pytest.fixture
def server(tmp_path: Path) -> Machine:
    """Two nodes, each with two caches of two cores of two threads: 16 CPUs, siblings 8 apart, as Linux counts them."""
    machine = Machine(tmp_path)
    for number in range(16):
        core, cache = number % 8, number % 8 // 2 * 2
        machine.cpu(number, f"{core},{core + 8}", f"{cache}-{cache + 1},{cache + 8}-{cache + 9}", number % 8 // 4)
    machine.write("cpu/online", "0-15")
    machine.write("node/node0/cpulist", "0-3,8-11")
    machine.write("node/node1/cpulist", "4-7,12-15")
    machine.write("node/node2/cpulist", "")
    return machine


def test_groups_are_what_the_system_tells(server: Machine) -> None:
    machine = server.read()
    assert machine.cores == tuple((core, core + 8) for core in range(8))
    assert machine.cache_groups == tuple((at, at + 1, at + 8, at + 9) for at in (0, 2, 4, 6))
    assert machine.nodes == ((0, 1, 2, 3, 8, 9, 10, 11), (4, 5, 6, 7, 12, 13, 14, 15))
    assert machine.groups("package") == machine.nodes
    assert machine.groups("cpu") == tuple((number,) for number in range(16))
    assert machine.usable == 16


def test_threads_spread_over_nodes_then_caches_then_cores(server: Machine) -> None:
    machine = server.read()
    assert machine.spread(4) == (0, 4, 2, 6)
    assert set(machine.spread(8)) == set(range(8))
    assert sorted(machine.spread(16)) == list(range(16))
    assert machine.spread(18)[16:] == machine.spread(2)
    assert machine.spread(0) == ()


def test_what_is_near_comes_first(server: Machine) -> None:
    order = server.read().near(2)
    assert order[:2] == (2, 10)
    assert set(order[2:4]) == {3, 11}
    assert set(order[4:8]) == {0, 1, 8, 9}
    assert len(order) == 16
    with pytest.raises(LookupError, match="CPU 99"):
        server.read().near(99)


def test_only_what_may_be_used_is_there(server: Machine) -> None:
    machine = server.read({1, 9, 4, 200})
    assert machine.cores == ((1, 9), (4,))
    assert machine.nodes == ((1, 9), (4,))
    server.write("cpu/online", "0-3,5-15")
    assert server.read({1, 9, 4}).cores == ((1, 9),)


def test_a_system_that_tells_nothing_has_one_cache_and_one_node(tmp_path: Path) -> None:
    machine = topology.read(tmp_path, allowed={3, 5})
    assert machine.cores == ((3,), (5,))
    assert machine.cache_groups == ((3, 5),)
    assert machine.nodes == ((3, 5),)


@pytest.mark.parametrize("text", ["x", "-", "1-", "1--3", "é", "1-99999999999999999999"])
def test_damaged_lists_do_no_harm(server: Machine, text: str) -> None:
    for path in ("cpu/cpu0/topology/core_cpus_list", "cpu/cpu0/cache/index3/shared_cpu_list", "node/node0/cpulist"):
        server.write(path, text)
    machine = server.read()
    assert [cpu.number for cpu in machine.cpus] == list(range(16))


@given(st.sets(st.integers(0, 15), min_size=1), st.integers(1, 40), st.floats(0.1, 64))
def test_every_cpu_is_in_one_group_of_each_kind(allowed: set[int], count: int, quota: float) -> None:
    cpus = tuple(topology.Cpu(n, n % 8, n % 8 // 2, n % 8 // 4, 0) for n in sorted(allowed))
    machine = topology.Topology(cpus, quota)
    for groups in (machine.cores, machine.cache_groups, machine.nodes):
        assert sorted(number for group in groups for number in group) == sorted(allowed)
    assert len(set(machine.spread(count))) == min(count, len(allowed))
    assert 1 <= machine.usable <= max(1, min(len(allowed), int(quota) + 1))


def test_the_real_machine_is_read() -> None:
    machine = topology.read()
    assert {cpu.number for cpu in machine.cpus} == os.sched_getaffinity(0)
    assert 1 <= machine.usable <= len(machine.cpus)
