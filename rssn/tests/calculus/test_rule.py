"""What a record's derivative may hold, and what is refused."""

import pytest

from rssn import ops
from rssn.calculus import Choice, Choices, Flat, Partials, diff, gradient
from rssn.calculus._rule import A, B, G, R, operand, rule_of
from rssn.errors import OperatorError
from rssn.expr import apply, symbols

x, y = symbols("x y")


def made(name: str, rule: object, arity: tuple[int, int | None] = (1, 1)) -> str:
    """Register an operator with this derivative."""
    ops.register(
        ops.Operator(
            name=name, doc="A test's.", domain="all", arity=arity, cost=1, value=lambda *v: v[0], fold=None,
            derivative=rule,
        )
    )  # fmt: skip
    return name


def test_partials_may_be_written_without_the_seed() -> None:
    """`Partials.of` takes ordinary partial derivatives; None is no influence."""
    name = made("rule_plain", Partials.of(2 * A * B, None), (2, 2))
    assert diff(apply(name, x, y), x) == 2 * (x * y)
    assert diff(apply(name, x, y), y).value == 0


def test_a_term_may_name_the_result() -> None:
    name = made("rule_result", Partials((G * R,)))
    assert diff(apply(name, 3 * x), x) == 3 * apply(name, 3 * x)


def test_flat_is_no_derivative_at_all() -> None:
    assert gradient(apply(made("rule_flat", Flat()), x), [x])[0].value == 0


def test_a_blank_slot_is_an_error_when_it_is_reached() -> None:
    """And only then: where the operand does not depend on the variable nothing is asked."""
    name = made("rule_blank", None)
    assert diff(apply(name, y) * x, x) == apply(name, y)
    for work in (lambda: diff(apply(name, x), x), lambda: gradient(apply(name, x), [x])):
        with pytest.raises(OperatorError, match="derivative of 'rule_blank' is not known"):
            work()


@pytest.mark.parametrize(
    ("number", "rule", "message"),
    [
        (0, Partials((G, G)), "has 2 terms"),
        (1, Partials((G * x,)), "names 'x'"),
        (2, Partials((G * B,)), r"names '\?1'"),
        (3, "cos", "is no rule"),
        (4, Choices(lambda _: Choice((A > 0,), (0, 1))), "chooses an operand that is not there"),
        (5, Choices(lambda _: Choice((A > 0,), (0,))), "chooses an operand that is not there"),
        (6, Choices(lambda _: Choice((G > 0,), (0, 0))), r"names '\?g'"),
    ],
)
def test_rules_that_do_not_fit_are_refused(number: int, rule: object, message: str) -> None:
    name = made(f"rule_bad_{number}", rule)
    with pytest.raises(OperatorError, match=message):
        diff(apply(name, x), x)


def test_placeholders_are_numbered() -> None:
    assert (operand(0), operand(1)) == (A, B)
    assert rule_of("sin", 1) is ops.lookup("sin").derivative
    assert rule_of("floor", 1) is None
