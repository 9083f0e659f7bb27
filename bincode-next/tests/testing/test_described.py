"""Descriptions become hints, and values come back from Python as they were described."""

import dataclasses
import enum
from collections import deque
from typing import Any, get_args

import pytest

from bincode_next.schema import Bytes, Enum, Seq, Struct, Tuple, Unit
from bincode_next.testing._described import Described
from bincode_next.testing._scalars import plain
from bincode_next.types import UNBOUNDED, Ok, Some

POINT = {"struct": "Point", "fields": [["x", "f64"], ["from", "f64"]]}
SHAPE = {"enum": "Shape", "variants": [["Unit", None], ["Tuple", ["u8", "u32"]], ["Struct", [["a", "i64"]]]]}
TREE = {"struct": "Tree", "fields": [["v", "i32"], ["kids", {"vec": {"ref": "Tree"}}]]}
EXPR = {"enum": "Expr", "variants": [["Lit", ["u8"]], ["Neg", [{"ref": "Expr"}]]]}
ONE = "f64:0x3ff0000000000000"

VALUES: list[tuple[Any, Any]] = [
    ("u8", 5),
    ("i128", "-170141183460469231731687303715884105728"),
    ("f32", "f32:0x7f802000"),
    ("f64", "f64:0xfff8000000000001"),
    ({"option": {"option": "u8"}}, {"some": {"some": 5}}),
    ({"option": "unit"}, {"some": None}),
    ({"result": ["u8", "string"]}, {"err": "x"}),
    ({"vec": "u8"}, "hex:0102"),
    ({"array": ["u16", 2]}, [1, 2]),
    ({"map": ["u8", "string"]}, [[1, "a"], [2, "b"]]),
    ({"set": "u16"}, [1, 2]),
    ({"tuple": ["u8", "string"]}, [1, "a"]),
    ({"bound": "u8"}, {"excluded": 5}),
    ({"bound": "u8"}, {"unbounded": None}),
    ({"range": "u8"}, {"start": 1, "end": 2}),
    (POINT, {"x": ONE, "from": ONE}),
    (SHAPE, {"Unit": None}),
    (SHAPE, {"Tuple": [1, 2]}),
    (SHAPE, {"Struct": {"a": -1}}),
    (TREE, {"v": 1, "kids": [{"v": 2, "kids": []}]}),
    (EXPR, {"Neg": [{"Neg": [{"Lit": [1]}]}]}),
    ({"struct": "Empty", "fields": []}, {}),
    ({"struct": "Marker", "unit": True}, None),
    ({"struct": "Meters", "tuple": ["f64"]}, [ONE]),
    ({"enum": "Wide", "unit_variants": 300, "prefix": "V"}, {"V299": None}),
    ("socketaddr", {"ip": "::1", "port": 80, "flowinfo": 1, "scope_id": 2}),
    ("duration", {"secs": 1, "nanos": 2}),
    ("cstring", "hex:61"),
]


@pytest.mark.parametrize(("said", "value"), VALUES, ids=str)
def test_values_come_back_as_they_were_described(said: Any, value: Any) -> None:
    it = Described(said)
    assert plain(it.show(it.load(value))) == plain(value)


def test_types_are_those_a_user_would_write() -> None:
    assert dataclasses.is_dataclass(Described(POINT).hint)
    assert [field.name for field in Described(POINT).schema.root.fields] == ["x", "from"]
    assert Described(POINT).load({"x": ONE, "from": ONE}).from_ == 1.0
    assert [cls.__name__ for cls in get_args(get_args(Described(SHAPE).hint)[0])] == ["Unit", "Tuple", "Struct"]
    units = Described({"enum": "E", "variants": [["A", None], ["B", None]], "discriminants": [-1, 5]})
    assert issubclass(units.hint, enum.Enum)
    assert units.load({"B": None}).value == 5
    assert Described({"option": {"option": "u8"}}).load({"some": None}) == Some(None)
    assert Described({"result": ["u8", "u8"]}).load({"ok": 1}) == Ok(1)
    assert Described({"bound": "u8"}).load({"unbounded": None}) is UNBOUNDED


def test_rusts_own_containers_are_told_apart() -> None:
    vec = {"vec": "u8"}
    assert Described(vec).schema.root == Bytes()
    assert Described(vec, "Box<[u8]>").schema.root == Bytes(borrowed=True)
    assert Described({"slice": "u8"}).schema.root == Bytes(borrowed=True)
    many = Described(vec, "VecDeque < u8 >")
    assert isinstance(many.schema.root, Seq)
    assert many.load("hex:0102") == deque([1, 2])
    assert many.show(deque([1, 2])) == "hex:0102"
    assert Described("unit", "PhantomData<u8>").schema.root == Unit("PhantomData")


def test_an_enum_of_one_variant_stays_one() -> None:
    root = Described({"enum": "Single", "variants": [["Z", [{"bits": [5, "u8"]}]]], "derive": "BitPacked"}).schema.root
    assert isinstance(root, Enum)
    assert (len(root.variants), root.packed) == (1, True)


def test_structs_without_names_and_without_fields() -> None:
    meters = Described({"struct": "Meters", "tuple": ["f64"]}).schema.root
    assert isinstance(meters, Struct)
    assert meters.positional
    empty = Described({"struct": "Empty", "fields": []}).schema.root
    assert isinstance(empty, Struct)
    assert isinstance(Described({"struct": "Marker", "unit": True}).schema.root, Unit)
    assert isinstance(Described({"tuple": []}).schema.root, Tuple)
