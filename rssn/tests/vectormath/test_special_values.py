"""C11 Annex F, and points where anything but the exact answer would surprise."""

import math

import numpy as np
import pytest

from rssn.testing import assert_same_bits
from rssn.vectormath import functions

INF, NAN, MAX = math.inf, math.nan, 1.7976931348623157e308
PI = math.pi

ONE: dict[str, list[tuple[float, float]]] = {
    "acos": [(1.0, 0.0), (-1.0, PI), (0.0, PI / 2), (1.0000000000000002, NAN), (-INF, NAN), (INF, NAN)],
    "acosh": [(1.0, 0.0), (INF, INF), (0.5, NAN), (-INF, NAN), (-1.0, NAN)],
    "asin": [(0.0, 0.0), (-0.0, -0.0), (1.0, PI / 2), (-1.0, -PI / 2), (1.1, NAN), (INF, NAN), (5e-324, 5e-324)],
    "asinh": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (5e-324, 5e-324), (-1e-310, -1e-310)],
    "atan": [(0.0, 0.0), (-0.0, -0.0), (INF, PI / 2), (-INF, -PI / 2), (1.0, PI / 4), (MAX, PI / 2), (5e-324, 5e-324)],
    "atanh": [(0.0, 0.0), (-0.0, -0.0), (1.0, INF), (-1.0, -INF), (1.5, NAN), (-INF, NAN), (5e-324, 5e-324)],
    "cbrt": [
        (0.0, 0.0),
        (-0.0, -0.0),
        (INF, INF),
        (-INF, -INF),
        (27.0, 3.0),
        (-8.0, -2.0),
        (1e-300, 1e-100),
        (1000.0, 10.0),
    ],
    "cos": [(0.0, 1.0), (-0.0, 1.0), (INF, NAN), (-INF, NAN), (PI, -1.0), (5e-324, 1.0)],
    "cosh": [(0.0, 1.0), (-0.0, 1.0), (INF, INF), (-INF, INF), (711.0, INF), (5e-324, 1.0)],
    "cospi": [
        (0.0, 1.0),
        (-0.0, 1.0),
        (0.5, 0.0),
        (-1.5, 0.0),
        (1.0, -1.0),
        (2.0**53, 1.0),
        (2.0**53 - 1, -1.0),
        (INF, NAN),
        (MAX, 1.0),
    ],
    "erf": [(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0)],
    "erfc": [(0.0, 1.0), (INF, 0.0), (-INF, 2.0), (28.0, 0.0)],
    "exp": [
        (0.0, 1.0),
        (-0.0, 1.0),
        (INF, INF),
        (-INF, 0.0),
        (710.0, INF),
        (-746.0, 0.0),
        (5e-324, 1.0),
        (1.0, math.e),
    ],
    "exp10": [(0.0, 1.0), (INF, INF), (-INF, 0.0), (309.0, INF), (-324.0, 0.0)]
    + [(float(n), 10.0**n) for n in range(-20, 23)],
    "exp2": [(0.0, 1.0), (INF, INF), (-INF, 0.0), (1024.0, INF), (-1080.0, 0.0)]
    + [(float(n), 2.0**n) for n in range(-1074, 1024)],
    "expm1": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -1.0), (-800.0, -1.0), (800.0, INF), (5e-324, 5e-324)],
    "gamma": [
        (INF, INF),
        (1.0, 1.0),
        (2.0, 1.0),
        (5.0, 24.0),
        (0.0, INF),
        (-0.0, -INF),
        (-INF, NAN),
        (-1.0, NAN),
        (172.0, INF),
    ],
    "lgamma": [(INF, INF), (-INF, INF), (1.0, 0.0), (2.0, 0.0), (0.0, INF), (-0.0, INF), (-3.0, INF)],
    "log": [(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (-1.0, NAN), (INF, INF), (-INF, NAN), (-5e-324, NAN)],
    "log10": [(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (-1.0, NAN), (INF, INF)]
    + [(10.0**n, float(n)) for n in range(23)],
    "log1p": [
        (0.0, 0.0),
        (-0.0, -0.0),
        (-1.0, -INF),
        (-2.0, NAN),
        (INF, INF),
        (-INF, NAN),
        (5e-324, 5e-324),
        (MAX, math.log(MAX)),
    ],
    "log2": [(1.0, 0.0), (0.0, -INF), (-0.0, -INF), (-1.0, NAN), (INF, INF)]
    + [(2.0**n, float(n)) for n in range(-1074, 1024)],
    "sigmoid": [(0.0, 0.5), (-0.0, 0.5), (INF, 1.0), (-INF, 0.0), (800.0, 1.0), (-800.0, 0.0)],
    "sin": [
        (0.0, 0.0),
        (-0.0, -0.0),
        (INF, NAN),
        (-INF, NAN),
        (PI, 1.2246467991473532e-16),
        (5e-324, 5e-324),
        (-1e-310, -1e-310),
    ],
    "sinh": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-INF, -INF), (711.0, INF), (-711.0, -INF), (5e-324, 5e-324)],
    "sinpi": [
        (0.0, 0.0),
        (-0.0, -0.0),
        (1.0, 0.0),
        (-1.0, -0.0),
        (0.5, 1.0),
        (1.5, -1.0),
        (2.0**53, 0.0),
        (INF, NAN),
        (-MAX, -0.0),
    ],
    "softplus": [(0.0, math.log(2)), (INF, INF), (-INF, 0.0), (800.0, 800.0), (-800.0, 0.0)],
    "sqrt": [(0.0, 0.0), (-0.0, -0.0), (INF, INF), (-1.0, NAN), (4.0, 2.0), (5e-324, 2.0**-537)],
    "tan": [(0.0, 0.0), (-0.0, -0.0), (INF, NAN), (-INF, NAN), (PI / 2, 1.633123935319537e16), (5e-324, 5e-324)],
    "tanh": [(0.0, 0.0), (-0.0, -0.0), (INF, 1.0), (-INF, -1.0), (5e-324, 5e-324), (30.0, 1.0)],
}

