"""`dtact run`, as a stranger would type it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = """
import asyncio, sys, time, dtact
async def main():
    print(type(asyncio.get_running_loop()).__name__, sys.argv[1:], __name__)
    await dtact.spawn(asyncio.sleep(0.01), name="napper")
    if "block" in sys.argv:
        time.sleep(0.3)
    if "fail" in sys.argv:
        raise SystemExit(7)
asyncio.run(main())
"""


@pytest.fixture
def script(tmp_path: Path) -> str:
    path = tmp_path / "script.py"
    path.write_text(SCRIPT)
    return str(path)


def dtact(*arguments: str, **options) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dtact.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)


@pytest.mark.parametrize(("backend", "loop"), [("uvloop", "UvloopLoop"), ("selector", "SelectorLoop")])
def test_a_script_gets_our_loop_and_its_arguments(script, backend, loop):
    done = dtact("run", "--backend", backend, script, "one", "--two")
    assert done.stdout == f"{loop} ['one', '--two'] __main__\n"
    assert (done.returncode, done.stderr) == (0, "")


def test_its_exit_code_is_the_scripts(script):
    assert dtact("run", script, "fail").returncode == 7


def test_an_exception_is_shown_as_python_shows_it(tmp_path):
    path = tmp_path / "boom.py"
    path.write_text("def deep():\n    return 1 / 0\ndeep()\n")
    done = dtact("run", str(path))
    alone = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (1, alone.stderr)


def test_a_trace_is_written_even_if_the_script_fails(script, tmp_path):
    assert dtact("run", "--trace", str(tmp_path / "t.json"), script, "fail").returncode == 7
    document = json.loads((tmp_path / "t.json").read_text())
    assert "napper" in {event["name"] for event in document["traceEvents"]}


def test_the_watchdog_speaks_on_standard_error(script):
    done = dtact("run", "--watchdog", "0.05", script, "block")
    assert "time.sleep(0.3)" in done.stderr
    assert "runpy" not in done.stderr, "only what the loop called is shown"
    assert done.returncode == 0


def test_a_module_is_run_by_its_name(tmp_path):
    (tmp_path / "some_module.py").write_text(SCRIPT)
    done = dtact("run", "-m", "some_module", "x", cwd=tmp_path)
    assert "['x'] __main__" in done.stdout


def test_refusals_are_one_line(tmp_path):
    for arguments in (["run", str(tmp_path / "none.py")], ["run"], ["ps", "999999999"], ["trace", str(tmp_path)]):
        done = dtact(*arguments)
        assert done.returncode == 1, arguments
        assert done.stderr.startswith("dtact: ")
        assert done.stderr.count("\n") == 1


def test_wrong_usage_is_code_2_and_help_is_code_0():
    for arguments in ([], ["run", "--watchdog", "-1", "x.py"], ["ps", "me"], ["fly"]):
        assert dtact(*arguments).returncode == 2, arguments
    shown = dtact("--help")
    assert shown.returncode == 0
    for command in ("run", "ps", "top", "trace", "bench"):
        assert command in shown.stdout


@pytest.mark.parametrize("options", [{"DTACT_INSPECT": "1"}, {}])
def test_the_environment_opens_a_script_to_inspection(tmp_path, options):
    code = "import asyncio, os\nfrom dtact.monitor._ask import socket_path\n"
    code += "async def main(): print(socket_path(os.getpid()).exists())\nasyncio.run(main())\n"
    (tmp_path / "look.py").write_text(code)
    given = {name: value for name, value in os.environ.items() if name != "DTACT_INSPECT"}
    done = dtact("run", str(tmp_path / "look.py"), env={**given, "XDG_RUNTIME_DIR": str(tmp_path), **options})
    assert done.stdout == f"{bool(options)}\n"
