"""Run every benchmark in an environment of its own and rewrite the tables of the READMEs.

Finds the Python that the peers have wheels for, makes `.venv-bench` (with
`--python`, that Python and a folder of its own), installs the peers with
`benchmarks/constraints.txt` and this repository's packages built for that
Python, builds the Rust peers where cargo is there, runs each `bench_*.py` as a
process of its own, one after another, and collects what they found in
`benchmarks/results/`. Standard library only.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import tables
from environment import HERE, PEERS, ROOT, Environment, build_rust_peers, install_ours, install_peers

SCRIPT_LIMIT_S = 300


def scripts(only: list[str]) -> list[Path]:
    """Return the benchmark scripts, and those of the rooms that make a `Report` too."""
    found = [*sorted(HERE.glob("bench_*.py")), *sorted(ROOT.glob("*/benchmarks/bench_*.py"))]
    found = [path for path in found if "from measure import" in path.read_text(encoding="utf-8")]
    return [path for path in found if not only or path.stem.removeprefix("bench_") in only]


def run_script(path: Path, python: Path, *, quick: bool) -> dict[str, object]:
    """Run one script in its own process; return what it wrote, and how busy other processes kept the machine."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "lines.json")
        command = [str(python), str(path), "--json", str(target), *(["--quick"] if quick else [])]
        # A kernel found on disk would hide what compiling costs; bench_start switches the folder on for itself.
        environment = os.environ | {"PYTHONPATH": str(HERE), "RSSN_CACHE": "0"}
        start, foreign = time.perf_counter(), foreign_cpu_s()
        try:
            done = subprocess.run(command, check=False, timeout=SCRIPT_LIMIT_S, env=environment, cwd=folder)
            failure = f"exit code {done.returncode}" if done.returncode else ""
        except subprocess.TimeoutExpired:
            failure = f"not done after {SCRIPT_LIMIT_S} s"
        share = (foreign_cpu_s() - foreign) / (time.perf_counter() - start) / (os.cpu_count() or 1)
        if share >= tables.BUSY_SHARE:
            print(
                f"  note: other processes used {share:.0%} of the machine meanwhile; these figures are not to be kept"
            )
        if target.exists() and not failure:
            return {**json.loads(target.read_text(encoding="utf-8")), "foreign_cpu_share": round(max(share, 0.0), 3)}
        print(f"  {path.name} failed: {failure or 'it wrote nothing'}", flush=True)
        name = path.stem.removeprefix("bench_")
        return {"name": name, "failure": failure or "wrote nothing", "lines": [], "tables": {}}


def foreign_cpu_s() -> float:
    """Return the CPU seconds the machine has spent on anything but the scripts run from here; 0 where unknown."""
    if not (stat := Path("/proc/stat")).exists():
        return 0.0
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, stat.read_text().split()[1:9])
    own = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK") - own.ru_utime - own.ru_stime


def machine(python: Path) -> dict[str, object]:
    """Name what the figures were measured on."""
    info = Path("/proc/cpuinfo").read_text(encoding="utf-8") if Path("/proc/cpuinfo").exists() else ""
    found = dict(re.findall(r"^(model name|model|CPU part)\s*: (.*)$", info, re.MULTILINE))
    version = [str(python), "-c", "import platform; print(platform.python_version())"]
    freeze = subprocess.run([str(python), "-m", "pip", "freeze"], capture_output=True, check=True, text=True).stdout
    return {
        "cpu": found.get("model name", platform.machine())
        + f", model {found.get('model', found.get('CPU part', '?'))}",
        "cores": len(os.sched_getaffinity(0)),
        "python": subprocess.run(version, capture_output=True, check=True, text=True).stdout.strip(),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "peers": [line for line in freeze.splitlines() if line.split("==")[0].lower() in PEERS],
    }


def main() -> None:
    """Install, run, collect, rewrite."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="names of benchmarks, as in bench_NAME.py; default: all")
    parser.add_argument(
        "--quick", action="store_true", help="small sizes, to see that everything runs; keeps no figures"
    )
    parser.add_argument("--python", help="measure with this Python; its figures stand in tables of their own")
    options = parser.parse_args()
    environment = Environment.of(options.python)
    missing = install_peers(environment)
    install_ours(environment)
    build_rust_peers()
    here = machine(environment.python)
    print(
        f"{here['cpu']}, {here['cores']} cores, Python {here['python']}" + "".join(f"; no {name}" for name in missing)
    )
    results = [run_script(path, environment.python, quick=options.quick) for path in scripts(options.only)]
    if not options.quick:
        target = HERE / "results" / f"{slug(str(here['cpu']))}-{here['python']}.json"
        tables.keep({"machine": here, "results": results}, target)
        pages = [ROOT / "README.md", *sorted(ROOT.glob("*/README.md"))]
        tables.rewrite(target, pages, of=options.python and str(here["python"]))
    judged = [line for result in results for line in result["lines"] if line["is_met"] is not None]  # type: ignore[attr-defined]
    print(f"{sum(line['is_met'] for line in judged)} of {len(judged)} bars met")
    sys.exit(any("failure" in result for result in results))


def slug(text: str) -> str:
    """Return a text as a file name."""
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"\((R|TM)\)", "", text).lower()).strip("-")


if __name__ == "__main__":
    main()
