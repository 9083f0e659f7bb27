"""Exponents by an instruction are those by integers."""

import numpy as np
import pytest

from rssn.testing import assert_same_bits
from rssn.vectormath import Emitter, Function, Module, features, host_features
from rssn.vectormath._log import split, unsafe
from rssn.vectormath._probe import Probe
from rssn.vectormath._scaling import exponent, has_scaling, scaled

needs_avx512 = pytest.mark.skipif(host_features().name != "avx512", reason="instructions of AVX-512")
SHAPES = [("f64", 8, np.float64), ("f32", 16, np.float32)]


def positive(dtype):
    """Return positive normal numbers of every exponent, powers of two and their neighbours among them."""
    info = np.finfo(dtype)
    powers = np.ldexp(dtype(1), np.arange(info.minexp, info.maxexp)).astype(dtype)
    x = np.concatenate(
        [powers, np.nextafter(powers, dtype(np.inf)), np.nextafter(powers, dtype(0)), powers * dtype(1.5)]
    )
    return x[np.isfinite(x) & (x >= info.smallest_normal)]


@needs_avx512
@pytest.mark.parametrize(("real", "width", "dtype"), SHAPES)
def test_the_exponent_and_the_scaling_of_every_size(real, width, dtype):
    x = positive(dtype)
    found = Probe(lambda e, x: exponent(e, e.to_bits(x)), real=real, width=width)(x)
    wanted = np.frexp(x)[1] - 1
    assert_same_bits(found, wanted.astype(dtype))
    down = Probe(lambda e, x, k: scaled(e, x, e.neg(k)), 2, real=real, width=width)(x, found)
    assert_same_bits(down, np.ldexp(x, -wanted))


@needs_avx512
@pytest.mark.parametrize(("real", "width", "dtype"), SHAPES)
def test_a_split_by_instructions_is_the_split_by_integers_wherever_it_is_safe(real, width, dtype):
    x = positive(dtype)
    apart = Probe(lambda e, x: e.to_real(unsafe(e, x)), real=real, width=width)(x) != 0
    assert not apart[x < 2.0 ** (np.finfo(dtype).maxexp - 1)].any()
    assert apart[x >= 2.0 ** (np.finfo(dtype).maxexp - 1)].all()
    for part in (0, 1):
        quick, slow = (
            Probe(lambda e, x, safe=safe, part=part: split(e, x, safe=safe)[part], real=real, width=width)(x)
            for safe in (True, False)
        )
        assert_same_bits(quick[~apart], slow[~apart])


def test_only_a_full_register_of_avx512_can_do_it():
    def shape(name, width, real):
        return Emitter(Function(Module(features(name)), "", ""), width, real)

    assert has_scaling(shape("avx512", 8, "f64"))
    assert has_scaling(shape("avx512", 16, "f32"))
    assert not any(
        has_scaling(shape(*each)) for each in [("avx2", 8, "f64"), ("avx512", 4, "f64"), ("avx512", 8, "f32")]
    )
