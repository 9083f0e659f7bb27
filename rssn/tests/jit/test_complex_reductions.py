"""What is kept of complex rows: sums and products with their errors."""

import math
from fractions import Fraction

import numpy as np
import pytest

import rssn
from rssn.jit import compile
from rssn.jit._complex_reductions import COMPLEX_NAMES, COMPLEX_REDUCTIONS, PROGRAMS, part_names, values_of
from rssn.jit._reductions import REDUCTIONS

z, w = rssn.symbols("z w")


def test_every_complex_reduction_has_two_parts_and_no_name_means_two_things():
    assert {part for name in COMPLEX_NAMES for part in part_names(name)} == set(COMPLEX_REDUCTIONS)
    assert not REDUCTIONS.keys() & COMPLEX_REDUCTIONS.keys()
    assert len(PROGRAMS) == len(REDUCTIONS) + len(COMPLEX_REDUCTIONS)


def test_values_are_dealt_out_by_formula():
    names = [*part_names("sum"), "max", *part_names("prod")]
    assert values_of([(1, 2), (3,), (4, 5)], names) == [1, 2, 1, 2, 3, 4, 5, 4, 5]
    assert values_of([(1, 2), (3, 4)], part_names("dot")) == [1, 2, 3, 4, 1, 2, 3, 4]


def test_sums_cancel_exactly():
    rng = np.random.default_rng(1)
    x = rng.normal(size=5000) * 10.0 ** rng.integers(-8, 8, 5000) + 1j * rng.normal(size=5000) * 1e6
    found = compile(z, [z], dtype="complex128", reduce="sum")(np.concatenate([x, -x[::-1], [1e-3 + 2e-3j]]))
    assert found == pytest.approx(1e-3 + 2e-3j, rel=1e-6)
    assert compile(z, [z], dtype="complex128", reduce="sum")(x).real == math.fsum(x.real)


def test_products_are_nearly_exact():
    rng = np.random.default_rng(2)
    x = np.exp(1j * rng.uniform(-3, 3, 3000)) * rng.uniform(0.9, 1.1, 3000)
    found = compile(z, [z], dtype="complex128", reduce="prod")(x)
    real, imaginary = Fraction(1), Fraction(0)
    for number in x.tolist():
        a, b = Fraction(number.real), Fraction(number.imag)
        real, imaginary = real * a - imaginary * b, real * b + imaginary * a
        scale = 1 << 400  # more bits than anybody sees
        real, imaginary = Fraction(round(real * scale), scale), Fraction(round(imaginary * scale), scale)
    assert abs(found - complex(real, imaginary)) <= 4 * np.finfo(float).eps * abs(found)
