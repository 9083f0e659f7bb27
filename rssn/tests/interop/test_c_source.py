"""`to_c`: gcc compiles what is written without a warning, and arithmetic has our bits."""

import ctypes
import math
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import rssn
from rssn.errors import ConversionError, OptionError, UnknownNameError
from rssn.interop import to_c
from rssn.testing import AWKWARD_NUMBERS, EXACT_OPERATORS, assert_same_bits, assert_within_ulps, expressions

GCC = shutil.which("gcc")
FLAGS = ["-std=c99", "-ffp-contract=off", "-O2", "-Wall", "-Wextra", "-Werror", "-Wpedantic", "-shared", "-fPIC"]
# Before any test registers an operator of its own.
KNOWN = [r for r in rssn.ops.operators() if r.name != "polygamma" and not r.name.endswith("_for_interop")]
needs_gcc = pytest.mark.skipif(GCC is None, reason="no gcc on this machine")
Build = Callable[[str], ctypes.CDLL]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    def compile_source(source: str) -> ctypes.CDLL:
        number = len(list(tmp_path.iterdir()))
        path, library = tmp_path / f"f{number}.c", tmp_path / f"f{number}.so"
        path.write_text(source)
        subprocess.run([str(GCC), *FLAGS, "-o", str(library), str(path), "-lm"], check=True)
        return ctypes.CDLL(str(library))

    return compile_source


def call(library: ctypes.CDLL, count: int, results: int, name: str = "f") -> Callable[..., list[float]]:
    out = (ctypes.c_double * results)()
    function = getattr(library, name)
    function.argtypes = [ctypes.c_double] * count + [ctypes.POINTER(ctypes.c_double)]
    function.restype = None

    def run(*values: float) -> list[float]:
        function(*values, out)
        return list(out)

    return run


@needs_gcc
@settings(max_examples=6, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(expressions(operators=EXACT_OPERATORS, max_steps=15), min_size=20, max_size=20))
def test_arithmetic_has_the_same_bits(build: Build, formulas: list[rssn.Expr]) -> None:
    function = call(build(to_c(formulas, "x y z")), 3, len(formulas))
    random = np.random.default_rng(5)
    points = random.choice(np.array(AWKWARD_NUMBERS), (40, 3))
    found = np.array([function(*point) for point in points.tolist()])
    for index, e in enumerate(formulas):
        wanted = [e.evaluate(dict(zip("xyz", point, strict=True))) for point in points.tolist()]
        assert_same_bits(found[:, index], np.array(wanted, dtype=float))


@needs_gcc
def test_every_operator_compiles_and_keeps_its_value(build: Build) -> None:
    known = KNOWN
    a, b, c = rssn.symbols("a b c")
    formulas = [rssn.apply(record.name, *(a, b, c)[: record.arity[0]]) for record in known]
    function = call(build(to_c(formulas, "a b c")), 3, len(known))
    for point in ((0.3, 0.8, 1.4), (-0.7, 2.0, 0.5), (2.5, -1.5, 3.0), (0.0, -0.0, math.inf), (math.nan, 1.0, -4.0)):
        found = function(*point)
        for record, e, value in zip(known, formulas, found, strict=True):
            wanted = float(e.evaluate(dict(zip("abc", point, strict=True))))
            assert_within_ulps(np.float64(value), np.float64(wanted), limit=64), record.name


@needs_gcc
def test_truth_values_are_numbers_without_a_sign(build: Build) -> None:
    formulas = [
        rssn.parse("false - (x >= 1)"),
        rssn.parse("0 - (x >= 1)"),
        rssn.parse("0 - where(x >= 1, 1, 0)"),
        rssn.parse("-(x >= 1)"),
    ]
    found = call(build(to_c(formulas)), 1, 4)(0.0)
    assert [math.copysign(1, value) for value in found] == [1, 1, 1, -1]


@needs_gcc
def test_one_formula_returns_its_value(build: Build) -> None:
    library = build(to_c(rssn.parse("x^3/y + (x < y)"), ["y", "x"], "cube") + to_c(rssn.parse("x % 2"), name="odd"))
    library.cube.restype = library.odd.restype = ctypes.c_double
    assert library.cube(ctypes.c_double(4.0), ctypes.c_double(2.0)) == 3.0
    assert library.odd(ctypes.c_double(-3.0)) == 1.0


@needs_gcc
def test_several_texts_share_a_file_and_constants_and_idle_arguments_are_fine(build: Build) -> None:
    source = to_c(rssn.parse("x % y"), name="first") + to_c([rssn.parse("y % x"), rssn.constant(1)], "x y z", "second")
    assert call(build(source + to_c(rssn.constant(2), name="two")), 3, 2, "second")(2.0, 3.0, 0.0) == [1.0, 1.0]


@needs_gcc
def test_a_long_formula(build: Build) -> None:
    e = x = rssn.symbol("x")
    for _ in range(1500):
        e = (e + x) * 0.5
    library = build(to_c(e))
    library.f.restype = ctypes.c_double
    assert library.f(ctypes.c_double(3.0)) == 3.0


def test_names_that_c_lacks_are_changed() -> None:
    source = to_c([rssn.parse("`x(t)` + double + t1 + sin(`é`)*sin(`é`)")], ["x(t)", "double", "t1", "é"], "g")
    assert "void g(double x_t, double double_2, double t1, double x, double *out)" in source
    assert "const double t2 = sin(x);" in source


def test_the_text_is_plain() -> None:
    assert to_c(rssn.parse("sqrt(x^2 + y^2)"), name="norm") == (
        "#include <math.h>\n\ndouble norm(double x, double y)\n{\n    return sqrt(((x * x) + (y * y)));\n}\n"
    )


@pytest.mark.parametrize("name", ["", "1a", "for", "sin", "a b", "é"])
def test_names_of_functions_are_checked(name: str) -> None:
    with pytest.raises(OptionError, match="name"):
        to_c(rssn.symbol("x"), name=name)


def test_what_c_can_not_say_is_refused() -> None:
    with pytest.raises(ConversionError, match="imaginary"):
        to_c(rssn.constant(1j) * rssn.symbol("x"))
    with pytest.raises(ConversionError, match="polygamma"):
        to_c(rssn.apply("polygamma", 1, rssn.symbol("x")))
    with pytest.raises(UnknownNameError, match="'y'"):
        to_c(rssn.parse("x + y"), "x")
    with pytest.raises(OptionError, match="not an expression"):
        to_c(["x"], "x")  # type: ignore[list-item]
