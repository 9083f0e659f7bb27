"""Check that this machine can build the project, and print the one line that installs what is missing.

Standard library only and quick, because it runs before anything is installed;
written so that an old Python can still parse it and say what is wrong.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile

OLDEST = (3, 11)
# What a Linux distribution calls each part; {v} is the Python version, {t} the same without the dot.
PACKAGES = {
    "apt-get": ("sudo apt-get install -y", {"venv": "python{v}-venv", "headers": "python{v}-dev", "compiler": "g++"}),
    "dnf": ("sudo dnf install -y", {"venv": "python3-libs", "headers": "python3-devel", "compiler": "gcc-c++"}),
    "yum": ("sudo yum install -y", {"venv": "python3-libs", "headers": "python3-devel", "compiler": "gcc-c++"}),
    "zypper": ("sudo zypper install -y", {"venv": "python{t}", "headers": "python{t}-devel", "compiler": "gcc-c++"}),
    "pacman": ("sudo pacman -S --needed", {"venv": "python", "headers": "python", "compiler": "gcc"}),
    "apk": ("sudo apk add", {"venv": "py3-pip", "headers": "python3-dev", "compiler": "g++ musl-dev linux-headers"}),
}
PROBE = "#include <atomic>\n#include <bit>\n#include <span>\nint main() { return std::popcount(0u); }\n"


def newer_pythons() -> list[str]:
    """Return the names on PATH of Pythons that are new enough, newest first."""
    return [f"python3.{minor}" for minor in range(20, OLDEST[1] - 1, -1) if shutil.which(f"python3.{minor}")]


def has_cxx20() -> bool:
    """Compile a few lines of C++20 that use its library, without linking."""
    compiler = os.environ.get("CXX", "").split() or [next(filter(shutil.which, ("g++", "c++", "clang++")), "")]
    if not shutil.which(compiler[0]):
        return False
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "probe.cpp")
        with open(source, "w", encoding="ascii") as file:
            file.write(PROBE)
        done = subprocess.run([*compiler, "-std=c++20", "-fsyntax-only", source], capture_output=True, check=False)
    return done.returncode == 0


def missing_parts() -> dict[str, str]:
    """Return what is missing: part -> sentence."""
    missing = {}
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        missing["venv"] = "this Python has no venv module (with ensurepip)"
    if not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")):
        missing["headers"] = "Python.h, the headers of this Python, are not there"
    if not has_cxx20():
        missing["compiler"] = "no C++ compiler that understands C++20 (g++ 12 or newer)"
    if not shutil.which("make"):
        missing["make"] = "no make"
    return missing


def install_line(parts: list[str]) -> str:
    """Return the shell line that installs the parts with this system's package manager."""
    manager = next(filter(shutil.which, PACKAGES), None)
    if manager is None:
        return "install with your package manager: " + ", ".join(parts)
    command, names = PACKAGES[manager]
    version = "{}.{}".format(*sys.version_info)
    wanted = [names.get(part, part).format(v=version, t=version.replace(".", "")) for part in parts]
    if os.geteuid() == 0:
        command = command.replace("sudo ", "")
    return f"{command} {' '.join(dict.fromkeys(wanted))}"


def main() -> int:
    """Print what is wrong and how to mend it; return 0 when nothing is."""
    if os.name == "nt":
        print("Windows is not supported: use Linux, or WSL 2 with a Linux distribution.")
        return 1
    if sys.version_info < OLDEST:
        found = newer_pythons()
        print(f"python3 here is {sys.version.split()[0]}; Python 3.11 or newer is needed.")
        print(f"  make PYTHON={found[0]} demo" if found else "  install a newer python3 from your distribution")
        return 1
    if sys.platform != "linux":
        print(f"note: {sys.platform} is not tested, only Linux is; it may work.")
    missing = missing_parts()
    for sentence in missing.values():
        print(f"missing: {sentence}")
    if missing:
        print(f"  {install_line(list(missing))}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
