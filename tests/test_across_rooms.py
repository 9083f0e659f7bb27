"""What no room can promise alone: an expression goes through all of them, however deep, shared or new it is."""

import os
import pickle
import subprocess
import sys
import time

import numpy as np
import pytest

import rssn

TOWER = 60
NEW_OPERATOR = """
import numpy as np
import rssn
from rssn.ops import Operator, blank_slots, register

twice = register(
    Operator(name="twice", aliases=("double",), doc="2*x.", domain="all x", arity=(1, 1), cost=1.0,
             value=lambda x: np.multiply(x, 2.0), fold=lambda x: 2 * x)
)
x = rssn.symbol("x")
e = rssn.parse("double(x) + 1")
assert e == twice(x) + 1 and str(e) == "twice(x) + 1" and "twice" in e.latex()
assert e.evaluate({"x": 3}) == 7.0
assert rssn.fold(rssn.parse("twice(21)")) == rssn.constant(42)
assert rssn.compile(e)(np.arange(3.0)).tolist() == [1.0, 3.0, 5.0]
assert rssn.evaluate("twice(x)", {"x": np.arange(3.0)}).tolist() == [0.0, 2.0, 4.0]
assert "twice" in blank_slots()
"""
FINGERPRINT = """
import rssn
for text in {texts}:
    rssn.parse(text)
e = rssn.parse("b*a + sin(z)^2 - 1/(a + b) + rational(1, 3)*pi")
print(hash(e), e, rssn.Ast.to_bytes(rssn.expr.linearize([e])).hex())
"""


def run(code: str, **environment: str) -> str:
    """Run code in a process of its own and return what it prints."""
    done = subprocess.run([sys.executable, "-c", code], env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def chain(depth: int) -> rssn.Expr:
    value, y = rssn.symbol("x"), rssn.symbol("y")
    for _ in range(depth):
        value = value * 0.5 + y
    return value


def test_a_new_operator_is_everywhere_at_once() -> None:
    """One record: it parses, prints, folds, evaluates and compiles, by its alias too."""
    run(NEW_OPERATOR)


def test_an_expression_is_the_same_in_every_process() -> None:
    """Hash, text and bytes depend on structure alone: not on hash seeds, nor on what was built before."""
    first = run(FINGERPRINT.format(texts=()), PYTHONHASHSEED="1")
    assert run(FINGERPRINT.format(texts=("z + a", "b^2*a", "pi/3")), PYTHONHASHSEED="2") == first
    assert run(FINGERPRINT.format(texts=("a + b",)), RSSN_PURE="1") == first


def test_the_twins_and_the_interpreter_give_the_same_bits() -> None:
    """The readable Python twins and the interpreter answer as the native parts and the kernels do."""
    code = "import numpy, rssn; xs = numpy.linspace(-2, 2, 101);"
    code += "print(rssn.compile('x^5 - x/3 + max(x, 0.25)*floor(3*x)')(xs).tobytes().hex())"
    native = run(code)
    assert run(code, RSSN_PURE="1") == native
    assert run(code, RSSN_INTERPRET="1") == native


@pytest.mark.parametrize("depth", [20_000, pytest.param(1_000_000, marks=pytest.mark.slow)])
def test_a_deep_chain_goes_through_every_room(depth: int) -> None:
    """Nothing recurses: building, walking, substituting, printing, pickling, compiling, evaluating."""
    e = chain(depth)
    assert rssn.count_nodes(e) == 2 * depth + 3
    assert sum(1 for _ in rssn.walk(e)) == 2 * depth + 3
    assert len(repr(e)) < 10_000
    again = pickle.loads(pickle.dumps(e))
    assert again == e
    assert rssn.parse(str(e), limits=rssn.parser.UNLIMITED) == e
    replaced = e.substitute({"y": 1.0})
    assert replaced.free_symbols == {rssn.symbol("x")}
    wanted = 0.25
    for _ in range(depth):
        wanted = wanted * 0.5 + 1.0
    assert replaced.evaluate({"x": 0.25}) == wanted
    assert rssn.compile(replaced, ["x"])(0.25) == wanted


def test_a_tower_of_squares_costs_its_unique_nodes() -> None:
    """2^60 leaves written out, 61 nodes stored: every room takes milliseconds, none walks the tree."""
    started = time.perf_counter()
    e = rssn.symbol("x")
    for _ in range(TOWER):
        e = e * e
    assert rssn.count_nodes(e) == TOWER + 1
    assert pickle.loads(pickle.dumps(e)) == e
    assert rssn.parse(str(e)) == e
    assert e.substitute({"x": 1}).evaluate({}) == 1.0
    assert rssn.compile(e, ["x"])(np.array([1.0, 0.0])).tolist() == [1.0, 0.0]
    assert time.perf_counter() - started < 5
