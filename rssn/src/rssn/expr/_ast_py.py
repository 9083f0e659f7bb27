"""`columns`: expressions into the fields of an Ast; `rebuild`: the fields into expressions. `_ast_c.pyx`, to read."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from rssn.errors import FormatError, OptionError

from ._bytes import Fields
from ._common import CONSTANT_NAMES, LEAF_KINDS
from ._store_py import HOOKS, Expr, _commutative, constant, make, need_expr, operator_for, symbol
from ._walk_py import check, postorder


def columns(roots: Expr | Sequence[Expr]) -> Fields:
    """Return the fields of the Ast of a sequence of expressions (or of one), in the order `Ast` takes them."""
    listed = check([roots] if isinstance(roots, Expr) else list(roots))
    # Backwards twice: users before operands, and for a tree exactly prefix order.
    nodes = postorder(listed, backwards=True)[::-1]
    index = {id(node): at for at, node in enumerate(nodes)}
    codes = {kind: at for at, kind in enumerate(LEAF_KINDS)}
    code, first, count, links = array("H"), array("I"), array("I"), array("i")
    constants: list[Any] = []
    names: list[Any] = []
    for at, node in enumerate(nodes):
        code.append(codes.setdefault(node.operator, len(codes)))
        count.append(len(node.operands))
        if not node.is_leaf:
            first.append(len(links))
            links.extend(index[id(operand)] - at for operand in node.operands)
            continue
        table = names if node.operator == "symbol" else constants
        first.append(len(table))
        table.append(node._leaf)
    flags = tuple(_commutative.get(name, False) for name in codes)
    found = array("I", (index[id(root)] for root in listed))
    return tuple(codes), flags, code, first, count, links, tuple(constants), tuple(names), found


def rebuild(*fields: Any) -> list[Expr]:
    """Return the expressions of an Ast as a list, one for each root. Raises FormatError where the columns disagree."""
    operators, commutative, code, first, count, links, constants, names, roots = fields
    _check_columns(operators, commutative, code, first, count, links)
    for name, flag in list(zip(operators, commutative, strict=True))[len(LEAF_KINDS) :]:
        operator_for(name, flag)
    made: list[Any] = [None] * len(code)
    for at in range(len(code) - 1, -1, -1):
        kind, start, many = code[at], first[at], count[at]
        if kind < len(LEAF_KINDS) and many == 0:
            made[at] = _leaf(LEAF_KINDS[kind], start, constants, names)
            continue
        if kind < len(LEAF_KINDS) or kind >= len(operators) or start + many > len(links):
            raise FormatError("a node of the Ast has an impossible operator or operands", where=f"node {at}")
        if any(link <= 0 or at + link >= len(code) for link in links[start : start + many]):
            raise FormatError("an operand of the Ast does not come after its user", where=f"node {at}")
        made[at] = make(operators[kind], tuple([made[at + link] for link in links[start : start + many]]))
    for root in roots:
        if type(root) is not int or not 0 <= root < len(code):
            raise FormatError("a root of the Ast is not one of its nodes", found=repr(root))
    return [made[root] for root in roots]


def _check_columns(operators: Any, commutative: Any, code: Any, first: Any, count: Any, links: Any) -> None:
    try:
        typecodes = [column.typecode for column in (code, first, count, links)]
        same = len(operators) == len(commutative) < 0xFFFF and len(code) == len(first) == len(count)
    except (TypeError, AttributeError) as error:
        raise FormatError("the columns of the Ast have the wrong types", found=str(error)) from error
    if typecodes != ["H", "I", "I", "i"] or not all(isinstance(name, str) for name in operators):
        raise FormatError("the columns of the Ast have the wrong types", found=repr(typecodes))
    if tuple(operators[: len(LEAF_KINDS)]) != LEAF_KINDS:
        raise FormatError("the Ast does not begin with the kinds of leaves", found=repr(operators[: len(LEAF_KINDS)]))
    if not same:
        raise FormatError("the columns of the Ast differ in length")


def _leaf(kind: str, first: int, constants: Sequence[Any], names: Sequence[Any]) -> Expr:
    table = names if kind == "symbol" else constants
    if first >= len(table):
        raise FormatError(f"a node of the Ast names a {kind} that is not there")
    value = table[first]
    if kind == "symbol":
        try:
            return symbol(value)
        except OptionError as error:
            raise FormatError("a symbol of the Ast has an impossible name", found=ascii(value)) from error
    if kind == "constant" and value in CONSTANT_NAMES:
        return constant(value)
    if kind != "constant" and type(value) is {"integer": int, "rational": Fraction, "float": float}[kind]:
        return need_expr(value)
    raise FormatError("a constant of the Ast is not of its kind", found=repr(value)[:80], wanted=kind)


HOOKS.columns = columns
