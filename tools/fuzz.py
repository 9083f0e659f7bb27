"""Run every fuzz target for a while: each `tools/fuzz_*.py`, one after another.

A target takes ``--seconds`` and ``--seed``, prints what it tried, and leaves
with 1 and the offending input when it finds something. The seed is printed, so
that what was found can be found again.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> int:
    """Run the targets; return 1 if any found something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="names of targets, as in fuzz_NAME.py; default: all")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each target runs")
    parser.add_argument("--seed", type=int, default=None, help="where the random inputs start; default: a new one")
    options = parser.parse_args()
    seed = random.randrange(1 << 32) if options.seed is None else options.seed
    found = []
    for path in sorted(HERE.glob("fuzz_*.py")):
        name = path.stem.removeprefix("fuzz_")
        if not options.only or name in options.only:
            print(f"{name}: {options.seconds:g} s, --seed {seed}", flush=True)
            command = [sys.executable, str(path), "--seconds", str(options.seconds), "--seed", str(seed)]
            found += [name] if subprocess.run(command, check=False).returncode else []
    print(f"found something: {', '.join(found)}" if found else "nothing found")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
