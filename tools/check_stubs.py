"""Compare the stubs of the native modules with the modules as built (mypy's stubtest).

What Cython adds to every module, and what a stub cannot know, is listed in
`tools/stubtest_allowlist.txt`, one regular expression a line.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import house

ALLOWED = Path(__file__).parent / "stubtest_allowlist.txt"


def native_modules() -> list[str]:
    """Return the dotted names of every native module of every distribution."""
    return [house.module_name(path) for package in house.SOURCES for path in house.files(package, ".pyx")]


def main() -> int:
    """Run stubtest; return its exit code."""
    modules = native_modules()
    if not modules:
        return 0
    command = [sys.executable, "-m", "mypy.stubtest", "--concise", "--ignore-unused-allowlist"]
    path = os.pathsep.join(str(folder.parent) for folder in house.SOURCES.values())
    command += ["--mypy-config-file", str(house.ROOT / "pyproject.toml"), "--allowlist", str(ALLOWED), *modules]
    return subprocess.run(command, check=False, env=os.environ | {"MYPYPATH": path, "PYTHONPATH": path}).returncode


if __name__ == "__main__":
    sys.exit(main())
