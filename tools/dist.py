"""Build the sdist and the wheel of each distribution from a clean tree, and try the wheels.

Each wheel is built from the unpacked sdist, so that a file missing there is
noticed. Builds run in this environment, without isolation, and reach no network.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

import cleantree
import house

DIST = house.ROOT / "dist"
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
TRY = """
import numpy, rssn
from bincode_next.codec import decode, encode
kernel = rssn.compile(rssn.parse("x^2 + sin(y)"), ["x", "y"])
assert kernel(2.0, 0.0) == 4.0
assert encode([1, 2], list[int]) == b"\\x02\\x02\\x04"
assert decode(b"\\x02\\x02\\x04", list[int]) == [1, 2]
assert rssn.evaluate("2*x", {"x": numpy.arange(3.0)}).tolist() == [0.0, 2.0, 4.0]
print("the wheels work:", rssn.__file__)
"""


def build(source: Path, work: Path) -> tuple[Path, Path]:
    """Return the sdist of a source tree and the wheel built from it."""
    script = f"from setuptools import build_meta; print(build_meta.build_sdist({str(DIST)!r}))"
    done = subprocess.run([sys.executable, "-c", script], cwd=source, check=True, capture_output=True, text=True)
    sdist = DIST / done.stdout.split()[-1]
    with tarfile.open(sdist) as archive:
        archive.extractall(work, filter="data")
    before = set(DIST.glob("*.whl"))
    unpacked = work / sdist.name.removesuffix(".tar.gz")
    subprocess.run([*PIP, "wheel", "--no-build-isolation", "--no-deps", "-w", str(DIST), str(unpacked)], check=True)
    (wheel,) = set(DIST.glob("*.whl")) - before
    return sdist, wheel


def check(package: str, wheel: Path) -> None:
    """A wheel holds the licence, the marker for type checkers, its stubs and every native module."""
    names = zipfile.ZipFile(wheel).namelist()
    native = [path.stem for path in house.files(package, ".pyx")]
    lacking = [
        name for name in ("py.typed", "LICENSE", "NOTICE", "METADATA") if not any(n.endswith(name) for n in names)
    ]
    lacking += [name for name in native if not any(f"/{name}.cpython" in n for n in names)]
    lacking += [f"{name}.pyi" for name in native if not any(n.endswith(f"/{name}.pyi") for n in names)]
    if lacking:
        raise SystemExit(f"{wheel.name} lacks {', '.join(lacking)}")


def main() -> None:
    """Build all, look inside, and run a formula and a codec from the wheels alone."""
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    with tempfile.TemporaryDirectory() as folder:
        copies = cleantree.copy_to(Path(folder, "tree"))
        for package, source in copies.items():
            sdist, wheel = build(source, Path(folder, "unpacked"))
            check(package, wheel)
            print(f"{sdist.name}  {wheel.name}", flush=True)
        target = Path(folder, "installed")
        wheels = map(str, DIST.glob("*.whl"))
        subprocess.run([*PIP, "install", "--no-deps", "--target", str(target), *wheels], check=True)
        environment = os.environ | {"PYTHONPATH": str(target)}
        subprocess.run([sys.executable, "-c", TRY], check=True, env=environment, cwd=folder)


if __name__ == "__main__":
    main()
