"""Forms of hints: equal ones stand for equal nodes, and what has no bytes is refused with its field's path."""

# ruff: noqa: UP006, UP007, UP035, UP045  (old spellings are tested too)

import sys
import types as python_types
from collections import deque
from collections.abc import Callable, Mapping, MutableSequence, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any, Deque, Dict, Final, Generic, List, Literal, NewType, Optional, Self, TypeVar, Union

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bincode_next.types as fixed
from bincode_next.errors import SchemaError
from bincode_next.schema import (
    Array,
    Bool,
    Bytes,
    Char,
    Custom,
    Field,
    Float,
    Int,
    Map,
    Node,
    Option,
    Ref,
    Seq,
    Set,
    Str,
    Struct,
    Tuple,
    Unit,
    schema_of,
)
from bincode_next.types import Codec, NotZero, char, f32, i8, register, u8, u16, u64, unregister, usize

T = TypeVar("T")
UserId = NewType("UserId", int)

LEAVES: list[tuple[Any, Node]] = [
    (int, Int(64, True)),
    (bool, Bool()),
    (float, Float(64)),
    (str, Str()),
    (bytes, Bytes()),
    (None, Unit()),
    (u8, Int(8, False)),
    (i8, Int(8, True)),
    (usize, Int(64, False, pointer=True)),
    (Annotated[u16, NotZero()], Int(16, False, nonzero=True)),
    (f32, Float(32)),
    (char, Char()),
    (UserId, Int(64, True)),
    (tuple[()], Tuple(())),
]


def pairs() -> st.SearchStrategy[tuple[Any, Node]]:
    """Hints, each with the node that it must become."""
    return st.recursive(
        st.sampled_from(LEAVES),
        lambda inner: st.one_of(
            inner.map(lambda pair: (list[pair[0]], Seq(pair[1]))),
            inner.map(lambda pair: (List[pair[0]], Seq(pair[1]))),
            inner.map(lambda pair: (Sequence[pair[0]], Seq(pair[1]))),
            inner.map(lambda pair: (deque[pair[0]], Seq(pair[1], rust="VecDeque"))),
            st.sampled_from(LEAVES).map(lambda pair: (frozenset[pair[0]], Set(pair[1]))),
            inner.map(lambda pair: (tuple[pair[0], ...], Seq(pair[1]))),
            inner.map(lambda pair: (Final[pair[0]], pair[1])),
            inner.filter(lambda pair: pair[0] is not None).map(
                lambda pair: (list[Optional[pair[0]]], Seq(Option(pair[1])))
            ),
            st.tuples(st.sampled_from(LEAVES), inner).map(
                lambda two: (dict[two[0][0], two[1][0]], Map(two[0][1], two[1][1]))
            ),
            st.tuples(inner, inner).map(lambda two: (tuple[two[0][0], two[1][0]], Tuple((two[0][1], two[1][1])))),
        ).filter(lambda pair: "Final[" not in repr(pair[0])[1:]),
        max_leaves=6,
    )


@given(pairs())
def test_a_hint_becomes_the_node_of_its_parts(pair: tuple[Any, Node]) -> None:
    """Whatever containers are put together, their nodes are put together the same way."""
    hint, node = pair
    schema = schema_of(hint)
    assert schema.root == node
    assert hash(schema) == hash(schema_of(hint))
    assert schema_of(hint) is schema
    assert str(schema)


def test_the_old_spellings_are_the_same() -> None:
    """`typing`'s capital names, `Optional` and `Union`."""
    assert schema_of(Dict[str, List[int]]) == schema_of(dict[str, list[int]])
    assert schema_of(Deque[int]) == schema_of(deque[int])
    assert schema_of(Optional[u8]) == schema_of(u8 | None) == schema_of(Union[None, u8])
    assert schema_of(Mapping[str, u8]) == schema_of(dict[str, u8])
    assert schema_of(MutableSequence[u8]).root == Seq(Int(8, False))


def test_containers_are_made_of_the_class_in_the_hint() -> None:
    """What is compared is the wire; what is made is the hint's class."""
    assert schema_of(list[u8]) == schema_of(tuple[u8, ...])
    kinds = [schema_of(hint).root for hint in (list[u8], tuple[u8, ...], deque[u8], set[u8], frozenset[u8])]
    assert [kind.python for kind in kinds if isinstance(kind, Seq | Set)] == [list, tuple, deque, set, frozenset]


