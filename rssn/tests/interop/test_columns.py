"""`Columns`: operands stand before their users, and truth values are told from numbers."""

from hypothesis import given

import rssn
from rssn.interop._columns import Columns
from rssn.testing import expressions


@given(expressions(max_steps=10))
def test_operands_stand_before_their_users(e: rssn.Expr) -> None:
    columns = Columns([e])
    assert len(columns) == rssn.count_nodes(e)
    assert all(operand < node for node, operands in enumerate(columns.operands) for operand in operands)
    assert columns.roots == [len(columns) - 1]


def test_truth_values() -> None:
    columns = Columns([rssn.parse("where(x, a < b, not y)"), rssn.parse("where(a < b, 1, 2)")])
    assert [columns.is_truth[root] for root in columns.roots] == [True, False]
    assert columns.wants_truth(columns.roots[0]) == [True, True, True]
    assert columns.wants_truth(columns.roots[1]) == [True, False, False]
