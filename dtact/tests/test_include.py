"""The C header: found, clean in C and C++, and enough to build a working extension."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import dtact

EXAMPLE = Path(__file__).parents[1] / "examples" / "pool_c"


def test_get_include_has_the_header() -> None:
    assert (Path(dtact.get_include()) / "dtact" / "pool.h").is_file()


@pytest.mark.parametrize(("language", "standard"), [("c", "c99"), ("c++", "c++11")])
def test_the_header_compiles_alone_without_a_warning(tmp_path: Path, language: str, standard: str) -> None:
    source = tmp_path / "alone"
    source.write_text("#include <dtact/pool.h>\nint main(void) { return (int)sizeof(dtact_pool_api) == 0; }\n")
    flags = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", f"-std={standard}", "-I", dtact.get_include()]
    subprocess.run(
        ["g++" if language == "c++" else "gcc", *flags, "-x", language, "-c", source, "-o", "/dev/null"], check=True
    )


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_the_c_example_builds_and_runs(tmp_path: Path) -> None:
    command = ["make", "-C", str(EXAMPLE), "run", f"PYTHON={sys.executable}", f"OUT={tmp_path}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert "the same bits on 1, 2, 3 and 4 threads" in done.stdout
