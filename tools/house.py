"""Look at the house from outside: its rooms, their imports, sizes and public names.

`tests/test_house.py` asks the questions; this file only reads source text, so
it needs nothing installed. Two reviewed lists are data, not code:
`tests/exports.txt` and `tests/blank_slots.txt`. After a change to the public
names or a newly filled slot, ``python tools/house.py`` rewrites both, and the
difference is reviewed with the change.
"""

from __future__ import annotations

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = {"rssn": ROOT / "rssn", "dtact": ROOT / "dtact", "bincode_next": ROOT / "bincode-next"}
SOURCES = {package: folder / "src" / package for package, folder in FOLDERS.items()}
EXPORTS = ROOT / "tests" / "exports.txt"
BLANK_SLOTS = ROOT / "tests" / "blank_slots.txt"
STDLIB = frozenset(sys.stdlib_module_names)
CIMPORT = re.compile(r"^\s*(?:from\s+([\w.]+)\s+c?import\b|c?import\s+([\w.]+))", re.MULTILINE)


@dataclass(frozen=True)
class Function:
    """One function of a source file, by its place and its length in lines."""

    file: Path
    name: str
    lines: int


def files(package: str, *suffixes: str) -> list[Path]:
    """Return the source files of a distribution with one of the suffixes."""
    return sorted(path for path in SOURCES[package].rglob("*") if path.suffix in suffixes)


def tracked_files() -> list[Path]:
    """Return every file that is, or is about to be, under version control."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, capture_output=True, check=True, text=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


def rooms(package: str) -> list[str]:
    """Return the names of the rooms: the folders of a distribution that are packages."""
    return sorted(path.parent.name for path in SOURCES[package].glob("*/__init__.py"))


def room_of(package: str, path: Path) -> str:
    """Return the room a file belongs to: its first folder, or its own name at the top."""
    first = path.relative_to(SOURCES[package]).parts[0]
    return first.partition(".")[0]


def package_of(path: Path) -> str:
    """Return the distribution that a source file belongs to."""
    return next(name for name, folder in SOURCES.items() if path.is_relative_to(folder))


def module_name(path: Path) -> str:
    """Return the dotted name under which Python imports a source file."""
    package = package_of(path)
    parts = [package, *path.relative_to(SOURCES[package]).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported_modules(path: Path) -> Iterator[str]:
    """Yield the full dotted name of every module a file imports, those for type checkers included."""
    text = path.read_text(encoding="utf-8")
    here = module_name(path).split(".")
    here = here if path.name.startswith("__init__.") else here[:-1]
    if path.suffix in (".pyx", ".pxd"):
        for match in CIMPORT.finditer(text):
            yield _absolute(match[1] or match[2], here)
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute("." * node.level + (node.module or ""), here)
            yield from [base] if "." in base else (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and node.args:
            name = getattr(node.args[0], "value", None)
            yield from [_absolute(name, here)] if isinstance(name, str) else []


def _absolute(name: str, package: list[str]) -> str:
    dots = len(name) - len(name.lstrip("."))
    if not dots:
        return name
    return ".".join([*package[: len(package) - dots + 1], *filter(None, [name[dots:]])])


def rooms_imported_by(package: str, room: str) -> set[str]:
    """Return the other rooms of the same distribution that any file of a room imports."""
    known = {path.stem for path in SOURCES[package].iterdir()} - {"__init__"}
    found = set()
    for path in files(package, ".py", ".pyx", ".pxd", ".pyi"):
        if room_of(package, path) == room:
            for name in imported_modules(path):
                parts = name.split(".")
                if parts[0] == package:
                    found |= {*parts[1:2]} & known or {package}
    return found - {room}


def libraries_imported_by(package: str, room: str) -> set[str]:
    """Return the top-level modules outside the distribution that any file of a room imports."""
    paths = [path for path in files(package, ".py", ".pyx", ".pxd") if room_of(package, path) == room]
    return {name.split(".")[0] for path in paths for name in imported_modules(path)} - {package}


def functions(path: Path) -> Iterator[Function]:
    """Yield every function of a Python file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Function(path, node.name, (node.end_lineno or node.lineno) - node.lineno + 1)


def hidden_imports(path: Path) -> int:
    """Return how many import statements of a Python file sit inside functions."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = (ast.walk(node) for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return len({node for nodes in inside for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)})


def public_modules() -> list[str]:
    """Return the dotted names of the public modules: packages, rooms, and files without underscore."""
    names = []
    for package in SOURCES:
        names += [package, *(f"{package}.{room}" for room in rooms(package))]
        names += [f"{package}.{path.stem}" for path in SOURCES[package].glob("*.py") if not path.stem.startswith("_")]
    return sorted(set(names))


def exports() -> dict[str, tuple[str, ...]]:
    """Import every public module and return its public names."""
    return {name: names_of(name) for name in public_modules()}


def names_of(name: str) -> tuple[str, ...]:
    """Import one module and return its public names."""
    module = importlib.import_module(name)
    own = [key for key, value in vars(module).items() if getattr(value, "__module__", name) == name]
    return tuple(getattr(module, "__all__", sorted(key for key in own if not key.startswith("_"))))


def blank_slots() -> dict[str, tuple[str, ...]]:
    """Return slot -> the operators whose record leaves it blank."""
    for name in filter(re.compile(r"rssn\b").match, public_modules()):
        importlib.import_module(name)  # rooms fill the slots they own when they load
    blank: dict[str, list[str]] = {}
    for name, slots in importlib.import_module("rssn.ops").blank_slots().items():
        for slot in slots:
            blank.setdefault(slot, []).append(name)
    return {slot: tuple(sorted(names)) for slot, names in sorted(blank.items())}


def as_text(lists: dict[str, tuple[str, ...]]) -> str:
    """Return one block a key: the key with a colon, then one name a line, so that a diff shows one name."""
    return "".join(f"{key}:\n" + "".join(f"    {name}\n" for name in names) for key, names in sorted(lists.items()))


def from_text(text: str) -> dict[str, tuple[str, ...]]:
    """Read what `as_text` wrote."""
    lists: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.endswith(":"):
            lists[key := line[:-1]] = []
        elif line.strip():
            lists[key].append(line.strip())
    return {key: tuple(names) for key, names in lists.items()}


def main() -> None:
    """Rewrite the reviewed lists from what is there now."""
    EXPORTS.write_text(as_text(exports()), encoding="utf-8")
    BLANK_SLOTS.write_text(as_text(blank_slots()), encoding="utf-8")


if __name__ == "__main__":
    main()
