"""A few native bodies, compiled once, for the tests of the pool."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("bodies.cpp")


@pytest.fixture(scope="session")
def bodies_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shared library made from bodies.cpp."""
    compiler = shutil.which("g++") or shutil.which("c++")
    assert compiler, "a C++ compiler is part of what these tests need"
    library = tmp_path_factory.mktemp("bodies") / "bodies.so"
    subprocess.run([compiler, "-std=c++20", "-O2", "-shared", "-fPIC", SOURCE, "-o", library], check=True)
    return library


@pytest.fixture(scope="session")
def bodies(bodies_path: Path) -> ctypes.CDLL:
    """The native bodies, through ctypes."""
    return ctypes.CDLL(str(bodies_path))


@pytest.fixture
def run_script(bodies_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a script in a fresh interpreter, with `bodies`, `mesh` and `check` at hand; it must end well and in time."""

    def run(script: str, *, timeout: float = 30, command: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        prelude = f"""
            import ctypes, os, sys, threading, time
            from dtact import mesh
            bodies = ctypes.CDLL({str(bodies_path)!r})

            def check(rows=100_000, **options):
                runs = (ctypes.c_int32 * rows)()
                mesh.parallel_for(bodies.count_row, runs, rows, **options)
                assert set(runs) == {{1}}, "each row once"
            """
        text = textwrap.dedent(prelude) + textwrap.dedent(script)
        done = subprocess.run(
            [*command, sys.executable, "-X", "faulthandler", "-c", text],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done

    return run
