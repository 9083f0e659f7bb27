"""The vocabulary of primitive steps."""

from rssn.jit._emit_steps import _STEPS
from rssn.jit._steps import COMMUTATIVE, LEAVES, SIGNATURES, is_call, signature
from rssn.jit._values import VALUES


def test_every_primitive_has_a_meaning_and_machine_code():
    """A step that only one half knows would be found at run time, by a user."""
    computed = set(SIGNATURES) - LEAVES
    assert computed - {"number"} == set(VALUES)  # the interpreter needs the tape's type for that one
    assert computed == set(_STEPS)


def test_a_name_that_is_no_primitive_is_a_call_on_reals():
    """Elementary functions need no entry of their own."""
    assert is_call("sin")
    assert signature("atan2", 2) == ("rr", "r")


def test_swapping_is_allowed_only_where_both_operands_are_of_a_kind():
    """fma's two factors may be swapped, select's branches may not."""
    assert all(SIGNATURES[name][0][0] == SIGNATURES[name][0][1] for name in COMMUTATIVE)
    assert "select" not in COMMUTATIVE
    assert "sub" not in COMMUTATIVE
