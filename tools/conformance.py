"""Run other projects' tests on our loops: no test may fail that passes on the same backend without us.

    python tools/conformance.py [--backend uvloop|selector] [SUITE ...]

Suites: anyio, aiohttp, httpx, uvloop, tornado. The tests are downloaded with pip into build/conformance, and run in an
environment of their own there, once on the bare backend and once on ours. A test that fails on ours alone is tried
twice more, alone, and then alone on the bare backend, because some of these tests are races on every loop; if it still
fails on ours only, it must be in `EXPECTED`, with the reason, and what is there must fail.
asyncpg and websockets are not aimed: the first needs a PostgreSQL server, the second ships no tests.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "build" / "conformance"
PYTHON = PLACE / "venv" / "bin" / "python"
LOOPS = {
    "uvloop": ("uvloop:Loop", "dtact.loop._uvloop:UvloopLoop"),
    "selector": ("asyncio:SelectorEventLoop", "dtact.loop._selector:SelectorLoop"),
}


@dataclass(frozen=True)
class Suite:
    """Where the tests of a project are, and what pytest is told to run them."""

    package: str
    options: tuple[str, ...] = ()
    wheel: bool = False  # the tests are in the wheel
    remove: str = ""  # a folder of sources that would hide the installed package
    limit: int = 60  # seconds a test


SUITES = {
    "anyio": Suite("anyio==4.16.0", ("-k", "asyncio+uvloop and not network", "tests")),
    "aiohttp": Suite(
        "aiohttp==3.14.5",
        ("-o", "addopts=", "-m", "not dev_mode and not autobahn", "--ignore-glob=*benchmarks*", "tests"),
        remove="aiohttp",
    ),
    "httpx": Suite("httpx==0.28.1", ("-m", "not network", "tests")),
    "uvloop": Suite(
        "uvloop==0.23.0",
        ("-k", "not AIO and not libuv_api and not cython and not sourcecode", "-p", "no:anyio", "tests"),
        remove="uvloop",
    ),
    "tornado": Suite("tornado==6.6.1", ("-p", "no:anyio", "-c", "none.ini", "--rootdir=.", "tornado/test"), wheel=True),
}
NEEDS = (
    "coverage",
    "pytest==9.2.0",
    "pytest-timeout==2.4.0",
    "pytest-mock==3.17.0",
    "hypothesis",
    "trustme==1.2.1",
    "psutil==7.2.2",
    "truststore==0.10.5",
    "freezegun==1.5.5",
    "re-assert==1.1.0",
    "proxy.py==2.4.10",
    "zstandard==0.25.0",
    "chardet==7.7.0",
    "brotli==1.2.1",
    "h2==4.4.1",
    "click",
    "rich",
    "socksio==1.0.0",
    "trio==0.35.0",
    "pyOpenSSL==26.4.0",
    "isal==1.9.1",
    "zlib-ng==1.1.0",
    "uvicorn==0.54.0",
    "greenlet==3.5.6",
)

RESTARTS = 40  # a test that hangs ends the process; the rest is run by another
CRASH = "the process ended while this test ran"

EXPECTED: dict[str, dict[str, str]] = {
    "uvloop on uvloop": {
        "tests/test_unix.py::Test_UV_Unix::test_epollhup": "it counts on a look at the files between any two steps of a"
        " task; here a task whose awaits are over at once goes up to 1024 steps, and has ended before the next look",
    },
    "tornado on uvloop": {
        f"tornado/test/iostream_test.py::{case}::test_inline_read_error": "it counts on a look at the files between any"
        " two callbacks, in which the server's side of the handshake ends: until then a read of the descriptor that was"
        " closed behind its back is not tried; with callbacks of 0.3 ms, after which ours looks as well, it passes"
        for case in ("TestIOStreamSSL", "TestIOStreamSSLContext")
    },
    "aiohttp on selector": {
        "tests/test_web_functional.py::test_keepalive_expires_on_time": "it puts a clock of its own into the place of"
        " loop.time, which only a loop heeds that asks it in Python; our timers read the monotonic clock natively",
    },
    "uvloop on selector": {
        "tests/test_udp.py::Test_UV_UDP::test_socketpair": "on loops whose module is asyncio's it leaves out a sendto"
        " without an address, which asyncio's transport does not take; ours has that transport under another name",
    },
    "anyio on uvloop": {
        "tests/test_subprocesses.py::test_user_group_arguments": "it is skipped where the loop's module is named"
        " uvloop, which knows no user=, group= and umask= for subprocesses; ours has that backend under another name",
    },
}
"""Suite and backend -> test (a prefix of its id) -> why it cannot pass on ours though it passes on the bare backend."""


# ---------------------------------------------------------------- what is needed


def prepare(suite: str) -> Path:
    """Make the environment, fetch the tests; return their folder."""
    if not PYTHON.exists():
        venv.create(PLACE / "venv", with_pip=True)
        pip("install", "-c", str(ROOT / "constraints.txt"), *NEEDS, *(found.package for found in SUITES.values()))
        (site,) = (PLACE / "venv" / "lib").glob("python*/site-packages")
        (site / "dtact.pth").write_text(str(ROOT / "dtact" / "src"))
    found = SUITES[suite]
    folder = PLACE / found.package.replace("==", "-")
    if not folder.exists():
        kind = ["--only-binary" if found.wheel else "--no-binary", ":all:"]
        pip("download", "--no-deps", *kind, "--dest", str(PLACE / "archives"), found.package)
        (archive,) = (PLACE / "archives").glob(f"{folder.name}*")
        unpack(archive, folder, found)
    return folder


def pip(*arguments: str) -> None:
    """Run pip in the environment of the suites."""
    subprocess.run([PYTHON, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments], check=True)


def unpack(archive: Path, folder: Path, suite: Suite) -> None:
    """Unpack a source archive or wheel; take the package itself away, so that the installed one is tested."""
    if suite.wheel:
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder)
        (folder / "none.ini").write_text("[pytest]\n")
        return
    with tarfile.open(archive) as source:
        source.extractall(PLACE, filter="data")
    if suite.remove:
        (folder / suite.remove).rename(folder / f"_{suite.remove}")


# ---------------------------------------------------------------- running


def run(suite: str, loop: str, label: str, only: list[str] | None = None) -> dict[str, str]:
    """Run it on loops of one kind; return what failed: test -> reason. A crash is a failure of the test that ran."""
    folder = prepare(suite)
    results = PLACE / f"{suite}-{label}.jsonl"
    results.unlink(missing_ok=True)
    results.touch()
    environment = os.environ | {
        "CONFORMANCE_LOOP": loop,
        "CONFORMANCE_RESULTS": str(results),
        "PYTHONPATH": str(ROOT / "tools"),
        "ASYNC_TEST_TIMEOUT": "20",
    }
    if only is not None:
        names = PLACE / f"{suite}-{label}.only.json"
        names.write_text(json.dumps(only))
        environment["CONFORMANCE_ONLY"] = str(names)
    command = [
        str(PYTHON),
        "-m",
        "pytest",
        "-q",
        "-p",
        "conformance_aim",
        "-p",
        "no:cacheprovider",
        "--tb=short",
        "--confcutdir=.",
    ]
    command += [f"--timeout={SUITES[suite].limit}", *SUITES[suite].options]
    with (PLACE / f"{suite}-{label}.log").open("w") as log:
        for _ in range(RESTARTS):
            subprocess.run(command, cwd=folder, env=environment, stdout=log, stderr=log, check=False)
            if not unfinished(results):
                break
            with results.open("a") as file:
                file.writelines(json.dumps([name, "failed", CRASH]) + "\n" for name in unfinished(results))
    return read(results)


def unfinished(results: Path) -> set[str]:
    """The test that was running when the process ended, if it ended early."""
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    return {name for name, outcome, _ in rows if outcome == "started"} - {
        name for name, outcome, _ in rows if outcome != "started"
    }


def read(results: Path) -> dict[str, str]:
    """What failed, by test; the number of all is under the empty name."""
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    failed = {name: reason for name, outcome, reason in rows if outcome == "failed"}
    failed[""] = str(len({name for name, _, _ in rows}))
    return failed


def compare(suite: str, backend: str) -> bool:
    """Run a suite on the bare backend and on ours; print the difference, return whether it is as expected."""
    bare, ours = LOOPS[backend]
    without = run(suite, bare, f"{backend}-bare")
    with_us = run(suite, ours, f"{backend}-ours")
    count, count_without = with_us.pop(""), without.pop("")
    failed = {name: reason for name, reason in with_us.items() if name not in without}
    for _ in range(2):
        if failed:
            again = run(suite, ours, f"{backend}-again", list(failed))
            failed = {name: reason for name, reason in again.items() if name}
    if failed:  # alone, a test may fail on the bare loop as well: what one test did is sometimes reported in another
        alone = run(suite, bare, f"{backend}-alone", list(failed))
        failed = {name: reason for name, reason in failed.items() if name not in alone}
    expected = EXPECTED.get(f"{suite} on {backend}", {})
    wrong = {name: reason for name, reason in failed.items() if not name.startswith(tuple(expected))}
    idle = [start for start in expected if not any(name.startswith(start) for name in failed)]
    print(
        f"{suite} on {backend}: {count} tests ({count_without} without us), {len(without)} fail on the bare loop,"
        f" {len(failed)} on ours alone, {len(failed) - len(wrong)} of them expected"
    )
    for name, reason in wrong.items():
        print(f"  FAILED {name}\n    " + "\n    ".join(reason.splitlines()[-12:]))
    for name in idle:
        print(f"  PASSED though expected to fail: {name}")
    return int(count) > 0 and not wrong and not idle


def main() -> int:
    """Run the suites that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument("--backend", choices=list(LOOPS), action="append")
    options = parser.parse_args()
    unknown = set(options.suites) - set(SUITES)
    if unknown:
        parser.error(f"unknown suites: {', '.join(sorted(unknown))}")
    verdicts = [compare(suite, backend) for suite in options.suites or SUITES for backend in options.backend or LOOPS]
    return 0 if all(verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
