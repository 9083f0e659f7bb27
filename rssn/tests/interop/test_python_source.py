"""`to_python`: the source runs on its own, for numbers and for arrays, with our values."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given

import rssn
from rssn.errors import ConversionError, OptionError
from rssn.interop import to_python
from rssn.testing import AWKWARD_NUMBERS, EXACT_OPERATORS, assert_same_bits, expressions

KNOWN = [r for r in rssn.ops.operators() if r.name != "polygamma" and not r.name.endswith("_for_interop")]
NUMPY_EXACT = sorted(set(EXACT_OPERATORS) - {"min", "max", "clamp"})


def run(source: str, name: str = "f") -> Any:
    names: dict[str, Any] = {}
    exec(compile(source, "generated", "exec"), names)
    return names[name]


@pytest.mark.parametrize("module", ["math", "numpy"])
@pytest.mark.parametrize("record", KNOWN, ids=[record.name for record in KNOWN])
def test_every_operator_keeps_its_value(record: Any, module: str) -> None:
    names = ["a", "b", "c"][: record.arity[0]]
    e = rssn.apply(record.name, *rssn.symbols(names))
    function = run(to_python(e, names, module=module))
    for point in ((0.3, 0.8, 1.4), (0.25, -2.5, 3.0), (1.0, 2.0, -1.5), (2.0, 1.5, 0.5)):
        given_values = point[: len(names)]
        wanted = e.evaluate(dict(zip(names, given_values, strict=True)))
        if module == "math" and (math.isnan(float(wanted)) or math.isinf(float(wanted))):
            with pytest.raises((ValueError, ZeroDivisionError)):
                function(*given_values)
        else:
            assert float(function(*given_values)) == pytest.approx(float(wanted), rel=1e-13, nan_ok=True)


@given(expressions(operators=NUMPY_EXACT))
def test_arrays_have_the_same_bits_in_arithmetic(e: rssn.Expr) -> None:
    columns = np.random.default_rng(3).choice(np.array(AWKWARD_NUMBERS), (3, 50))
    found = run(to_python(e, "x y z", module="numpy"))(*columns)
    wanted = np.broadcast_to(e.evaluate(dict(zip("xyz", columns, strict=True))), 50)
    assert_same_bits(np.asarray(found, dtype=float), wanted.astype(float))


@given(expressions(operators=("add", "sub", "mul", "min", "max", "lt", "where", "neg", "and", "abs", "fma", "sign")))
def test_numbers_have_the_same_bits_in_arithmetic(e: rssn.Expr) -> None:
    point = {"x": 1.1, "y": -0.0, "z": 0.3}
    if all(node.operator not in ("pow", "div") for node in rssn.walk(e)):
        assert_same_bits(np.float64(run(to_python(e, "x y z"))(**point)), np.float64(e.evaluate(point)))


def test_results_have_the_shape_of_all_arguments() -> None:
    first, second, third = run(to_python([rssn.parse("x"), rssn.constant(1), rssn.parse("x < y")], module="numpy"))(
        np.ones((3, 1)), np.zeros(2)
    )
    assert first.shape == second.shape == third.shape == (3, 2)
    assert third.dtype == bool


def test_one_in_a_sequence_is_a_tuple() -> None:
    assert run(to_python([rssn.parse("x + 1")]))(1.0) == (2.0,)


def test_the_text_is_plain() -> None:
    assert to_python(rssn.parse("sin(a*x)/x"), "x a", "wave") == (
        "import math\n\n\ndef wave(x, a):\n    return math.sin((a * x)) / x\n"
    )


def test_names_and_numbers_that_python_lacks_are_changed() -> None:
    source = to_python(rssn.parse("`x(t)` + lambda_ + `lambda` + 10^400"), ["x(t)", "lambda_", "lambda"])
    assert "def f(x_t, lambda_, lambda_2):" in source
    huge = rssn.constant(10**400) * rssn.symbol("x")
    assert run(to_python(huge))(1.0) == math.inf
    assert run(to_python(huge, module="numpy"))(np.ones(1))[0] == math.inf


@pytest.mark.parametrize("module", ["math", "numpy"])
def test_parts_without_arguments_are_computed_beforehand(module: str) -> None:
    e = rssn.parse("x + 1/0 + sqrt(2) - min(3, 2)*(2 < 3)")
    assert run(to_python(e, module=module))(1.0) == math.inf
    assert "return 1.4142135623730951 * x" in to_python(rssn.parse("x*sqrt(2)"))


def test_shared_parts_are_computed_once() -> None:
    e = rssn.symbol("x")
    for _ in range(60):
        e = e * e + 1
    assert len(to_python(e)) < 10_000


def test_what_python_can_not_say_is_refused() -> None:
    x = rssn.symbol("x")
    with pytest.raises(OptionError, match="math or numpy"):
        to_python(x, module="jax")
    with pytest.raises(OptionError, match="name"):
        to_python(x, name="lambda")
    with pytest.raises(ConversionError, match="polygamma"):
        to_python(rssn.apply("polygamma", 1, x))
