"""Operators of a user's, however their code comes about, do all that built-in ones do.

Every kind computes the same function, log(1 + v^2), so that one list of
sentences is true of all of them.
"""

import ctypes
import itertools
import math
import pickle
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import rssn
from rssn import ops
from rssn.errors import OperatorError, RssnError
from rssn.rules import Facts, RewriteRule, variables
from rssn.testing import assert_same_bits

x, y = rssn.symbols("x y")
a = variables("a")
GRID = np.linspace(-3, 3, 1001)
_numbers = itertools.count()
_DOUBLE = ctypes.c_double


def _defined(v: Any) -> Any:
    """How large."""
    return rssn.log(1 + v**2)


def _numeric(v: Any) -> Any:
    """How large."""
    return np.log(1 + v * v)


def _silent(_: Any) -> Any:
    """How large."""


def _built(builder: Any, v: int) -> int:
    square = builder.step("mul", v, v)
    return int(builder.step("log", builder.step("add", builder.constant(1.0), square)))


_built.takes_builder = True  # type: ignore[attr-defined]
_callback = ctypes.CFUNCTYPE(_DOUBLE, _DOUBLE)(lambda v: math.log(1 + v * v))


def _cfunc() -> Any:
    numba = pytest.importorskip("numba")
    return numba.cfunc("float64(float64)")(lambda v: math.log(1 + v * v))


class Kind(NamedTuple):
    """How an operator is made: its function, its lowering (made when a test runs), and what follows by itself."""

    function: Callable[..., Any]
    lowering: Callable[[], Any]
    follows: bool


KINDS = {
    "definition": Kind(_defined, lambda: None, True),
    "expression": Kind(_numeric, lambda: _defined, True),
    "builder": Kind(_numeric, lambda: _built, False),
    "callback": Kind(_silent, lambda: _callback, False),
    "cfunc": Kind(_silent, _cfunc, False),
}


def made(kind: str, *, blank: bool = False, **slots: Any) -> Any:
    """Register an operator under a new name, with every slot that does not follow, or with those left blank."""
    function, lowering, follows = KINDS[kind]
    if not blank and not follows:
        slots = {
            "derivative": lambda v: 2 * v / (1 + v**2),
            "interval": lambda _: (0.0, math.inf),
            "fold": lambda v: 0 if v == 0 else None,
            **slots,
        }
    if not blank:
        slots.setdefault("rules", lambda own: [RewriteRule("even", own(-a), own(a), label="real", why="even")])
    return rssn.operator(name=f"own_{next(_numbers)}", lowering=lowering(), **slots)(function)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_it_parses_and_prints(kind: str) -> None:
    own = made(kind)
    e = own(x * y) + 2 * own(own(x))
    assert rssn.parse(str(e)) == e
    assert pickle.loads(pickle.dumps(e)) == e
    assert e.latex()
    with pytest.raises(RssnError, match="operand"):
        rssn.parse(f"{own.__name__}(x, y)")


def test_it_has_a_value(kind: str) -> None:
    own = made(kind)
    assert own(2.0) == pytest.approx(math.log(5), rel=1e-15)
    assert own(GRID) == pytest.approx(np.log(1 + GRID**2), rel=1e-14)
    assert own(GRID.astype(np.float32)).dtype == np.float32
    assert (own(x) * y).evaluate({"x": GRID, "y": 2.0}) == pytest.approx(2 * np.log(1 + GRID**2), rel=1e-14)


def test_it_folds(kind: str) -> None:
    own = made(kind)
    assert rssn.fold(x + own(rssn.constant(0))) == x + 0
    three = own(rssn.constant(3))
    assert rssn.fold(three) == three


def test_it_differentiates(kind: str) -> None:
    own = made(kind)
    slope = rssn.diff(own(x * y), "x")
    assert slope.evaluate({"x": 0.5, "y": 3.0}) == pytest.approx(2 * 0.5 * 9 / (1 + 1.5**2))
    second = rssn.hessian(own(x), [x])[0][0]
    assert second.evaluate({"x": 0.5}) == pytest.approx(2 * (1 - 0.25) / (1 + 0.25) ** 2)


def test_it_is_a_range(kind: str) -> None:
    known = Facts().of(made(kind)(x))
    assert known.low == 0
    assert known.is_nonnegative


def test_it_simplifies(kind: str) -> None:
    """By its rules, and by what is known of its range."""
    own = made(kind)
    assert rssn.simplify(own(-x) + own(x)) == 2 * own(x)
    assert rssn.simplify(abs(own(x))) == own(x)


def test_it_saturates(kind: str) -> None:
    own = made(kind)
    assert rssn.saturate(own(-x) - own(x)).extract() == rssn.constant(0)
    assert "even" in str(rssn.explain(own(-x) + 1, own(x) + 1))
    assert rssn.expand(own(x) * (own(x) + y)) == rssn.expand(own(x) ** 2 + own(x) * y)


