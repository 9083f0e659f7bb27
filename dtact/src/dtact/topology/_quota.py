"""How much CPU time the control groups of this process grant, from /proc/self and the mounted hierarchies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

PROC = Path("/proc/self")


def cpu_quota(proc: Path = PROC) -> float | None:
    """Return the least quota of the process's control groups and of all above them, in CPUs; None if there is none."""
    members = dict(_members(proc))
    found = [
        quota
        for kind, root, point in _mounts(proc)
        for folder in _folders(point, root, members.get(kind, "/"))
        if (quota := _quota(folder, kind)) is not None
    ]
    return min(found, default=None)


def _members(proc: Path) -> Iterator[tuple[str, str]]:
    """("cgroup2" or "cgroup", the path of this process in it), of version 1 the hierarchy of the controller cpu."""
    for line in _lines(proc / "cgroup"):
        number, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if number == "0" and not controllers:
            yield "cgroup2", path
        elif "cpu" in controllers.split(","):
            yield "cgroup", path


def _mounts(proc: Path) -> Iterator[tuple[str, str, Path]]:
    """(kind, what of the hierarchy is mounted, where) of the hierarchies that may hold a quota."""
    for line in _lines(proc / "mountinfo"):
        before, _, after = line.partition(" - ")
        fields, kinds = before.split(" "), after.split(" ")
        if len(fields) > 4 and (kinds[0] == "cgroup2" or (kinds[0] == "cgroup" and "cpu" in kinds[-1].split(","))):
            yield kinds[0], _plain(fields[3]), Path(_plain(fields[4]))


def _folders(point: Path, root: str, member: str) -> Iterator[Path]:
    """The group's folder and all above it up to the mount point; the mount point alone where the path is hidden."""
    path = PurePosixPath(member)
    inside = PurePosixPath("/") if path == PurePosixPath(root) else path
    if root != "/" and path.is_relative_to(root):
        inside = PurePosixPath("/") / path.relative_to(root)
    parts = [] if ".." in inside.parts else list(inside.parts[1:])
    if not point.joinpath(*parts).is_dir():
        parts = []
    for depth in range(len(parts), -1, -1):
        yield point.joinpath(*parts[:depth])


def _quota(folder: Path, kind: str) -> float | None:
    if kind == "cgroup2":
        words = " ".join(_lines(folder / "cpu.max")).split()
    else:
        words = [*_lines(folder / "cpu.cfs_quota_us"), *_lines(folder / "cpu.cfs_period_us")]
    if not words or not words[0].isdigit():  # "max", or -1
        return None
    period = int(words[1]) if len(words) > 1 and words[1].isdigit() else 100_000
    return int(words[0]) / period if period and int(words[0]) else None


def _plain(text: str) -> str:
    """Undo the octal escapes of mountinfo."""
    for code in ("\\040", "\\011", "\\012", "\\134"):
        text = text.replace(code, chr(int(code[1:], 8)))
    return text


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