ATAN2 = [
    (0.0, 1.0, 0.0),
    (-0.0, 1.0, -0.0),
    (0.0, -1.0, PI),
    (-0.0, -1.0, -PI),
    (0.0, 0.0, 0.0),
    (-0.0, 0.0, -0.0),
    (0.0, -0.0, PI),
    (-0.0, -0.0, -PI),
    (1.0, 0.0, PI / 2),
    (-1.0, -0.0, -PI / 2),
    (1.0, INF, 0.0),
    (-1.0, INF, -0.0),
    (1.0, -INF, PI),
    (-1.0, -INF, -PI),
    (INF, 1.0, PI / 2),
    (-INF, -1.0, -PI / 2),
    (INF, INF, PI / 4),
    (-INF, INF, -PI / 4),
    (INF, -INF, 3 * PI / 4),
    (-INF, -INF, -3 * PI / 4),
    (1.0, 1.0, PI / 4),
    (5e-324, 5e-324, PI / 4),
    (5e-324, MAX, 0.0),
    (MAX, 5e-324, PI / 2),
    (5e-324, -MAX, PI),
    (5e-324, 1.0, 5e-324),
    (NAN, 0.0, NAN),
    (0.0, NAN, NAN),
    (INF, NAN, NAN),
]
HYPOT = [
    (3.0, 4.0, 5.0),
    (0.0, -0.0, 0.0),
    (-0.0, -3.0, 3.0),
    (INF, NAN, INF),
    (NAN, -INF, INF),
    (1.0, NAN, NAN),
    (NAN, 1e300, NAN),
    (MAX, MAX, INF),
    (MAX, 1.0, MAX),
    (5e-324, 0.0, 5e-324),
    (3e-310, 4e-310, 5e-310),
    (3e300, 4e300, 5e300),
]


