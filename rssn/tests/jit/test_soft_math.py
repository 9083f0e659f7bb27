"""Functions of the C library in IR: beside those of the C library itself."""

import ctypes
import math
import random
import struct
import sys

import pytest

from rssn.jit._soft_math import soft_math, with_soft_math
from rssn.vectormath import host_features
from rssn.vectormath._probe import engine_of

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="compares with glibc")
NAMES = ["fma", "fmaf", "fmod", "fmodf"]
SPECIAL = (0.0, 1.0, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, math.inf, math.nan, 2.0**-537, 3e-162)
TRIES = 20_000


@pytest.fixture(scope="module")
def functions():
    ir = soft_math(NAMES).replace("internal ", "")
    for name in NAMES:
        ir = ir.replace(f"@{name}(", f"@soft_{name}(")
    engine = engine_of(ir, host_features())

    def function(symbol, real, count):
        return ctypes.CFUNCTYPE(real, *[real] * count)(engine.get_function_address(symbol))

    function.engine = engine
    return function


def library(name, real, count):
    function = ctypes.CDLL("libm.so.6")[name]
    function.restype, function.argtypes = real, [real] * count
    return function


def number(draw):
    """Any bits, special ones, whole ones of middling size, those near the smallest."""
    kind = draw.random()
    if kind < 0.15:
        return math.copysign(draw.choice(SPECIAL), draw.random() - 0.5)
    if kind < 0.5:
        return struct.unpack("d", struct.pack("Q", draw.getrandbits(64)))[0]
    least, most = (-80, 20) if kind < 0.8 else (-1114, -900)
    return math.ldexp(draw.getrandbits(53), draw.randint(least, most)) * draw.choice((-1, 1))


def same(a, b):
    return struct.pack("d", a) == struct.pack("d", b) or (math.isnan(a) and math.isnan(b))


@pytest.mark.parametrize("symbol", ["soft_fma", "soft.fma_in_integers"])
def test_fma_rounds_once(functions, symbol):
    """Also where what is added nearly cancels the product."""
    mine, theirs = functions(symbol, ctypes.c_double, 3), library("fma", ctypes.c_double, 3)
    draw = random.Random(1)
    for _ in range(TRIES):
        a, b, c = number(draw), number(draw), number(draw)
        if draw.random() < 0.3 and math.isfinite(a * b):
            c = -a * b * (1 + draw.randint(-3, 3) * 2.0**-52)
        assert same(mine(a, b, c), theirs(a, b, c)), (a, b, c)


@pytest.mark.parametrize(("name", "count"), [("fmaf", 3), ("fmod", 2), ("fmodf", 2)])
def test_the_others(functions, name, count):
    """Remainders are exact, and have the sign of the first."""
    real = ctypes.c_float if name.endswith("f") else ctypes.c_double
    mine, theirs = functions(f"soft_{name}", real, count), library(name, real, count)
    draw = random.Random(2)
    for _ in range(TRIES):
        arguments = [real(number(draw)).value for _ in range(count)]
        assert same(mine(*arguments), theirs(*arguments)), arguments


def test_only_what_is_called_is_added():
    """Once each, in the place of declarations."""
    declaration = "declare double @fmod(double, double) nounwind\n"
    made = with_soft_math(declaration + "define void @f() {\n  %a = call double @fmod(double 1.0, double 2.0)\n}\n")
    assert "declare" not in made
    assert made.count("define internal double @fmod(") == 1
    assert "@__multi3" not in made
