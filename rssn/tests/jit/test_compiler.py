"""The compiler: loaded when something is compiled, and not before."""

import subprocess
import sys

import pytest

import rssn
from rssn.errors import OptionError, UnknownNameError
from rssn.expr import linearize
from rssn.jit._code import Code
from rssn.jit._compiler import Compiler
from rssn.jit._kernel import Kernel
from rssn.jit._recipe import Recipe
from rssn.vectormath import host_features

x, y = rssn.symbols("x y")


def recipe(expr, names=("x", "y"), **options):
    return Recipe(linearize(expr).to_bytes(), names, "f64", "contract", None, None)._replace(**options)


def test_from_a_recipe_to_code():
    """The steps, what is known of them, text and code."""
    compiler = Compiler(recipe([x * y + 1, x < y]))
    facts = compiler.facts()
    assert (facts.masks, facts.width) == (b"\0\1", host_features().width)
    assert compiler.is_possible
    assert compiler.ir(b"dcdcdc?cp")[0].count("define") == 1
    assert "run" in compiler.assembly(b"dcdcdc?cp")
    assert compiler.compile(b"dcdcdc?cp") == compiler.compile(b"dcdcdc?cp")
    assert compiler.work()["steps"] == len(compiler.tape)


def test_mistakes_are_found_at_once():
    """An unknown symbol when the formula is lowered, an unknown machine when somebody asks."""
    with pytest.raises(UnknownNameError):
        Compiler(recipe(x * y, ("x",)))
    with pytest.raises(OptionError):
        Compiler(recipe(x * y, target="abacus")).facts()


def test_importing_the_room_does_not_load_the_compiler():
    """Nor the elementary functions."""
    code = "import sys, rssn.jit; sys.exit(bool({'rssn.jit._compiler', 'rssn.vectormath'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_long_code_is_made_in_pieces(monkeypatch):
    """The same code in another order: the same bits."""
    long = sum(rssn.sin(x / n) * rssn.exp(y / n) for n in range(1, 120))
    found = []
    for lines in (3_000, 10**9):
        monkeypatch.setattr("rssn.jit._compiler._PIECE_LINES", lines)
        compiler = Compiler(recipe(long))
        blob = compiler.compile(b"dcdcdcp")
        code = Code(compiler.recipe)
        code.compiler = compiler
        kernel = Kernel(code, threads=None, lossy=False, single=True, engine="llvm")
        found.append((len(blob.code), kernel(0.3, 1.7)))
    (cut, first), (whole, second) = found
    assert first == second
    assert cut >= whole  # tables may be written more than once
    assert compiler.ir(b"dcdcdcp")[0].count("\n") > 6_000
