"""IR text, recorded for a handful of formulas. Run as a program, this file records it anew: read the diff."""

from pathlib import Path

import pytest

import rssn
from rssn.jit import compile
from rssn.jit._codegen import generate
from rssn.jit._signature import Signature
from rssn.vectormath import features

GOLDEN = Path(__file__).parents[1] / "golden"
x, y, n = rssn.symbols("x y n")
CASES = {
    "trivial": (x + y + 10.0, [x, y], b"dcdcdcp", "avx512"),
    "fused_streaming": (x**4 - 4 * x * y, [x, y], b"dcdcdcn", "avx512"),
    "mask_to_bool": ([x < y, rssn.where(x < y, x, -y)], [x, y], b"dcdc?cdcp", "avx2"),
    "layouts": (rssn.sqrt(x) * y + n, [x, y, n], b"dxdslcdxp", "avx2"),
    "neon": (rssn.min(x, y) / 3, [x, y], b"dcdcdcp", "neon"),
}


def written(name):
    expr, args, signature, cpu = CASES[name]
    chosen = features(cpu)
    tape = compile(expr, args).schedule
    return str(generate(tape, Signature.parse(signature, len(args)), chosen, chosen.width)[0])


@pytest.mark.parametrize("name", CASES)
def test_ir_is_what_was_reviewed(name):
    """A change of the code that kernels get must be seen by somebody."""
    assert written(name) == (GOLDEN / f"ir_{name}.ll").read_text()


def test_no_fast_math_flag_is_ever_written():
    """No mode may lose a NaN; contraction is explicit."""
    draws = [written(name) for name in CASES]
    for flag in (" nnan", " ninf", " fast ", " contract", " reassoc", " arcp", " afn", " nsz"):
        assert not any(flag in text for text in draws)


def test_the_loop_of_a_plain_kernel_is_one_block():
    """Two loads, the arithmetic, one store."""
    body = written("trivial").partition("loop:")[2].partition("done:")[0]
    assert body.count("load <8 x double>") == 2
    assert body.count("store <8 x double>") == 1
    assert body.count("fadd") == 2


if __name__ == "__main__":
    for case in CASES:
        (GOLDEN / f"ir_{case}.ll").write_text(written(case))
