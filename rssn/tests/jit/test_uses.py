"""Counting uses per root, without walking every root."""

from rssn.jit._uses import UseCounts, count_uses

# 0: x   1: y   2: x*y   3: z   4: 2 + 3   5: 2 - 3
OPERANDS = [(), (), (0, 1), (), (2, 3), (2, 3)]
PRODUCTS = [False, False, True, False, False, False]
SUMS = [False, False, False, False, True, True]


def test_a_square_uses_its_operand_twice():
    """Uses are operand places, not users."""
    assert count_uses([(), (0, 0)], [1]) == [2, 0]


def test_with_one_root_nothing_varies():
    """The union is the root's own DAG."""
    counts = UseCounts(OPERANDS, [4], PRODUCTS, SUMS)
    assert not any(counts.varying)


def test_a_product_that_two_roots_add_varies():
    """It is used twice overall, and once in each root."""
    counts = UseCounts(OPERANDS, [4, 5], PRODUCTS, SUMS)
    assert [n for n, varies in enumerate(counts.varying) if varies] == [2, 4, 5]
    assert counts.within(4) == ([2, 4], {2: 1, 4: 0})


def test_a_shared_product_that_nobody_adds_does_not_vary():
    """Only additions fuse."""
    operands = [(), (0, 0), (1, 0), (1, 1)]
    counts = UseCounts(operands, [2, 3], [False, True, True, True], [False] * 4)
    assert not any(counts.varying)
