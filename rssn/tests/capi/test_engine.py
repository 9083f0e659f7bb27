"""rssn.h: programs in C, C++ and Rust are built and run as its comment says."""

import ctypes
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rssn.capi import INCLUDE, compile_flags, link_flags, source

HERE = Path(__file__).parent
EXAMPLES = HERE.parents[1] / "examples"
STRICT = ["-Wall", "-Wextra", "-Werror", "-O2"]
START = """
#include "rssn.h"
#include <stdio.h>
int main(void)
{
    rssn_error error;
    puts(rssn_start(&error) ? error.message : "started");
    return error.code;
}
"""
WANTED = ["d/dx: 2*x*sin(y)", "at x = 0.5, y = 1.5: 0.2493737466510136"]

pytestmark = pytest.mark.skipif(shutil.which("cc") is None, reason="no C compiler")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with `rssn.c` as an object and as a library."""
    made = tmp_path_factory.mktemp("capi")
    subprocess.run(["cc", "-c", "-fPIC", *STRICT, source(), *compile_flags(), "-o", made / "rssn.o"], check=True)
    subprocess.run(["ar", "rcs", made / "librssn.a", made / "rssn.o"], check=True)
    return made


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_the_example_in_c(folder):
    """One command builds it, as in the header's comment; mistakes in a formula are told with their place."""
    flags = run(sys.executable, "-m", "rssn.cli", "c-flags").stdout.split()
    subprocess.run(["cc", EXAMPLES / "engine.c", *flags, "-o", folder / "engine"], check=True)
    assert all(wanted in run(folder / "engine").stdout for wanted in WANTED)
    failed = run(folder / "engine", "x +* y")
    assert failed.returncode == 1
    assert "error 1: line 1, column 4" in failed.stderr


def test_the_example_in_rust(folder):
    """Declared by hand, linked with the archive."""
    if shutil.which("rustc") is None:
        pytest.skip("no Rust")
    command = ["rustc", EXAMPLES / "engine.rs", "-L", folder, "-l", "static=rssn", "-o", folder / "engine_rs"]
    subprocess.run([*command, "-C", f"link-args={' '.join(link_flags())}"], check=True, cwd=folder)
    assert all(wanted in run(folder / "engine_rs").stdout for wanted in WANTED)
    assert "error 2" in run(folder / "engine_rs", "foo(x)").stderr


@pytest.mark.parametrize("compiler", ["cc", "c++"])
def test_every_function_from_several_threads(compiler, folder):
    """In C, and in C++ by the same header."""
    program = folder / f"checks_{compiler}"
    text = HERE / "checks.c"
    if compiler == "c++":
        text = shutil.copy(text, folder / "checks.cpp")
    flags = [*STRICT, *compile_flags(), *(["-Wno-unused-parameter"] if compiler == "c++" else [])]
    subprocess.run([compiler, *flags, text, folder / "rssn.o", "-o", program, *link_flags()], check=True)
    found = run(program, timeout=100)
    assert (found.stdout, found.stderr, found.returncode) == ("all is well\n", "", 0)


def test_a_python_that_is_not_there_is_told(folder):
    """What RSSN_PYTHON names comes before what the program was compiled for."""
    program = folder / "start"
    (folder / "start.c").write_text(START)
    subprocess.run(["cc", *compile_flags(), "start.c", "rssn.o", "-o", program, *link_flags()], check=True, cwd=folder)
    found = run(program, env={"RSSN_PYTHON": str(folder / "nowhere" / "python")})
    assert found.returncode == 6
    assert "rssn can't be imported" in found.stdout
    assert run(program).stdout == "started\n"


def test_a_process_that_runs_python_already_is_used(folder):
    """A library with rssn.c inside, loaded by Python."""
    shared = folder / "inside.so"
    subprocess.run(["cc", "-shared", folder / "rssn.o", "-o", shared, *link_flags()], check=True)
    library = ctypes.CDLL(str(shared))
    library.rssn_parse.restype = library.rssn_print.restype = ctypes.c_void_p
    formula = library.rssn_parse(b"x + 1", None)
    shown = library.rssn_print(ctypes.c_void_p(formula), b"text", None)
    assert ctypes.string_at(shown) == b"x + 1"
    library.rssn_free_text(ctypes.c_void_p(shown))
    library.rssn_free_expr(ctypes.c_void_p(formula))


def test_headers_and_source_come_with_the_package():
    """A wheel has them."""
    assert {path.name for path in INCLUDE.iterdir()} == {"rssn.h", "rssn.c"}
