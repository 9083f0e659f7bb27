"""What the processes of bench_start.py run: programs as a user would write them; each prints seconds, or megabytes."""

from __future__ import annotations

ONLY_NUMPY = "import numpy as np; a = np.linspace(0.0, 1.0, 1000); print(float((a + a).sum()))"

# formula, whether LLVM is to be loaded ("cold", "cached"), tier
OURS = """
import numpy as np, rssn, sys, time
a = np.linspace(0.0, 1.0, 1000)
start = time.perf_counter()
result = rssn.compile(sys.argv[1], tier=sys.argv[3])(a, a)
print(time.perf_counter() - start)
with open("/proc/self/maps") as maps:
    assert ("llvmlite" in maps.read()) is (sys.argv[2] == "cold")
"""

HEYOKA = """
import heyoka as hy, numpy as np, sys, time
x, y = hy.make_vars("x", "y")
a = np.linspace(0.0, 1.0, 1000)
start = time.perf_counter()
formula = eval(sys.argv[1].replace("^", "**"), {**vars(hy), "x": x, "y": y})
hy.cfunc([formula], [x, y])(np.array([a, a]))
print(time.perf_counter() - start)
"""

NUMBA = """
import numba, numpy as np, sys, time
a = np.linspace(0.0, 1.0, 1000)
start = time.perf_counter()
function = eval("lambda x, y: " + sys.argv[1].replace("^", "**"), {**vars(np)})
numba.njit(function)(a, a)
print(time.perf_counter() - start)
"""

# A running process: the first compiled result, the interpreter's, the best code at once, a formula seen before.
RUNNING = """
import sys, time
import numpy as np, rssn
large, small = np.linspace(0.0, 1.0, 100_000), np.linspace(0.0, 1.0, 1000)

def once(text, table, tier):
    start = time.perf_counter()
    kernel = rssn.compile(text, tier=tier)
    kernel(table, table)
    took = time.perf_counter() - start
    assert (kernel.compile_ms > 0) is (table is large or tier == "compiled")
    while not kernel._code.is_best:
        time.sleep(0.01)
    return took

text = sys.argv[1]
once(text + " + x", large, "auto"), once(text + " + y", small, "auto"), once(text + " + x*y", small, "compiled")
print(
    min(once(f"{text} + {n}.5", large, "auto") for n in range(12)),
    min(once(f"{text} + {n}.25", small, "auto") for n in range(12)),
    min(once(f"{text} + {n}.125", small, "compiled") for n in range(12)),
    min(once(f"{text} + 1.125", small, "compiled") for n in range(12)),
)
"""

# A graph of about argv[1] operations, each on the result before it and on a random earlier one; values stay below 1.
_GRAPH = """
import random, sys, time
import numpy as np
count, chosen, nodes = int(sys.argv[1]), random.Random(5), list(leaves)
operations = 0
while operations < count:
    a, b, kind = nodes[-1], chosen.choice(nodes[-400:]), chosen.randrange(3)
    nodes.append(((a + b)*0.5, (a - b)*0.5, a*b*0.5 + 0.5)[kind])
    operations += (2, 2, 3)[kind]
table = np.random.default_rng(1).uniform(0.0, 1.0, (3, 10_000))

def best(call):
    took = []
    for _ in range(5):
        start = time.perf_counter()
        call()
        took.append(time.perf_counter() - start)
    return min(took)

start = time.perf_counter()
"""
GRAPH = (
    'import rssn\nleaves = rssn.symbols("x y z")\n'
    + _GRAPH
    + """
kernel = rssn.compile(nodes[-1], ["x", "y", "z"], threads=1)
kernel(*table)
compiled = time.perf_counter() - start
print(compiled, best(lambda: kernel(*table)), float(kernel(*table).sum()))
"""
)
GRAPH_HEYOKA = (
    'import heyoka as hy\nleaves = hy.make_vars("x", "y", "z")\n'
    + _GRAPH
    + """
kernel = hy.cfunc([nodes[-1]], list(leaves), compact_mode=True)
kernel(table)
compiled = time.perf_counter() - start
print(compiled, best(lambda: kernel(table)), float(kernel(table).sum()))
"""
)

# Kernels compiled and dropped: megabytes resident after a tenth of them and at the end, and the most there ever were.
DROPPED = """
import gc, resource, sys
import numpy as np, rssn
a, count = np.linspace(0.0, 1.0, 100), int(sys.argv[1])

def resident():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 2**20

for n in range(count):
    if n == count // 5:
        before = resident()
    rssn.compile(f"(x*{n} + y)/(y*y + {n}.5) - exp(x)", tier=sys.argv[2])(a, a)
print(before, resident(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10)
"""

POLARS = """
import sys
import polars as pl
col = pl.col
north = (col("dest_lat") - col("origin_lat")).radians()
east = (col("dest_lon") - col("origin_lon")).radians()
cosines = col("origin_lat").radians().cos() * col("dest_lat").radians().cos()
h = (north / 2).sin() ** 2 + cosines * (east / 2).sin() ** 2
made = [
    (2 * 3958.76 * h.sqrt().arcsin()).alias("great_circle"),
    (col("distance") / (col("air_time") / 60)).alias("ground_speed"),
    (col("dep_delay") - col("arr_delay")).cast(pl.Float64).alias("made_up"),
]
kept = ["carrier", "origin", "dest", "distance"]
pl.scan_parquet(sys.argv[1]).select(kept + made).sink_parquet(sys.argv[2], compression="snappy", row_group_size=1 << 17)
"""
