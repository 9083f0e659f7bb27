"""Recipes: what kernels share code by."""

import rssn
from rssn.jit import compile
from rssn.jit._recipe import WIDTHS, Recipe


def test_a_kernel_carries_its_recipe():
    """Equal formulas written differently have equal ones."""
    x, y = rssn.symbols("x y")
    one, other = compile(x + y, [x, y], dtype="f32", width=4), compile(y + x, ["x", "y"], dtype="f32", width=4)
    wanted = Recipe(rssn.expr.linearize(x + y).to_bytes(), ("x", "y"), "f32", "contract", 4, None)
    assert one._code.recipe == other._code.recipe == wanted
    assert one._code is other._code


def test_widths_are_powers_of_two():
    """So that rows beyond the last whole vector are found by a mask."""
    assert all(width & (width - 1) == 0 for width in WIDTHS)
