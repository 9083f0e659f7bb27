"""Running order: operands first, few values alive."""

import random

from rssn.jit._builder import Builder
from rssn.jit._order import running_order
from rssn.jit._steps import LEAVES


def alive(steps, order, outputs):
    """Return the largest number of values that are needed later at the same time."""
    last = {n: len(order) for n in outputs}
    for place, n in enumerate(order):
        if steps[n].operator not in LEAVES:
            for operand in steps[n].operands:
                last[operand] = max(last.get(operand, 0), place)
    current, most = set(), 0
    for place, n in enumerate(order):
        current = {m for m in current if last[m] > place} | {n}
        most = max(most, len(current))
    return most


def test_operands_come_first_and_every_needed_step_comes_once():
    """On random DAGs."""
    for seed in range(20):
        draw = random.Random(seed)
        b = Builder("f64")
        pool = [b.load(0), b.load(1)]
        for _ in range(200):
            pool.append(b.step(draw.choice(["add", "mul", "sub"]), draw.choice(pool), draw.choice(pool)))
        outputs = draw.sample(pool, 3)
        order = running_order(b.steps, outputs)
        place = {n: at for at, n in enumerate(order)}
        assert len(place) == len(order)
        assert set(outputs) <= set(order)
        for n in order:
            if b.steps[n].operator not in LEAVES:
                assert all(place[operand] < place[n] for operand in b.steps[n].operands)


def test_steps_that_no_output_needs_are_dropped():
    """Dead steps do not run."""
    b = Builder("f64")
    x = b.load(0)
    b.step("sqrt", x)
    assert running_order(b.steps, [x]) == [x]


def test_a_long_sum_keeps_few_values_alive():
    """The heavier operand first: a sum of 500 products needs a handful of registers."""
    b = Builder("f64")
    x, y = b.load(0), b.load(1)
    total = b.step("mul", x, y)
    for n in range(500):
        total = b.step("add", total, b.step("mul", b.step("add", x, b.constant(float(n))), y))
    assert alive(b.steps, running_order(b.steps, [total]), [total]) <= 6


def test_a_balanced_tree_needs_registers_by_its_depth():
    """Sethi and Ullman: 256 leaves, 8 levels, about 9 values, whichever way it was built."""
    b = Builder("f64")
    level = [b.step("sqrt", b.load(n)) for n in range(256)]
    while len(level) > 1:
        level = [b.step("sub", level[i], level[i + 1]) for i in range(0, len(level), 2)]
    assert alive(b.steps, running_order(b.steps, level), level) <= 11


def test_relatives_run_together():
    """Sine and cosine of one angle, powers of one base: what they share need not wait, nor be computed again."""
    b = Builder("f64")
    x, y = b.load(0), b.load(1)
    sine = b.step("sin", x)
    power = b.step("pow", x, b.constant(2.5))
    between = b.step("exp", y)
    total = b.step("add", b.step("add", sine, power), between)
    cosine, other = b.step("cos", x), b.step("pow", x, b.constant(3.5))
    unneeded = b.step("tan", x)
    late = b.step("pow", x, total)
    outputs = [total, b.step("mul", cosine, other), late]
    order = running_order(b.steps, outputs)
    assert abs(order.index(sine) - order.index(cosine)) == 1
    assert abs(order.index(power) - order.index(other)) <= 2  # the exponent may stand between
    assert unneeded not in order
    assert order.index(late) > order.index(total)


def test_outputs_that_read_the_same_arguments_run_together():
    """Whatever the order in which they were asked for, so that what they share is still there."""
    b = Builder("f64")
    x, y = b.load(0), b.load(1)
    root, other = b.step("sqrt", x), b.step("sqrt", y)
    both = b.step("mul", root, other)
    slopes = [b.step("div", b.constant(1.0), root), b.step("div", b.constant(1.0), other)]
    order = running_order(b.steps, [both, slopes[1], slopes[0]])
    assert order.index(root) < order.index(slopes[0]) < order.index(other) < order.index(slopes[1]) < order.index(both)