@pytest.mark.parametrize("math_mode", ["strict", "contract", "fast"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_it_compiles_and_vectorises(kind: str, math_mode: str, dtype: Any) -> None:
    own = made(kind)
    kernel = rssn.compile(own(x) * y + own(x - y) / own(x), [x, y], math=math_mode, dtype=dtype)
    assert kernel.engine == "llvm"
    columns = GRID.astype(dtype), GRID[::-1].astype(dtype)
    found = kernel(*columns, threads=2)
    assert_same_bits(found, kernel.interpret(columns))
    first = kernel(*[float(column[7]) for column in columns])
    assert first == found[7]
    size, other = np.log1p(columns[0] ** 2), np.log1p((columns[0] - columns[1]) ** 2)
    apart = np.abs(GRID) > 0.1
    limit = 1e-13 if dtype == np.float64 else 1e-4
    np.testing.assert_allclose(found[apart], (size * columns[1])[apart] + other[apart] / size[apart], limit, limit)
    assert kernel.gradient()(1.0, 2.0)[1] == pytest.approx(
        math.log(2) + 2 * 1.0 / 2 / math.log(2), rel=1e-12 if dtype == np.float64 else 1e-5
    )
    assert pickle.loads(pickle.dumps(kernel))(1.0, 2.0) == kernel(1.0, 2.0)


def test_it_is_optimised_around(kind: str) -> None:
    own = made(kind)
    form = rssn.optimize(own(x) / y + own(x) / (y + 1) + own(x) / (y + 2))
    assert rssn.optimize(own(x)) == own(x)
    for point in ({"x": 0.5, "y": 2.0}, {"x": -1.5, "y": 0.25}):
        wanted = (own(x) / y + own(x) / (y + 1) + own(x) / (y + 2)).evaluate(point)
        assert form.evaluate(point) == pytest.approx(wanted, rel=1e-14)


def test_it_reads_tables(kind: str) -> None:
    own = made(kind)
    found = rssn.evaluate(f"{own.__name__}(x) + 1", {"x": GRID})
    assert_same_bits(found, rssn.compile(own(x) + 1, [x])(GRID))


def test_it_composes_with_definitions(kind: str) -> None:
    """An operator defined by another one, whatever that rests on."""
    own = made(kind)

    @rssn.operator(name=f"own_{next(_numbers)}")
    def twice(v: Any) -> Any:
        return own(v) + own(v + 1)

    assert rssn.compile(twice(x), [x])(2.0) == rssn.compile(own(x) + own(x + 1), [x])(2.0)
    assert rssn.diff(twice(x), "x").evaluate({"x": 0.0}) == pytest.approx(1.0)


def test_it_is_refused_twice(kind: str) -> None:
    """And nothing of the second attempt stays."""
    own = made(kind)
    before = ops.lookup(own.__name__)
    for names in ({"name": own.__name__}, {"name": f"own_{next(_numbers)}", "aliases": (own.__name__,)}):
        with pytest.raises(OperatorError, match="taken"):
            rssn.operator(lowering=KINDS[kind].lowering(), **names)(KINDS[kind].function)
    assert ops.lookup(own.__name__) is before


def test_blank_slots_are_missed_only_where_they_are_needed(kind: str) -> None:
    """What follows from an expression is there; of the rest each room says which slot it misses, or does without."""
    own = made(kind, blank=True)
    e = own(x) * y
    assert rssn.parse(str(e)) == e
    assert e.evaluate({"x": 1.0, "y": 2.0}) == pytest.approx(2 * math.log(2))
    assert rssn.compile(e, [x, y])(1.0, 2.0) == pytest.approx(2 * math.log(2))
    assert rssn.simplify(e + e) == 2 * y * own(x)
    assert rssn.saturate(e + e - e).extract() == e
    assert rssn.optimize(e) == e
    assert rssn.fold(own(rssn.constant(3))).evaluate({}) == pytest.approx(math.log(10))
    assert rssn.diff(e, "y") == own(x)
    if KINDS[kind].follows:
        assert rssn.diff(e, "x").evaluate({"x": 1.0, "y": 3.0}) == pytest.approx(3.0)
        assert Facts().of(own(x)).low is not None
        return
    assert not Facts().of(own(x)).is_nonnegative
    for needs in (
        lambda: rssn.diff(e, "x"),
        lambda: rssn.gradient(e, [x]),
        lambda: rssn.hessian(e, [x]),
        lambda: rssn.compile(e, [x, y]).gradient(),
        lambda: rssn.series(own(x), "x"),
    ):
        with pytest.raises(RssnError, match="derivative") as caught:
            needs()
        assert own.__name__ in str(caught.value)


def test_a_value_alone_is_interpreted() -> None:
    """Without a lowering the value answers for the kernel; a truth value stays one."""
    plain = rssn.operator(name=f"own_{next(_numbers)}")(_numeric)
    kernel = rssn.compile(plain(x) + 1, [x])
    assert kernel.engine == "interpreter"
    assert kernel(GRID) == pytest.approx(np.log(1 + GRID**2) + 1)
    is_large = rssn.operator(name=f"own_{next(_numbers)}", result="bool")(lambda v: np.abs(v) > 1)
    assert rssn.compile(is_large(x), [x])(np.array([0.5, 2.0])).tolist() == [False, True]