def test_the_order_of_a_union_tells_schemas_apart() -> None:
    """Python finds `A | B` and `B | A` equal; their tags are not."""
    assert (int | str) == (str | int)
    assert schema_of(int | str) != schema_of(str | int)
    assert schema_of(list[int | str]) != schema_of(list[str | int])
    assert schema_of(Literal["a", "b"]) != schema_of(Literal["b", "a"])


@dataclass
class Pair(Generic[T]):
    first: T
    second: list[T]


@dataclass
class Named(Pair[str]):
    third: u8


@dataclass
class Twice(Pair[list[T]], Generic[T]):
    third: T


def of_struct(node: Node) -> list[Node]:
    assert isinstance(node, Struct)
    return [item.node for item in node.fields]


def test_generic_classes_take_arguments() -> None:
    """Each use of a generic class is described with its own arguments, in bases too."""
    assert of_struct(schema_of(Pair[u8]).root) == [Int(8, False), Seq(Int(8, False))]
    assert of_struct(schema_of(Pair[Pair[bool]]).root)[1] == Seq(schema_of(Pair[bool]).root)
    assert of_struct(schema_of(Named).root) == [Str(), Seq(Str()), Int(8, False)]
    assert of_struct(schema_of(Twice[u8]).root) == [Seq(Int(8, False)), Seq(Seq(Int(8, False))), Int(8, False)]
    assert schema_of(Pair[u8]) != schema_of(Pair[u16])


def test_a_generic_class_needs_its_arguments() -> None:
    """The field whose type is open is named."""
    with pytest.raises(SchemaError, match=r"at Pair\.first: the type variable T has no argument"):
        schema_of(Pair)


@dataclass
class Tree:
    value: u8
    left: "Tree | None" = None
    right: Optional["Tree"] = None
    others: list[Self] = ()


def test_a_type_that_contains_itself_ends_in_a_reference() -> None:
    """It is met once, then referred to."""
    schema = schema_of(Tree)
    node = schema.root
    assert of_struct(node) == [Int(8, False), Option(Ref("Tree")), Option(Ref("Tree")), Seq(Ref("Tree"))]
    assert schema.definitions == (("Tree", node),)
    assert schema_of(list[Tree]).root == Seq(node)
    assert schema_of(Optional[Tree]) == schema_of(Tree | None)


@dataclass
class Node1:
    to: "list[Node2]"


@dataclass
class Node2:
    back: "list[Node1]"


def test_types_that_contain_each_other() -> None:
    """The one that is met first is the one referred to."""
    assert [name for name, _ in schema_of(Node1).definitions] == ["Node1"]
    assert [name for name, _ in schema_of(tuple[Node2, Node1]).definitions] == ["Node2"]


def test_two_types_of_one_name_have_two_labels() -> None:
    """Definitions never answer for each other."""

    def another() -> type:
        @dataclass
        class Tree:
            deep: "list[Tree]"

        return Tree

    schema = schema_of(tuple[Tree, another()])
    assert [name for name, _ in schema.definitions] == ["Tree", "Tree#2"]


@dataclass
class Grows(Generic[T]):
    next: "Grows[list[T]] | None"


def test_a_type_that_grows_forever_is_refused() -> None:
    """A generic class inside itself with larger arguments would never end."""
    with pytest.raises(SchemaError, match="nested too deeply"):
        schema_of(Grows[u8])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax is of 3.12")
def test_aliases_of_the_type_statement() -> None:
    """They name what they stand for, take arguments, and may contain themselves."""
    module = python_types.ModuleType("aliases")
    exec(
        "from bincode_next.types import u8\n"
        "type Json = None | u8 | list[Json] | dict[str, Json]\n"
        "type Two[T] = tuple[T, T]\n"
        "type Endless = Endless\n",
        module.__dict__,
    )
    schema = schema_of(module.Json)
    assert [name for name, _ in schema.definitions] == ["Json"]
    assert "enum Json" in str(schema)
    assert schema_of(module.Two[u8]) == schema_of(tuple[u8, u8])
    with pytest.raises(SchemaError, match="has an end"):
        schema_of(module.Endless)


class Money:
    def __init__(self, cents: int) -> None:
        self.cents = cents