def _pow_cases() -> list[tuple[float, float, float]]:
    cases = [
        (10.0, -1.0, 0.1),
        (10.0, 2.0, 100.0),
        (2.0, -1074.0, 5e-324),
        (2.0, 1023.0, 2.0**1023),
        (2.0, 1024.0, INF),
        (2.0, -1076.0, 0.0),
        (-2.0, 3.0, -8.0),
        (-2.0, 2.0, 4.0),
        (-2.0, 0.5, NAN),
        (-8.0, 1 / 3, NAN),
        (-INF, 0.5, INF),
        (-INF, -0.5, 0.0),
        (-INF, 3.0, -INF),
        (-INF, 2.0, INF),
        (-INF, -3.0, -0.0),
        (-INF, -2.0, 0.0),
        (INF, 0.5, INF),
        (INF, -0.5, 0.0),
        (-1.0, INF, 1.0),
        (-1.0, -INF, 1.0),
        (1.0, NAN, 1.0),
        (NAN, 0.0, 1.0),
        (NAN, -0.0, 1.0),
        (NAN, 1.0, NAN),
        (2.0, NAN, NAN),
        (0.5, INF, 0.0),
        (0.5, -INF, INF),
        (-2.0, INF, INF),
        (-2.0, -INF, 0.0),
        (0.0, INF, 0.0),
        (-0.0, -INF, INF),
        (-2.0, 2.0**53 + 2, INF),
        (-1.0, 2.0**53 - 1, -1.0),
        (-1.0, 1e300, 1.0),
        (-MAX, 3.0, -INF),
        (5e-324, 1.0, 5e-324),
        (5e-324, -1.0, INF),
        (5e-324, 0.5, 2.0**-537),
        (MAX, 1.0, MAX),
        (-5e-324, 3.0, -0.0),
        (9.0, 0.5, 3.0),
        (10.0, 22.0, 1e22),
    ]
    for y in (1.0, 3.0, 5e15 + 1):
        cases += [(0.0, y, 0.0), (-0.0, y, -0.0), (0.0, -y, INF), (-0.0, -y, -INF)]
    for y in (2.0, 0.5, 1e300):
        cases += [(0.0, y, 0.0), (-0.0, y, 0.0), (0.0, -y, INF), (-0.0, -y, INF)]
    for x in (0.0, -0.0, INF, -INF, -3.0, 1e-310):
        cases += [(x, 0.0, 1.0), (x, -0.0, 1.0)]
    return cases


@pytest.mark.parametrize("name", sorted(ONE))
def test_special_values_of_functions_of_one_are_exact_in_any_lane(name, probe):
    x = np.array([a for a, _ in ONE[name]] + [NAN])
    expected = np.array([b for _, b in ONE[name]] + [NAN])
    assert_same_bits(probe(name)(x), expected)
    # Alone in a vector of ordinary numbers, the answer is the same.
    for width in (1, None):
        spread = np.full(len(x) * 8, 0.75)
        spread[::8] = x
        assert_same_bits(probe(name, width=width)(spread)[::8], expected)


@pytest.mark.parametrize(("name", "cases"), [("atan2", ATAN2), ("hypot", HYPOT), ("pow", _pow_cases())])
def test_special_values_of_functions_of_two_are_exact(name, cases, probe):
    a, b, expected = (np.array(column) for column in zip(*cases, strict=True))
    assert_same_bits(probe(name)(a, b), expected)
    if name == "hypot":
        assert_same_bits(probe(name)(b, a), expected)


def test_every_function_of_one_has_special_values():
    assert set(functions()) - set(ONE) == {"atan2", "hypot", "pow"}


def test_powers_of_small_integers_are_exact_where_they_fit(probe):
    cases = [(float(b), float(n)) for b in range(2, 40) for n in range(1, 54) if b**n < 2**53]
    x, y = (np.array(column) for column in zip(*cases, strict=True))
    assert_same_bits(probe("pow")(x, y), np.array([float(int(b) ** int(n)) for b, n in cases]))
