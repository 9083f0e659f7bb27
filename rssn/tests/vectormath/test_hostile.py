"""Arguments on which other libraries leave their bound: SLEEF's issues name them, and so many more are near them."""

import all_f32
import numpy as np
import pytest

H = float.fromhex
DOUBLES = {
    "sin": [(H("0x1.3a49646a9cc3cp+46"),)],  # issue 457
    "cos": [(H("0x1.44f93e5d8cbf5p+46"),)],  # 452
    "tan": [(H("0x0.0000000b91e71p-1022"),), (-5e-324,), (H("0x1.44f93e5d8cbf5p+46"),)],  # 465, 466
    "cosh": [(H("0x1.62f58b40d30edp+9"),), (710.4758600739439,)],  # 460
    "sinh": [(H("-0x1.631a95ecfef5fp+9"),), (710.4758600739439,)],  # 461
    "exp": [(709.78271114955743,), (709.782712893384,), (709.78271289338397,)],  # 523, 600
    "tanh": [(H("0x1.0000000000001p-54"),), (H("0x1.000002p-24"),)],  # 451
    "atanh": [(8e-17,), (-8e-17,)],  # 570
    "log1p": [(1.7e308,), (1e307,)],  # 473
    "log": [(1.5e-323,), (1e-310,)],  # 3
    "erf": [(H("0x1.16945ap-126"),), (H("-0x1.d1b6c8p-127"),), (5e-324,)],  # 517
    "pow": [  # 600
        (H("0x1.7fed001e5f0edp-1"), H("0x1.1b5ce4d1fb0aep+11")),
        (H("0x1.7f136e35a1af6p-1"), H("0x1.2c2f3c91cf6c5p+11")),
        (H("0x1.7ff1b57d71188p-1"), H("0x1.2e8d51b04ab80p+11")),
        (2.0, H("0x1.fffffffffffffp+9")),
        (10.0, 308.25471555991674),
        (10.0, -1.0),
    ],
    "hypot": [  # 469
        (H("0x1.1b6637b8c3bfbp-1009"), H("0x1.07d30419629b6p-1009")),
        (H("0x1.78530f71a242dp-1021"), H("0x1.0687b83795c9ep-1021")),
    ],
}
SINGLES = {
    "cos": (-1.2770834418746477021e38,),  # pull request 287
    "cosh": (H("-0x1.634ceep+6"), H("0x1.65a9f8p+6")),  # issue 460
    "sinh": (H("0x1.63a626p+6"), H("-0x1.65a9f8p+6")),  # 461
    "tanh": (H("0x1.000002p-24"),),  # 451
    "erf": (H("0x1.16945ap-126"), H("-0x1.d1b6c8p-127"), 1e-45),  # 517
    "log1p": (3e38, 1.1e38),  # 473
    "exp": (88.72283, 88.722839),
    "tan": (1e-45, -1e-45, 1e-40),
}


@pytest.mark.parametrize("name", sorted(DOUBLES))
def test_a_known_hostile_double_and_its_neighbours_are_within_one_unit(name, probe, ruler):
    rows = []
    for args in DOUBLES[name]:
        rows += [np.array([args[0] + step * np.spacing(abs(args[0])), *args[1:]]) for step in range(-2, 3)]
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    found = probe(name)(*columns)
    apart = ruler.errors(name, found, *ruler.true_values(name, *columns))
    assert (apart <= 1.0).all(), [(row, float(error)) for row, error in zip(rows, apart, strict=True) if error > 1]
    same_sign = np.signbit(found) == np.signbit(ruler.true_values(name, *columns)[0])
    assert same_sign[found != 0].all()


@pytest.mark.parametrize("name", sorted(SINGLES))
def test_a_known_hostile_single_and_its_neighbours_are_within_one_unit(name):
    bits = np.array(SINGLES[name], np.float32).view(np.int32)
    x = (bits[:, None] + np.arange(-8, 8, dtype=np.int32)).ravel().view(np.float32)
    out = np.empty(len(x), np.float32)
    error_of = all_f32.error_of(name)
    error_of.call(len(x), out.ctypes.data, x.ctypes.data)
    assert (out <= 1.0).all(), [(float(a).hex(), float(e)) for a, e in zip(x, out, strict=True) if e > 1]


BY_HEART = {
    "acos": [((1.0,), 0.0)],
    "atan": [((0.0,), 0.0)],
    "cbrt": [((27.0,), 3.0)],
    "cos": [((0.0,), 1.0)],
    "cospi": [((0.5,), 0.0)],
    "erf": [((0.0,), 0.0)],
    "exp": [((0.0,), 1.0)],
    "exp10": [((22.0,), 1e22), ((-1.0,), 0.1)],
    "exp2": [((10.0,), 1024.0)],
    "expm1": [((0.0,), 0.0)],
    "gamma": [((5.0,), 24.0)],
    "hypot": [((3.0, 4.0), 5.0)],
    "log": [((1.0,), 0.0)],
    "log10": [((1000.0,), 3.0)],
    "log2": [((8.0,), 3.0)],
    "pow": [((10.0, -1.0), 0.1), ((2.0, 0.5), 2.0**0.5)],
    "sin": [((0.0,), 0.0)],
    "sinpi": [((1.0,), 0.0)],
    "tanh": [((0.0,), 0.0)],
}


@pytest.mark.parametrize("name", sorted(BY_HEART))
@pytest.mark.parametrize("real", ["f64", "f32"])
def test_what_people_know_by_heart_comes_out_exactly(name, real, probe):
    dtype = np.float64 if real == "f64" else np.float32
    for args, wanted in BY_HEART[name]:
        found = probe(name, real=real)(*[np.full(16, a, dtype) for a in args])
        assert (found == dtype(wanted)).all(), args
