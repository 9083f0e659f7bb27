"""The same bits on every instruction set and at every width."""

import numpy as np
import pytest

from rssn.testing import assert_same_bits
from rssn.vectormath import features, functions, host_features
from rssn.vectormath._functions import BY_F64

HOST = host_features().name
SHAPES = [(name, width) for name, width in (("avx512", 8), ("avx2", 4)) if name == HOST or HOST == "avx512"]


def _arguments(ruler, name, count):
    rng = np.random.default_rng(11)
    args = ruler.pairs(name, count, rng) if name in ("atan2", "hypot", "pow") else (ruler.arguments(name, count, rng),)
    edges = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e300, -1e-310, 1.0])
    return [np.concatenate([a[: len(a) // 8 * 8], np.roll(edges, 3 * i)]) for i, a in enumerate(args)]


@pytest.mark.parametrize("name", functions())
def test_a_function_gives_the_same_bits_on_every_machine_and_width(name, probe, ruler):
    args = _arguments(ruler, name, 2000)
    expected = probe(name, width=1)(*args)
    for width in (2, 4):
        assert_same_bits(probe(name, width=width)(*args), expected)
    for machine, width in SHAPES:
        assert_same_bits(probe(name, features=features(machine), width=width)(*args), expected)


@pytest.mark.parametrize("name", ["sin", "exp", "log", "pow", "atan2"])
def test_a_machine_without_fused_multiply_add_is_slow_but_right(name, probe, ruler):
    if not HOST.startswith(("avx", "sse")):
        pytest.skip("SSE2 runs on x86-64 only")
    args = _arguments(ruler, name, 200)
    assert_same_bits(probe(name, features=features("sse2"), width=2)(*args), probe(name, width=1)(*args))


@pytest.mark.parametrize("name", functions())
def test_f32_has_the_same_bits_at_every_width_and_on_every_machine(name, probe, ruler):
    with np.errstate(over="ignore"):
        args = [a.astype(np.float32) for a in _arguments(ruler, name, 500)]
    expected = probe(name, width=1, real="f32")(*args)
    for width in (2, 4, 8, 16, 32):
        assert_same_bits(probe(name, width=width, real="f32")(*args), expected)
    for machine, width in SHAPES:
        assert_same_bits(probe(name, features=features(machine), width=2 * width, real="f32")(*args), expected)


@pytest.mark.parametrize("name", sorted(BY_F64))
def test_f32_without_a_method_of_its_own_is_the_f64_result_rounded(name, probe, ruler):
    args = [np.clip(a, -3e38, 3e38).astype(np.float32) for a in _arguments(ruler, name, 500)]
    with np.errstate(all="ignore"):
        expected = probe(name)(*[a.astype(np.float64) for a in args]).astype(np.float32)
    assert_same_bits(probe(name, real="f32")(*args), expected)


@pytest.mark.parametrize("name", ["sin", "log", "hypot"])
def test_vectors_wider_than_the_machine_are_computed_in_pieces(name, probe, ruler):
    args = _arguments(ruler, name, 200)
    args = [a[: len(a) // 32 * 32] for a in args]
    assert_same_bits(probe(name, width=32)(*args), probe(name, width=1)(*args))
