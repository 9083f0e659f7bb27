"""The strategies draw what they promise, and a first agreement: kernel and interpreter over whatever they draw."""

import numpy as np
from hypothesis import find, given

import rssn
from rssn.testing import EXACT_OPERATORS, assert_same_bits, batches, expressions


@given(expressions(operators=("add", "mul"), names=("a", "b"), whole_powers=False))
def test_only_the_operators_asked_for_are_drawn(expr: rssn.Expr) -> None:
    leaves = {"symbol", "integer", "rational", "float", "constant"}
    assert {node.operator for node in rssn.walk(expr)} <= {"add", "mul"} | leaves
    assert {symbol.name for symbol in expr.free_symbols} <= {"a", "b"}


@given(expressions())
def test_text_of_whatever_is_drawn_reads_back(expr: rssn.Expr) -> None:
    assert rssn.parse(str(expr)) == expr


def test_shared_parts_are_drawn() -> None:
    """Parts used twice are what tells a DAG from a tree."""

    def is_shared(expr: rssn.Expr) -> bool:
        return any(
            len(node.operands) == 2 and node.operands[0] == node.operands[1] and not node.operands[0].is_leaf
            for node in rssn.walk(expr)
        )

    assert is_shared(find(expressions(operators=("add", "neg")), is_shared))


@given(batches(dtypes=("f8", "f4", "i8", "u1", "?"), strided=True))
def test_columns_have_one_length_and_the_dtypes_asked_for(columns: dict[str, np.ndarray]) -> None:
    assert len({len(column) for column in columns.values()}) == 1
    assert {column.dtype.str[1:] for column in columns.values()} <= {"f8", "f4", "i8", "u1", "b1"}


@given(expressions(operators=EXACT_OPERATORS), batches(dtypes=("f8", "i4", "?"), strided=True))
def test_strict_kernels_agree_with_the_interpreter_bit_for_bit(expr: rssn.Expr, columns: dict[str, np.ndarray]) -> None:
    kernel = rssn.compile(expr, ["x", "y", "z"], math="strict")
    arrays = tuple(columns.values())
    assert_same_bits(kernel(*arrays), kernel.interpret(arrays))
