"""`accuracy="fast"`: within 4 units everywhere, the same bits at every width, special values as ever."""

import all_f32
import numpy as np
import pytest

from rssn.errors import OptionError
from rssn.testing import assert_same_bits
from rssn.vectormath import Emitter, Module, accuracy, emit, features, functions, host_features
from rssn.vectormath._fast import FAST
from rssn.vectormath._functions import FUNCTIONS
from rssn.vectormath._probe import Probe

DOUBLE, SINGLE = sorted(FAST["f64"]), sorted(FAST["f32"])
BOTH = [(real, name) for real in FAST for name in sorted(FAST[real])]


@pytest.mark.parametrize("name", DOUBLE)
def test_doubles_are_within_four_units_over_the_whole_domain(name, ruler):
    x = ruler.arguments(name, 150, np.random.default_rng(2))
    apart = ruler.errors(name, Probe(FAST["f64"][name])(x), *ruler.true_values(name, x))
    assert apart.max() <= 4.0, float(x[np.argmax(apart)]).hex()


@pytest.mark.parametrize("name", [name for name in SINGLE if FUNCTIONS[name][0] == 1])
def test_singles_are_within_four_units_over_the_whole_domain(name):
    error, where, _ = all_f32.worst(name, 20_011, body=FAST["f32"][name])
    assert error <= 4.0, where.hex()


def _arguments(ruler, name, real):
    rng, special = np.random.default_rng(4), [0.0, -0.0, np.inf, -np.inf, np.nan, 1e30, -1e-40, 1.0]
    arity = FUNCTIONS[name][0]
    parts = ruler.pairs(name, 100, rng) if arity == 2 else (ruler.arguments(name, 100, rng),)
    with np.errstate(over="ignore"):
        found = [np.concatenate([np.roll(special, 3 * i), a]) for i, a in enumerate(parts)]
        return [a[: len(a) // 16 * 16].astype(np.float64 if real == "f64" else np.float32) for a in found]


@pytest.mark.parametrize(("real", "name"), BOTH)
def test_bits_are_the_same_at_every_width_and_special_values_those_of_the_accurate_function(real, name, ruler, probe):
    args, body = _arguments(ruler, name, real), FAST[real][name]
    wanted = Probe(body, len(args), real=real, width=1)(*args)
    for width in (2, 4, 8):
        assert_same_bits(Probe(body, len(args), real=real, width=width)(*args), wanted)
    if host_features().name == "avx512":
        assert_same_bits(Probe(body, len(args), real=real, features=features("avx2"), width=4)(*args), wanted)
    accurate = probe(name, real=real)(*args)
    special = ~np.isfinite(accurate) | (accurate == 0) | (np.abs(accurate) == 1)
    exact = special & (np.arange(len(wanted)) < 8)
    assert_same_bits(wanted[exact], accurate[exact])


@pytest.mark.parametrize("name", SINGLE)
def test_f32_functions_of_two_are_within_four_units(name, ruler, probe):
    if FUNCTIONS[name][0] == 1:
        return
    args = _arguments(ruler, name, "f32")
    found = Probe(FAST["f32"][name], 2, real="f32")(*args).astype(np.float64)
    accurate = probe(name, real="f32")(*args).astype(np.float64)
    numbers = np.isfinite(accurate)
    unit = np.spacing(np.abs(accurate[numbers]).astype(np.float32)).astype(np.float64)
    assert (np.abs(found[numbers] - accurate[numbers]) <= 3 * unit).all()


def test_a_module_says_which_it_wants():
    texts = {}
    for level in ("1ulp", "fast"):
        e = Emitter(Module(accuracy=level).function("f", "void", [("<8 x double>", "x")]), 8)
        emit(e, "tanh", e.parameter("x"))
        texts[level] = len(e.function.lines)
    assert texts["fast"] < texts["1ulp"]
    with pytest.raises(OptionError, match="1ulp, fast"):
        Module(accuracy="exact")


def test_the_promise_is_four_units_where_there_is_a_faster_one():
    promised, usual = accuracy("fast"), accuracy()
    assert {name for name in functions() if promised[name] > usual[name]} == set(SINGLE)
