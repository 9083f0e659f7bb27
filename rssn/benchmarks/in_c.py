"""The five formulas as C, compiled with all that gcc has: the yardstick of `bench_kernels.py`.

Two variants: a plain loop that gcc makes vectors of (libmvec for the elementary functions, 4 ULP), and vectors written
by hand with stores that bypass the caches. OpenMP splits the rows.
"""

from __future__ import annotations

import ctypes
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from formulas import TEXT, as_python

VARIANTS = ("plain", "streaming")
FUNCTIONS = ("sin", "cos", "exp", "log", "sqrt")
HEAD = r"""
#include <immintrin.h>
#include <math.h>
#ifdef __AVX512F__
typedef __m512d vector;
#define STREAM _mm512_stream_pd
#define LOAD _mm512_loadu_pd
#define OF(name) _ZGVeN8v_##name
static inline vector vector_sqrt(vector x) { return _mm512_sqrt_pd(x); }
#else
typedef __m256d vector;
#define STREAM _mm256_stream_pd
#define LOAD _mm256_loadu_pd
#define OF(name) _ZGVdN4v_##name
static inline vector vector_sqrt(vector x) { return _mm256_sqrt_pd(x); }
#endif
extern vector OF(sin)(vector), OF(cos)(vector), OF(exp)(vector), OF(log)(vector);
#define LANES ((long)(sizeof(vector) / sizeof(double)))
#define COLUMNS const double *xs, const double *ys, const double *zs, double *restrict out, long rows, int threads
"""
PLAIN = """
void plain_{name}(COLUMNS) {{
    _Pragma("omp parallel for simd num_threads(threads) schedule(static)")
    for (long i = 0; i < rows; i++) {{ double {columns}; out[i] = {formula}; }}
}}
"""
STREAMING = """
void streaming_{name}(COLUMNS) {{
    _Pragma("omp parallel for num_threads(threads) schedule(static)")
    for (long i = 0; i < rows; i += LANES) {{ vector {vectors}; STREAM(out + i, {formula}); }}
}}
"""
Call = Callable[[], Any]
# OpenMP's threads stay awake from one call to the next, half a millisecond, but not into the next contender's turn.
os.environ.setdefault("GOMP_SPINCOUNT", "10000")


def source() -> str:
    """Return the C text of all formulas in both variants; `out` is aligned and the rows fill whole vectors."""
    text = HEAD
    for name in TEXT:
        formula = as_python(name, products=True)
        used = [symbol for symbol in "xyz" if re.search(rf"\b{symbol}\b", formula)]
        by_hand = re.sub(r"\b(sin|cos|exp|log)\(", r"OF(\1)(", formula).replace("sqrt(", "vector_sqrt(")
        columns = ", ".join(f"{symbol} = {symbol}s[i]" for symbol in used)
        vectors = ", ".join(f"{symbol} = LOAD({symbol}s + i)" for symbol in used)
        text += PLAIN.format(name=name, columns=columns, formula=formula)
        text += STREAMING.format(name=name, vectors=vectors, formula=by_hand)
    return text


def build(folder: str) -> ctypes.CDLL | None:
    """Compile everything; None where there is no gcc for it."""
    path, library = Path(folder, "formulas.c"), Path(folder, "formulas.so")
    path.write_text(source())
    flags = ["-O3", "-march=native", "-mprefer-vector-width=512", "-ffast-math", "-fopenmp", "-shared", "-fPIC"]
    try:
        subprocess.run(["gcc", *flags, "-o", str(library), str(path), "-lmvec", "-lm"], check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return ctypes.CDLL(str(library))


def calls(library: ctypes.CDLL, name: str, columns: Any, out: Any, threads: int) -> dict[str, Call]:
    """Return a call of each variant of a formula, the addresses fetched before."""
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in (*columns, out)]
    shape = ctypes.c_long(len(out)), ctypes.c_int(threads)
    found: dict[str, Call] = {}
    for variant in VARIANTS:
        function = library[f"{variant}_{name}"]
        function.restype = None
        found[f"C {variant} {threads}"] = lambda function=function: function(*pointers, *shape)
    return found
