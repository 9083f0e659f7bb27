"""The example of functionals says what the papers say, and its libraries for C give its kernels' numbers."""

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import rssn
from rssn.testing import real_value

EXAMPLES = str(Path(__file__).parents[1] / "examples")


@pytest.fixture(scope="module")
def functionals() -> Iterator[ModuleType]:
    sys.path.insert(0, EXAMPLES)
    import functionals

    yield functionals
    sys.path.remove(EXAMPLES)


@pytest.mark.parametrize(("name", "published"), [("pbe_x", -0.3059), ("b88", -0.3098), ("scan_x", -0.3125)])
def test_the_hydrogen_atom(functionals: ModuleType, name: str, published: float) -> None:
    """Its exact density is exp(-2r)/pi. One spin alone has half the energy of twice the density of both."""
    r = np.linspace(1e-4, 25, 100_001)
    n = np.exp(-2 * r) / np.pi
    columns = [2 * n, (4 * n) ** 2, 2 * (2 * n) ** 2 / (8 * n)]
    text, names = functionals.FUNCTIONALS[name]
    energy = rssn.compile(text, names)(*columns[: len(names.split())])
    assert np.trapezoid(4 * np.pi * r**2 * energy, r) / 2 == pytest.approx(published, abs=5e-5)


@pytest.mark.parametrize(("name", "low", "high"), [("pbe_c", -0.046, -0.043), ("lyp", -0.0445, -0.0435)])
def test_the_helium_atom(functionals: ModuleType, name: str, low: float, high: float) -> None:
    """Correlation of a screened hydrogenic density is near what is published for the Hartree-Fock density."""
    r = np.linspace(1e-4, 20, 100_001)
    z = 27 / 16
    n = 2 * z**3 / np.pi * np.exp(-2 * z * r)
    text, names = functionals.FUNCTIONALS[name]
    assert low < np.trapezoid(4 * np.pi * r**2 * rssn.compile(text, names)(n, (2 * z * n) ** 2), r) < high


@pytest.mark.parametrize("name", ["pbe_x", "pbe_c", "b88", "lyp", "scan_x", "scan_c"])
def test_derivatives_to_the_fourth_order_are_right(functionals: ModuleType, name: str) -> None:
    """Each output of the kernel, against the same expression at sixty digits; no derivative by anything is missing."""
    forms = functionals.derivatives(name, 4)
    names = functionals.FUNCTIONALS[name][1].split()
    arrays = functionals.points(name, 3, seed=5)
    found = rssn.compile(forms, names)(*arrays)
    for form, row in zip(forms, found, strict=True):
        wanted = [
            float(real_value(form, dict(zip(names, map(float, point), strict=True)), 60))
            for point in zip(*arrays, strict=True)
        ]
        np.testing.assert_allclose(row, wanted, rtol=1e-10)
    assert {symbol.name for symbol in forms[0].free_symbols} == set(names)
    assert all(form != 0 for form in forms[1 : 1 + len(names)])


def test_a_library_for_c_has_them_all(functionals: ModuleType, tmp_path: Path) -> None:
    """With shared work, in one function, from text in a second."""
    kernel = functionals.export("pbe_x", 4, tmp_path)
    assert "double n, double s, double *out" in (tmp_path / "pbe_x.h").read_text()
    out = (ctypes.c_double * 15)()
    ctypes.CDLL(str(tmp_path / "pbe_x.so")).pbe_x(ctypes.c_double(0.5), ctypes.c_double(0.3), out)
    assert tuple(out) == kernel(0.5, 0.3)
