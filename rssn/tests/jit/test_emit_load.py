"""What the loop does with integers of 64 bits: it collects, and says so once. (`test_arguments.py` calls kernels.)"""

import pytest

import rssn
from rssn.jit import compile
from rssn.jit._codegen import generate
from rssn.jit._signature import Signature
from rssn.vectormath import features

x, y = rssn.symbols("x y")


def loop_and_end(signature, cpu="avx512"):
    chosen = features(cpu)
    tape = compile(x * y, [x, y]).schedule
    text = str(generate(tape, Signature.parse(signature, 2), chosen, chosen.width)[0])
    return text.partition("loop:")[2].partition("done:")[::2]


@pytest.mark.parametrize(("letter", "instructions"), [(b"k", 4), (b"K", 3), (b"t", 6)])
def test_a_check_is_a_few_instructions_without_a_branch(letter, instructions):
    """Beside those of the same column unchecked: the range, the mask, the register. No second pass."""
    plain = loop_and_end({b"k": b"l", b"K": b"L", b"t": b"M"}[letter] + b"cdcdcp")[0]
    checked, end = loop_and_end(letter + b"cdcdcp")
    assert 0 < checked.count("\n") - plain.count("\n") <= instructions + 1
    assert checked.count("br ") == plain.count("br ") == 2
    assert "store i32 1" in end


def test_a_column_that_is_not_checked_costs_nothing():
    """lossy=True, and every type that fits."""
    for letter in b"dfelLiIhHbB?M":
        loop, end = loop_and_end(bytes([letter]) + b"cdcdcp")
        assert "%lost" not in loop + end


def test_a_scalar_is_looked_at_before_the_loop():
    """Nothing is left in the loop but the register."""
    loop, _ = loop_and_end(b"ksdcdcp")
    assert "icmp ugt" not in loop
