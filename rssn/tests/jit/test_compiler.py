"""The compiler: loaded when something is compiled, and not before."""

import subprocess
import sys

import pytest

import rssn
from rssn.errors import OptionError, UnknownNameError
from rssn.expr import linearize
from rssn.jit._compiler import Compiler
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
