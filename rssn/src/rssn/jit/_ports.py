"""What a turn of a kernel's loop costs by the tables: which unit of the processor its instructions keep busiest.

The model is that of a loop whose data lies in the first-level cache: the unit with most work decides, or, where
instructions wait for each other so long that the 512 in flight hold too few turns, the longest chain of them. Units
and their rates are those that uops.info and Agner Fog's instruction tables
publish of Intel's cores since Ice Lake: two ports (0 and 5) take arithmetic of 512 bits, three (0, 1 and 5) that of
128 and 256, of which 0 and 1 multiply and add; shuffles, table look-ups and comparisons into masks are port 5's;
two loads and one store of 512 bits a cycle; one divider; five instructions a cycle into the core. llvm-mca, which
knows more processors, is no part of what llvmlite carries. For other architectures there is no prediction.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Final, NamedTuple

_LABEL = re.compile(r"^([.\w]+):")
_JUMP = re.compile(r"^(j\w+|b\.\w+|cbn?z|tbn?z)\s.*?([.\w]+)$")
_REGISTER = re.compile(r"%(?:[xyz]mm|(?=k\d))(k?\d+)")
_STACK = re.compile(r"\((%rsp|%rbp)\)|\[(sp|x29)[,\]]")
_STORES: Final = re.compile(r"^(v?mov\w*|vextract\w*|vcompress\w*|vscatter\w*|st\w+)\s")
_FP: Final = (
    *("add", "sub", "mul", "fm", "fnm", "max", "min", "cmp", "rnd", "round", "cvt"),
    *("range", "getexp", "getmant", "scalef", "fixupimm", "rcp", "rsqrt"),
)
_SHUFFLES: Final = (
    *("perm", "shuf", "unpck", "pshuf", "punpck", "insert", "extract", "align", "pack"),
    *("pbroadcast", "broadcast", "movddup", "pinsr", "pextr"),
)
_SHIFTS: Final = ("psl", "psr", "prol", "pror", "plzcnt")
_COMPARISONS: Final = ("cmp", "pcmp", "ptest")
_WIDTHS: Final = {"zmm": 512, "ymm": 256, "xmm": 128}
_DIVIDER: Final = {  # cycles of the divider by operation and register bits
    "divpd": {128: 4.0, 256: 8.0, 512: 16.0},
    "divps": {128: 3.0, 256: 5.0, 512: 10.0},
    "sqrtpd": {128: 6.0, 256: 12.0, 512: 24.0},
    "sqrtps": {128: 3.0, 256: 6.0, 512: 12.0},
}
_GATHER = 1.0  # loads per element
_ISSUED = 5.0
_IN_FLIGHT = 512
_LATENCY: Final = {"arithmetic": 4, "port 5": 3, "logic": 1, "shifts": 1, "loads": 7}
_DIVIDER_LATENCY = 18
_READ_TOO: Final = ("fm", "fnm", "permt2", "permi2", "pternlog")


class Loop(NamedTuple):
    """The loop over whole vectors as it usually runs, slow paths apart; one instruction an item."""

    instructions: tuple[str, ...]
    vector_bits: int
    """of the widest registers in it; 0 where there are none"""
    spills: int
    """values written to the stack in a turn, because there are too few registers"""
    reloads: int
    """and read from there"""


class Prediction(NamedTuple):
    """Cycles of one turn, and the unit that takes them."""

    cycles: float
    unit: str


def hot_loop(assembly: str, entry: str = "run") -> Loop:
    """Return the loop of a function: from the first place that is jumped back to, to the first conditional jump there.

    Where no loop is found, the function's whole text.
    """
    lines = _function(assembly, entry)
    body = [line for line in _loop(lines) if not _LABEL.match(line)]
    widest = max(map(_bits, body), default=0)
    if not widest and any(re.search(r"\b[vq]\d+\b", line) for line in body):
        widest = 128
    stack = [line for line in body if _STACK.search(line)]
    spills = sum(_is_store(line) for line in stack)
    return Loop(tuple(body), widest, spills, len(stack) - spills)


def predict(loop: Loop) -> Prediction | None:
    """Return the cycles of one turn. None for other architectures, and for loops that call functions."""
    if not any("%" in line for line in loop.instructions) or any(line.startswith("call") for line in loop.instructions):
        return None
    work: Counter[str] = Counter()
    for line in loop.instructions:
        work.update(_work(line))
    wide = loop.vector_bits == 512
    ports = 2.0 if wide else 3.0
    shuffles, floating, other, shifts = work["port 5"], work["arithmetic"], work["logic"], work["shifts"]
    units = {
        "arithmetic": max((shuffles + floating + other + shifts) / ports, (floating + shifts) / 2),
        "shuffles": shuffles,
        "shifts": shifts if wide else shifts / 2,
        "divider": work["divider"],
        "loads": work["loads"] / 2,
        "stores": work["stores"] if wide else work["stores"] / 2,
        "instructions": len(loop.instructions) / _ISSUED,
        "waiting": _longest_chain(loop.instructions) / max(1.0, _IN_FLIGHT / len(loop.instructions)),
    }
    unit = max(units, key=units.__getitem__)
    return Prediction(float(units[unit]), unit)


def _function(assembly: str, entry: str) -> list[str]:
    """Return the instructions and labels of a function, without directives and comments."""
    lines = [line.split("#")[0].split("//")[0].strip() for line in assembly.splitlines()]
    start = lines.index(f"{entry}:") + 1
    end = next((n for n in range(start, len(lines)) if lines[n].startswith((".Lfunc_end", "Lfunc_end"))), len(lines))
    return [line.replace("\t", " ") for line in lines[start:end] if line and (_LABEL.match(line) or line[0] != ".")]


def _loop(lines: list[str]) -> list[str]:
    place = {found[1]: n for n, line in enumerate(lines) if (found := _LABEL.match(line))}
    back = [
        (place[found[2]], n)
        for n, line in enumerate(lines)
        if (found := _JUMP.match(line)) and not line.startswith("jmp") and place.get(found[2], n) < n
    ]
    if not back:
        return lines
    first, last = min(back)
    return lines[first : last + 1]


def _is_store(line: str) -> bool:
    """Say whether the place in memory that an instruction names is written to."""
    if line.startswith("st"):
        return True
    return bool(_STORES.match(line)) and line.rstrip().endswith(")") and not line.startswith("vbroadcast")


def _work(line: str) -> dict[str, float]:
    """Return the work of an instruction by unit."""
    name = line.split()[0].removeprefix("v")
    found: dict[str, float] = {}
    if name.startswith(("gather", "pgather")):
        return {"loads": _GATHER * (8 if "zmm" in line else 4), "port 5": 1.0}
    if "(" in line and not name.startswith("lea"):
        found["stores" if _is_store(line) else "loads"] = 1.0
    if not re.search(r"%[xyz]mm|%k\d", line):
        return found
    if name in _DIVIDER:
        return found | {"divider": _DIVIDER[name][_bits(line)], "arithmetic": 1.0}
    is_move = name.startswith(("mov", "broadcast", "pbroadcast")) and not name.startswith(("movmsk", "movd", "movq"))
    if is_move and ("(" in line or "%k" not in line):
        return found  # a load or a store, or renamed away
    to_mask = "%k" in line.split(",")[-1] and name.startswith(_COMPARISONS)
    if name.startswith(("k", *_SHUFFLES)) or to_mask:
        return found | {"port 5": 1.0}
    if name.startswith(_SHIFTS):
        return found | {"shifts": 1.0}
    return found | {"arithmetic" if name.startswith(_FP) else "logic": 1.0}


def _longest_chain(instructions: tuple[str, ...]) -> float:
    """Return the cycles from the first instruction of a turn to the last that waits for it."""
    ready: dict[str, float] = {}
    latest = 0.0
    for line in instructions:
        name, _, operands = line.partition(" ")
        registers = _REGISTER.findall(operands)
        if not registers:
            continue
        work = _work(line)
        is_kept = "stores" in work or operands.endswith(")")
        is_read = name.removeprefix("v").startswith(_READ_TOO) or not name.startswith(("v", "k"))
        read = registers if is_kept or (is_read and not name.startswith("mov")) else registers[:-1]
        took = _DIVIDER_LATENCY if "divider" in work else max((_LATENCY.get(unit, 0) for unit in work), default=0)
        done = max((ready.get(register, 0.0) for register in read), default=0.0) + took
        if not is_kept:
            ready[registers[-1]] = done
        latest = max(latest, done)
    return latest


def _bits(line: str) -> int:
    """Return the size of the widest vector register that an instruction names; 0 for none."""
    return next((bits for name, bits in _WIDTHS.items() if f"%{name}" in line), 0)
