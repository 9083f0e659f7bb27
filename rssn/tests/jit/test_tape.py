"""The Tape as a value to look at."""

import rssn
from rssn.jit import compile

x, y = rssn.symbols("x y")


def test_str_shows_one_line_per_step():
    """Fused steps read as what they compute."""
    text = str(compile(x * y + 1, [x, y], math="contract").schedule)
    assert "f64 contract(x, y)" in text
    assert "*" in text.splitlines()[4]
    assert text.splitlines()[-1].startswith("  return %")


def test_str_of_a_long_tape_is_cut():
    """A tape of 10,000 steps is not printed whole."""
    total = x
    for n in range(5000):
        total = total * y + n
    text = str(compile(total, [x, y]).schedule)
    assert len(text.splitlines()) < 2010
    assert "more" in text


def test_uniform_steps_are_those_of_constants():
    """What does not depend on an argument is the same in every row."""
    tape = compile(rssn.exp(rssn.constant(1)) * x, [x]).schedule
    named = {tape.steps[n].operator for n in tape.uniform}
    assert named == {"constant", "exp"}


def test_loaded_skips_arguments_that_are_not_used():
    """An argument may be named without being read."""
    assert compile(y + 1, [x, y]).schedule.loaded == (1,)


def test_equal_formulas_have_equal_tapes():
    """Tapes compare by value."""
    assert compile(x + y, [x, y]).schedule == compile(y + x, [x, y]).schedule