def test_a_codec_stands_for_a_class() -> None:
    """In `Annotated` for one field, registered for all; the one in `Annotated` goes before."""
    near: Any = Annotated[Money, Codec(u64, lambda money: money.cents, Money)]
    assert schema_of(near).root == Custom(Int(64, False), "Money", str, str)
    with pytest.raises(SchemaError, match="Money has no bytes"):
        schema_of(Money)
    register(Money, str, lambda money: str(money.cents), lambda text: Money(int(text)))
    try:
        assert schema_of(list[Money]).root == Seq(Custom(Str(), "Money", str, str))
        assert schema_of(near).root == Custom(Int(64, False), "Money", str, str)
    finally:
        unregister(Money)
    with pytest.raises(SchemaError, match="Money has no bytes"):
        schema_of(list[Money])


def test_a_registered_codec_may_contain_its_class() -> None:
    """It ends in a reference, as a class does."""
    register(Money, list[Money], list, lambda _: Money(0))
    try:
        assert schema_of(Money).root == Custom(Seq(Ref("Money")), "Money", str, str)
    finally:
        unregister(Money)


@dataclass
class Inner:
    fine: u8
    wrong: "dict[str, tuple[u8, object]]"


@dataclass
class Outer:
    items: list[Inner]


def refusal(hint: Any) -> SchemaError:
    with pytest.raises(SchemaError) as caught:
        schema_of(hint)
    return caught.value


def test_the_path_leads_to_what_has_no_bytes() -> None:
    """Through lists, maps and tuples."""
    assert refusal(Outer).path == "Outer.items[].wrong[][1]"
    assert refusal(list[Inner]).path == "[].wrong[][1]"


@pytest.mark.parametrize(
    ("hint", "advice"),
    [
        (list, "list[u8]"),
        (tuple, "tuple[u8, str]"),
        (dict, "dict[str, u8]"),
        (object, "a type of its own"),
        (Any, "a type of its own"),
        (complex, "As("),
        (range, "Range[i64]"),
        (Callable[[], int], "Codec"),
        (type[int], "Codec"),
        (Money, "dataclass"),
    ],
)
def test_a_refusal_says_what_to_do(hint: Any, advice: str) -> None:
    """What is written instead."""
    assert advice in str(refusal(hint))


ODD: list[Any] = [
    *(3, 3.5, (), [], [int], {}, {"a": int}, ..., print, Generic, Final, Literal, Self, T, Dict, List, type, None),
    *(object(), Annotated[int, object()], Annotated[int, [1]], Annotated[object, Codec("x", int, int)], python_types),
    *(Generic[T], Tree, Tree(1), "1 +", "", Union[int, str], Optional[T], fixed.Array, fixed.NonZero, fixed.Result),
]


@given(st.recursive(st.sampled_from(ODD), lambda part: st.tuples(st.sampled_from("lduto"), part, part), max_leaves=6))
def test_any_hint_is_described_or_refused(parts: Any) -> None:
    """Nothing else comes out, however odd the parts are."""
    with suppress(SchemaError):
        schema = schema_of(odd_hint(parts))
        assert hash(schema) == hash(schema_of(odd_hint(parts)))
        assert str(schema)


def odd_hint(parts: Any) -> Any:
    if not isinstance(parts, tuple) or len(parts) != 3:
        return parts
    kind, one, two = parts[0], odd_hint(parts[1]), odd_hint(parts[2])
    try:
        made = {"l": lambda: list[one], "d": lambda: dict[one, two], "t": lambda: tuple[one, two]}
        return {**made, "u": lambda: Union[one, two], "o": lambda: Optional[one]}[kind]()
    except (TypeError, SyntaxError, IndexError):
        return one


def test_a_hint_in_a_string_needs_a_class_around_it() -> None:
    """Alone there is no module to look its names up in."""
    assert "'Tree' means nothing here" in str(refusal("Tree"))
    assert "'Tree' means nothing here" in str(refusal(list["Tree"]))


def test_fields_keep_their_names_bits_and_order() -> None:
    """A field of the node is a field of the class."""
    node = schema_of(Named).root
    assert isinstance(node, Struct)
    assert node.fields == (Field("first", Str()), Field("second", Seq(Str())), Field("third", Int(8, False)))
    assert node.name == "Named"
    assert node.python is Named


N = TypeVar("N")


@dataclass
class Matrix(Generic[N]):
    rows: fixed.Array[fixed.Array[f32, Literal[2]], N]


def test_arrays_of_a_generic_length() -> None:
    """A constant argument of a generic class is a Literal."""
    assert schema_of(Matrix[Literal[3]]).root == Struct("Matrix", (Field("rows", Array(Array(Float(32), 2), 3)),))
    assert "a length is a number" in str(refusal(Matrix[str]))
