"""Run the tests that use native code most under AddressSanitizer and UndefinedBehaviorSanitizer.

Works in a copy of the tree, `build/asan`, whose native modules are built with
the sanitizers; the modules you work with stay as they are. Arguments go to
pytest; where they name tests of some distributions, only those are built so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import cleantree
import house

COPY = house.ROOT / "build" / "asan"
SANITIZERS = "address,undefined"
ROOMS = ("expr", "parser", "jit", "egraph", "agreement")
TESTS = (*(f"rssn/tests/{room}" for room in ROOMS), "dtact/tests", "bincode-next/tests")


def library(name: str) -> str:
    """Return the path of one of the compiler's own libraries."""
    command = [*os.environ.get("CXX", "g++").split(), f"-print-file-name={name}"]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def named(copies: dict[str, Path], arguments: list[str]) -> list[Path]:
    """Return the copies whose tests the arguments name, and what they are built with; all, if none is named."""
    found = {package for package, copy in copies.items() if any(text.startswith(f"{copy.name}/") for text in arguments)}
    found |= {"dtact"} if "rssn" in found else set()
    return [copy for package, copy in copies.items() if not found or package in found]


def main() -> int:
    """Copy, build, test; return pytest's exit code."""
    shutil.rmtree(COPY, ignore_errors=True)
    copies = named(cleantree.copy_to(COPY), sys.argv[1:])
    path = os.pathsep.join(str(copy / "src") for copy in copies)
    building = os.environ | dict.fromkeys(("RSSN_SANITIZE", "DTACT_SANITIZE", "BINCODE_SANITIZE"), SANITIZERS)
    for copy in copies:
        print(f"building {copy.name} with {SANITIZERS}", flush=True)
        command = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
        subprocess.run(command, cwd=copy, env=building, check=True, stdout=subprocess.DEVNULL)
    testing = os.environ | {
        "PYTHONPATH": path,
        # libstdc++ too: the sanitizer must find its exceptions before it starts.
        "LD_PRELOAD": " ".join(map(library, ("libasan.so", "libubsan.so", "libstdc++.so.6"))),
        # No leaks: the interpreter itself keeps memory till the end.
        "ASAN_OPTIONS": "detect_leaks=0:halt_on_error=1:allocator_may_return_null=1",
        "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
        "PYTHONMALLOC": "malloc",
        "RSSN_THREADS": "2",
    }
    tests = [name for name in TESTS if (COPY / name).exists()]
    command = [sys.executable, "-m", "pytest", "-q", "--maxfail=5", "-p", "no:cacheprovider", "--timeout=900"]
    return subprocess.run([*command, *(sys.argv[1:] or tests)], cwd=COPY, env=testing, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
