"""egg, through the program that `egg/` builds, and egglog, through its Python package: seconds and sizes of a run."""

from __future__ import annotations

import json
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peers import optional

EGG = Path(__file__).parent / "egg" / "target" / "release" / "egg-peer"

EGGLOG_RULES = """
(datatype M (Leaf String) (Add M M) (Mul M M))
(rewrite (Add a b) (Add b a))
(rewrite (Add a (Add b c)) (Add (Add a b) c))
(rewrite (Mul a b) (Mul b a))
(rewrite (Mul a (Mul b c)) (Mul (Mul a b) c))
(rewrite (Mul a (Add b c)) (Add (Mul a b) (Mul a c)))
"""


@dataclass(frozen=True)
class Run:
    """The best of several runs. `nodes` counts canonical nodes that are alive at the end, leaves among them."""

    seconds: float
    nodes: int
    classes: int
    is_saturated: bool
    rounds: int = 0


def egg(rules: str, text: str, limit: int, scheduler: str, rounds: int) -> Run | None:
    """Run egg on an s-expression, or return None where it was not built."""
    if not EGG.exists():
        return None
    command = [str(EGG), rules, text, str(limit), scheduler, str(rounds)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True, timeout=300).stdout)
    return Run(found["seconds"], found["nodes"], found["classes"], found["stop"] == "Saturated")


def egglog(text: str, limit: int, rounds: int) -> Run | None:
    """Run egglog on sums and products until it has that many nodes; it runs whole rounds, and has no cap.

    Its tables hold each canonical node once, so their sizes after a round count what the other engines call live.
    """
    bindings = optional("egglog.bindings")
    if bindings is None:
        return None
    best: Run | None = None
    for _ in range(rounds):
        found = _egglog_once(bindings, text, limit)
        best = found if best is None or found.seconds < best.seconds else best
    return best


def _egglog_once(bindings: Any, text: str, limit: int) -> Run:
    graph = bindings.EGraph()
    term = "".join(_egglog_word(word) for word in text.replace("(", " ( ").replace(")", " ) ").split())
    graph.run_program(*graph.parse_program(f"{EGGLOG_RULES}\n(let $start {term})"))
    step = graph.parse_program("(run 1)")
    size = graph.parse_program("(print-size Add) (print-size Mul) (print-size Leaf)")
    seconds, nodes, before, done = 0.0, 0, -1, 0
    while nodes < limit and nodes != before:
        before, start = nodes, time.perf_counter()
        graph.run_program(*step)
        seconds += time.perf_counter() - start
        done += 1
        nodes = sum(each.size for each in graph.run_program(*size))
    return Run(seconds, nodes, 0, nodes == before, done)


def _egglog_word(word: str) -> str:
    names = {"(": "(", ")": ")", "+": "Add ", "*": "Mul "}
    return names.get(word, f'(Leaf "{word}")')
