"""Random formulas, the same for the same seed: what people write, not what is easy to improve.

A formula is a tree of sums, differences, products, quotients, whole and half
powers and functions over a few columns and numbers, of 8 to 40 operators. What
makes no sense to compute is not written (x - x, x/x, powers of numbers), and
every argument of a function keeps to where the function is defined.
"""

from __future__ import annotations

from random import Random

COLUMNS = ("x", "y", "z", "w")
NUMBERS = ("2", "3", "5", "7", "0.1", "0.3", "1.7", "2.5", "12")
FUNCTIONS = ("sin({0})", "cos({0})", "exp(-{0})", "log(1 + ({0})^2)", "sqrt(1 + ({0})^2)", "tanh({0})", "atan({0})")
POWERS = ("({0})^2", "({0})^3", "({0})^2", "({0})^4")


def formulas(count: int, seed: int) -> list[str]:
    """Return so many formulas."""
    random = Random(seed)
    return [_tree(random, random.randint(8, 40)) for _ in range(count)]


def _tree(random: Random, size: int) -> str:
    """Return a tree with about so many operators."""
    if size <= 0:
        return random.choice(COLUMNS) if random.random() < 0.75 else random.choice(NUMBERS)
    kind = random.random()
    if kind < 0.12 and size > 1:
        return random.choice(FUNCTIONS).format(_tree(random, size - 2))
    if kind < 0.25:
        return random.choice(POWERS).format(_with_column(random, size - 1))
    split = random.randint(0, size - 1)
    left, right = _tree(random, split), _with_column(random, size - 1 - split)
    if left == right:
        return f"({left} * {right})"
    if kind < 0.5:
        return f"({left} + {right})"
    if kind < 0.65:
        return f"({left} - {right})"
    if kind < 0.85:
        return f"({left} * {right})"
    return f"({left} / {right})"


def _with_column(random: Random, size: int) -> str:
    text = _tree(random, size)
    return text if any(name in text for name in COLUMNS) else random.choice(COLUMNS)
