"""Rooms that load when they are first asked for."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import rssn
from rssn import _later


def test_type_checkers_and_the_table_name_the_same() -> None:
    tree = ast.parse(Path(rssn.__file__).read_text())
    (block,) = [node for node in tree.body if isinstance(node, ast.If)]
    named: dict[str, set[str]] = {}
    for line in block.body:
        assert isinstance(line, ast.ImportFrom)
        named.setdefault(line.module or "", set()).update(alias.name for alias in line.names)
    assert named.pop("") == set(_later.ROOMS)
    assert named == {room: set(names) for room, names in _later.NAMES.items()}


@pytest.mark.parametrize("name", rssn.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(rssn, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        _ = rssn.nonsense


def test_the_algebra_is_not_loaded_before_it_is_used() -> None:
    code = (
        "import sys, rssn; rssn.compile('x + 1')(1.0);"
        "loaded = {name.split('.')[1] for name in sys.modules if name.startswith('rssn.')};"
        f"assert not loaded & ({{*{list(_later.NAMES)}, *{list(_later.ROOMS)}}} - {{'jit'}}), loaded;"
        "assert str(rssn.diff(rssn.symbol('x')**2, 'x')) and 'rssn.calculus' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_derivatives_of_kernels_load_the_calculus() -> None:
    code = "import rssn; print(rssn.compile('x^2', 'x').gradient()(3.0))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert "6.0" in done.stdout


def test_formulas_need_no_numpy() -> None:
    """Reading, printing, simplifying and deriving are done before anybody loads NumPy, dtact or LLVM."""
    code = (
        "import sys, rssn; x = rssn.symbol('x'); f = rssn.parse('sin(x)^2 + cos(x)^2 + x*x');"
        "rssn.simplify(f); rssn.diff(f, 'x'); rssn.gradient(f, ['x']); f.latex(); str(f);"
        "loaded = {'numpy', 'dtact', 'llvmlite'} & set(sys.modules); assert not loaded, loaded"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
