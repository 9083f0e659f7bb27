"""Rules as steps over registers."""

from rssn.calculus._program import plan_of, registers
from rssn.expr import apply, symbols

x, y = symbols("x y")


def run(program, node, seed):
    """Apply the steps as they stand."""
    values = registers(program, node.operands, node, seed)
    for name, places in program.steps:
        values.append(apply(name, *[values[place] for place in places]))
    return [values[place] for place in program.answers]


def test_a_term_runs_over_operands_result_and_seed() -> None:
    e, g = x / y, symbols("g")
    plan = plan_of("div", 2)
    assert run(plan.terms[0], e, g) == [g / y]
    assert run(plan.terms[1], e, g) == [-(e * (g / y))]


def test_conditions_share_one_program() -> None:
    """So that n operands of max need about 2n steps, not n²."""
    plan = plan_of("max", 50)
    assert len(plan.conditions.answers) == 49
    assert len(plan.conditions.steps) < 100
    assert plan.chosen == tuple(range(50))


def test_no_plan_where_the_derivative_is_zero() -> None:
    assert plan_of("floor", 1) is None
