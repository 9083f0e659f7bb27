"""CPUs, cores, caches and memory nodes from /sys/devices/system."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dtact.topology._quota import cpu_quota

SYS = Path("/sys")

Level = Literal["cpu", "core", "cache", "node", "package"]


@dataclass(frozen=True)
class Cpu:
    """One hardware thread. `core`, `cache` and `node` are numbers of groups that hold for this `Topology` only."""

    number: int
    core: int
    cache: int
    node: int
    package: int


@dataclass(frozen=True)
class Topology:
    """The CPUs that this process may use, in the order of their numbers."""

    cpus: tuple[Cpu, ...]
    quota: float | None
    """CPUs' worth of time that the control groups grant, or None."""

    @property
    def usable(self) -> int:
        """How many threads can compute at once: the CPUs, or the quota, rounded up, if that is less; at least 1."""
        return max(1, len(self.cpus) if self.quota is None else min(len(self.cpus), math.ceil(self.quota)))

    @property
    def cores(self) -> tuple[tuple[int, ...], ...]:
        """The CPUs of each core: SMT siblings share all its units."""
        return self.groups("core")

    @property
    def cache_groups(self) -> tuple[tuple[int, ...], ...]:
        """The CPUs that share each last-level cache."""
        return self.groups("cache")

    @property
    def nodes(self) -> tuple[tuple[int, ...], ...]:
        """The CPUs of each memory node."""
        return self.groups("node")

    def groups(self, by: Level) -> tuple[tuple[int, ...], ...]:
        """Return the CPUs that have a level of the machine in common, group by group."""
        found: dict[int, list[int]] = {}
        for cpu in self.cpus:
            key = cpu.number if by == "cpu" else getattr(cpu, by)
            found.setdefault(key, []).append(cpu.number)
        return tuple(map(tuple, found.values()))

    def spread(self, count: int) -> tuple[int, ...]:
        """Return `count` CPUs for threads that should disturb each other least; repeats them when there are too few.

        Nodes and caches take turns, and a core gets its second thread when every core has its first.
        """
        order = sorted(self.cpus, key=self._rank)
        return tuple(order[at % len(order)].number for at in range(count)) if order else ()

    def near(self, cpu: int) -> tuple[int, ...]:
        """Return all CPUs, the closest to `cpu` first: itself, its core, its cache, its node, its package, the rest.

        Raises LookupError if this process may not use `cpu`.
        """
        here = next((one for one in self.cpus if one.number == cpu), None)
        if here is None:
            raise LookupError(f"CPU {cpu} is not among those that this process may use")
        levels = ("number", "core", "cache", "node", "package")
        order = sorted(self.cpus, key=lambda one: [getattr(one, level) != getattr(here, level) for level in levels])
        return tuple(one.number for one in order)

    def _rank(self, cpu: Cpu) -> tuple[int, int, int, int]:
        """Its place among its siblings, then among the cores of its cache, the caches of its node, the nodes."""
        siblings = [one.number for one in self.cpus if one.core == cpu.core]
        cores = sorted({one.core for one in self.cpus if one.cache == cpu.cache})
        caches = sorted({one.cache for one in self.cpus if one.node == cpu.node})
        return siblings.index(cpu.number), cores.index(cpu.core), caches.index(cpu.cache), cpu.node


def read(sys: Path = SYS, allowed: Collection[int] | None = None, quota: float | None = None) -> Topology:
    """Read the machine: by default the real one, as far as this process may use it.

    `sys` is where sysfs is mounted; `allowed` are the CPUs of the affinity mask. Given either, the quota is taken as
    given, too. Whatever can't be read is assumed, as the README of this room says.
    """
    if sys == SYS and allowed is None:
        quota = cpu_quota()
    mask = os.sched_getaffinity(0) if allowed is None else set(allowed)
    online = set(_numbers(_text(sys / "devices/system/cpu/online"))) or mask
    numbers = sorted(mask & online) or sorted(mask)
    nodes = _nodes(sys)
    cores: dict[object, int] = {}
    caches: dict[object, int] = {}
    cpus = []
    for number in numbers:
        folder = sys / f"devices/system/cpu/cpu{number}"
        package = _number(folder / "topology/physical_package_id", 0)
        core = cores.setdefault(_siblings(folder, number), len(cores))
        cache = caches.setdefault(_last_cache(folder, package), len(caches))
        cpus.append(Cpu(number, core, cache, nodes.get(number, 0), package))
    return Topology(tuple(cpus), quota)


def _siblings(folder: Path, number: int) -> object:
    for name in ("core_cpus_list", "thread_siblings_list"):
        siblings = tuple(_numbers(_text(folder / "topology" / name)))
        if number in siblings:
            return siblings
    return (number,)


def _last_cache(folder: Path, package: int) -> object:
    """The CPUs that share the unified cache of the highest level, or the package where none is told."""
    best = 0
    shared: tuple[int, ...] = ()
    for cache in sorted((folder / "cache").glob("index*")):
        level = _number(cache / "level", 0)
        cpus = tuple(_numbers(_text(cache / "shared_cpu_list")))
        if level > best and _text(cache / "type") in ("Unified", "Data", "") and cpus:
            best, shared = level, cpus
    return shared or ("package", package)


def _nodes(sys: Path) -> dict[int, int]:
    """CPU -> the number of its memory node, counted from 0 among the nodes that have CPUs."""
    node_of: dict[int, int] = {}
    folders = [path for path in (sys / "devices/system/node").glob("node*") if path.name[4:].isdigit()]
    filled = 0
    for folder in sorted(folders, key=lambda path: int(path.name[4:])):
        cpus = list(_numbers(_text(folder / "cpulist")))
        node_of |= dict.fromkeys(cpus, filled)
        filled += 1 if cpus else 0
    return node_of


def _numbers(text: str) -> Iterator[int]:
    """The numbers of a list such as ``0-3,8,10-11``; nothing if it is none."""
    for part in filter(None, text.split(",")):
        low, _, high = part.partition("-")
        if not low.isdigit() or not (high or low).isdigit():
            return
        yield from _range(int(low), int(high or low))


def _range(low: int, high: int) -> Iterable[int]:
    return range(low, min(high, low + 65_535) + 1)


def _number(path: Path, otherwise: int) -> int:
    text = _text(path)
    return int(text) if text.isdigit() else otherwise


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""
