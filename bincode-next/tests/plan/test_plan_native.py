"""The native engine and its twin: the same bytes, values and errors, on types and inputs made at random."""

import copy
import dataclasses
import enum
import gc
import math
import pickle
import sys
import threading
import tracemalloc
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bincode_next.config import PURE_PYTHON, Config, Safety, legacy, standard, v3
from bincode_next.errors import DecodeError, EncodeError
from bincode_next.plan._plan_py import Plan as Twin
from bincode_next.schema import Schema
from bincode_next.schema import _nodes as n
from bincode_next.types import UNBOUNDED, Err, Excluded, Included, Ok, Range, RangeInclusive, Some

if PURE_PYTHON:
    pytest.skip("the native engine is not chosen", allow_module_level=True)

from bincode_next.plan._plan_c import Plan

CONFIGS = (
    standard(),
    legacy(),
    v3().with_big_endian(),
    legacy().with_big_endian(),
    standard().with_strict(),
    v3().with_fixed_int_encoding().with_strict(),
    legacy().with_variable_int_encoding(),
)
U8, U16, U32, U64, I64 = (
    n.Int(bits, signed) for bits, signed in ((8, False), (16, False), (32, False), (64, False), (64, True))
)


class Colour(enum.Enum):
    RED = 1
    GREEN = 2
    BLUE = 3


@dataclasses.dataclass
class Link:
    value: Any
    next: Any


class Sample(NamedTuple):
    """A node, and what makes values of it."""

    node: n.Node
    values: st.SearchStrategy[Any]


# ---------------------------------------------------------------- types at random


def integer(bits: int, signed: bool, nonzero: bool) -> Sample:
    low, high = (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) if signed else (0, (1 << bits) - 1)
    edges = st.sampled_from([low, high, min(high, 250), min(high, 251), high // 2])
    values = st.integers(low, high) | edges.filter(bool) if nonzero else st.integers(low, high) | edges
    return Sample(n.Int(bits, signed, nonzero=nonzero), values.filter(bool) if nonzero else values)


INTEGERS = st.builds(integer, st.sampled_from([8, 16, 32, 64, 128]), st.booleans(), st.booleans())
MEMBERS = n.Enum("Colour", tuple(n.Variant(c.name, n.Unit(), c) for c in Colour), python=Colour, style="enum")
LITERALS = n.Enum("Word", tuple(n.Variant(w, n.Unit(), w) for w in ("one", "two", "ß")), style="literal")
LEAVES = INTEGERS | st.sampled_from([
    Sample(n.Bool(), st.booleans()),
    Sample(n.Float(64), st.floats() | st.integers(-5, 5)),
    Sample(n.Float(32), st.floats(width=32)),
    Sample(n.Char(), st.characters(exclude_categories=["Cs"])),
    Sample(n.Str(), st.text(max_size=200)),
    Sample(n.Bytes(), st.binary(max_size=40) | st.builds(bytearray, st.binary(max_size=4))),
    Sample(n.Bytes(python="bytearray"), st.builds(bytearray, st.binary(max_size=40))),
    Sample(n.Bytes(length=5), st.binary(min_size=5, max_size=5)),
    Sample(n.Unit(), st.none()),
    Sample(MEMBERS, st.sampled_from(Colour)),
    Sample(LITERALS, st.sampled_from(["one", "two", "ß"])),
])  # fmt: skip


def several(part: Sample, python: type) -> Sample:
    return Sample(n.Seq(part.node, python), st.lists(part.values, max_size=5).map(python))


def fixed(part: Sample, length: int) -> Sample:
    return Sample(n.Array(part.node, length), st.lists(part.values, min_size=length, max_size=length))


def option(part: Sample) -> Sample:
    inner: st.SearchStrategy[Any] = part.values
    if isinstance(part.node, n.Option | n.Unit):
        inner = inner.map(Some)
    return Sample(n.Option(part.node), st.none() | inner)


def result(ok: Sample, err: Sample) -> Sample:
    return Sample(n.Result(ok.node, err.node), st.builds(Ok, ok.values) | st.builds(Err, err.values))


def bound(part: Sample) -> Sample:
    values = st.just(UNBOUNDED) | st.builds(Included, part.values) | st.builds(Excluded, part.values)
    return Sample(n.Bound(part.node), values)


def ends(part: Sample, inclusive: bool) -> Sample:
    cls = RangeInclusive if inclusive else Range
    return Sample(n.Range(part.node, inclusive), st.builds(cls, part.values, part.values))


def product(parts: list[Sample], style: str) -> Sample:
    """A class of a style with the fields f0, f1, …, and its instances."""
    names, values = [f"f{index}" for index in range(len(parts))], st.tuples(*(part.values for part in parts))
    if style == "tuple":
        return Sample(n.Tuple(tuple(part.node for part in parts)), values)
    fields = tuple(n.Field(name, part.node) for name, part in zip(names, parts, strict=True))
    if style == "typeddict":
        return Sample(
            n.Struct("D", fields, python=dict, style="typeddict"),
            values.map(lambda v: dict(zip(names, v, strict=True))),
        )
    cls: Any
    if style == "namedtuple":
        cls = NamedTuple("N", [(name, Any) for name in names])
        return Sample(n.Struct("N", fields, python=cls, style="namedtuple"), values.map(lambda v: cls(*v)))
    cls = dataclasses.make_dataclass(
        "C", [(name, Any) for name in names], slots=style != "plain", frozen=style == "frozen"
    )
    return Sample(n.Struct("C", fields, python=cls, style="dataclass"), values.map(lambda v: cls(*v)))


def union(parts: list[Sample]) -> Sample:
    made = [product([part], "slots" if index % 2 else "plain") for index, part in enumerate(parts)]
    variants = tuple(n.Variant(f"V{i}", each.node, each.node.python) for i, each in enumerate(made))
    number = n.Variant("Number", n.Tuple((I64,)), int, single=True)
    values = st.one_of(*(each.values for each in made), st.integers(-(2**63), 2**63 - 1))
    return Sample(n.Enum("U", (*variants, number)), values)


STYLES = ["tuple", "typeddict", "namedtuple", "slots", "plain", "frozen"]


def elements(part: Sample, python: type) -> Sample:
    return Sample(n.Set(part.node, python), st.frozensets(part.values, max_size=5).map(python))


def entries(key: Sample, part: Sample) -> Sample:
    return Sample(n.Map(key.node, part.node), st.dictionaries(key.values, part.values, max_size=5))


def composed(inner: st.SearchStrategy[Sample]) -> st.SearchStrategy[Sample]:
    hashable = INTEGERS | st.just(Sample(n.Str(), st.text(max_size=9)))
    return st.one_of(
        st.builds(several, inner, st.sampled_from([list, tuple, deque])),
        st.builds(elements, hashable, st.sampled_from([set, frozenset])),
        st.builds(entries, hashable, inner),
        st.builds(fixed, inner, st.integers(0, 3)),
        st.builds(option, inner),
        st.builds(result, inner, inner),
        st.builds(bound, inner),
        st.builds(ends, inner, st.booleans()),
        st.builds(product, st.lists(inner, max_size=5), st.sampled_from(STYLES)),
        st.builds(union, st.lists(inner, min_size=1, max_size=3)),
    )


SAMPLES = st.recursive(LEAVES, composed, max_leaves=8)


# ---------------------------------------------------------------- comparing


def outcome(call: Callable[..., Any], *arguments: Any) -> Any:
    """What a call comes to: its value, or its error with everything it says."""
    try:
        return call(*arguments)
    except (DecodeError, EncodeError) as error:
        return type(error), str(error), error.path, error.offset, getattr(error, "additional", None)


def form(value: Any) -> Any:
    """A value in a form that equality and NaN do not blur: types and bits."""
    if isinstance(value, float):
        return "nan" if math.isnan(value) else (value, math.copysign(1, value))
    if isinstance(value, set | frozenset):
        return type(value), sorted(map(repr, value))
    if isinstance(value, dict):
        return [(form(key), form(part)) for key, part in value.items()]
    if isinstance(value, list | tuple | deque):
        return type(value), [form(part) for part in value]
    if dataclasses.is_dataclass(value):
        return type(value), [form(getattr(value, field.name)) for field in dataclasses.fields(value)]
    return type(value), value


def both(node: n.Node, config: Config, *definitions: tuple[str, n.Node]) -> tuple[Plan, Twin]:
    schema = Schema(node, definitions)
    plan = Plan(schema, config)
    assert plan.encodes_natively, plan.reason
    assert plan.decodes_natively
    return plan, Twin(schema, config)


# A damaged length may ask for 65,536 empty objects, four times over: a second, whatever the profile allows an example.
@given(st.data(), st.sampled_from(CONFIGS))
@settings(max_examples=6 * settings().max_examples, deadline=None)
def test_engines_agree_on_types_values_and_broken_bytes(data: st.DataObject, config: Config) -> None:
    """Whatever the type: bytes, values and errors are those of the twin, for whole and for damaged input."""
    sample = data.draw(SAMPLES)
    plan, twin = both(sample.node, config)
    value = data.draw(sample.values)
    encoded = twin.encode(value)
    assert plan.encode(value) == encoded
    assert plan.size(value) == len(encoded)
    found, end = plan.decode(b"??" + encoded + b"!", 2)
    assert end == len(encoded) + 2
    assert form(found) == form(twin.decode(encoded)[0])
    damaged = bytearray(encoded)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged)))
        damaged[at : at + data.draw(st.integers(0, 2))] = data.draw(st.binary(max_size=3))
    wanted = outcome(twin.decode, bytes(damaged))
    for given_as in (bytes(damaged), damaged, memoryview(damaged)):
        assert form(outcome(plan.decode, given_as)) == form(wanted)


@given(SAMPLES, st.sampled_from(CONFIGS), st.data())
@settings(max_examples=3 * settings().max_examples, deadline=None)
def test_engines_agree_on_values_of_other_types(sample: Sample, config: Config, data: st.DataObject) -> None:
    """A value of another type is refused, or taken, with the same words."""
    plan, twin = both(sample.node, config)
    other = data.draw(data.draw(SAMPLES).values)
    assert outcome(plan.encode, other) == outcome(twin.encode, other)


# ---------------------------------------------------------------- classes as they are in life


def plain_pair() -> tuple[Any, Plan, Twin]:
    cls = dataclasses.make_dataclass("P", [("a", int), ("b", str)])
    fields = (n.Field("a", U32), n.Field("b", n.Str()))
    return cls, *both(n.Seq(n.Struct("P", fields, python=cls, style="dataclass")), standard())


def test_plain_objects_are_read_wherever_they_keep_their_values() -> None:
    """Looked at by `vars`, copied, filled in another order, with more attributes, with a dict of their own."""
    cls, plan, twin = plain_pair()
    looked_at, extra, other, late, deleted = cls(1, "x"), cls(2, "y"), cls(3, "z"), cls.__new__(cls), cls(5, "w")
    vars(looked_at)["note"] = 1
    extra.more = "more"
    other.__dict__ = {"b": "q", "a": 9, 7: 8}
    late.b, late.a = "late", 4
    del deleted.a
    deleted.a = 6
    many = cls(8, "m")
    for index in range(40):
        setattr(many, f"x{index}", index)
    values = [looked_at, copy.copy(extra), other, late, deleted, many, cls(10, "plain")]
    assert plan.encode(values) == twin.encode(values)
    decoded = plan.decode_value(plan.encode(values))
    assert [(each.a, each.b) for each in decoded] == [(each.a, each.b) for each in values]
    assert all(vars(each) == {"a": each.a, "b": each.b} for each in decoded)
    for each in decoded:
        each.more, each.a = 1, 2
        del each.b
        assert vars(each) == {"a": 2, "more": 1}


def test_a_missing_value_is_the_twins_error() -> None:
    """A field that was deleted is found missing in both."""
    cls, plan, twin = plain_pair()
    value = cls(1, "x")
    del value.b
    assert outcome(plan.encode, [value]) == outcome(twin.encode, [value])
    cls.b = "of the class"
    assert plan.encode([value]) == twin.encode([value]) == b"\1\1\x0cof the class"


def test_instances_of_derived_classes_and_properties_are_taken() -> None:
    """Values are what attributes say, also where a derived class computes them."""
    cls, plan, twin = plain_pair()

    class Derived(cls):  # type: ignore[misc, valid-type]
        @property
        def more(self) -> int:
            return 1

    assert plan.encode([Derived(1, "x")]) == twin.encode([Derived(1, "x")])


def test_classes_that_the_engine_leaves_to_the_twin_say_so() -> None:
    """A class whose incomplete objects would run code is the twin's, with the reason."""

    class Odd:
        a: int

        def __del__(self) -> None:
            """Look at fields that may not be there."""

    plan = Plan(Schema(n.Struct("X", (n.Field("a", U8),), python=Odd, style="dataclass")), standard())
    assert not plan.encodes_natively
    assert "twin" in plan.reason


def test_decoded_objects_are_whole_for_the_collector_pickle_and_copies() -> None:
    """They are tracked, in cycles they are freed, and they pickle and compare."""
    slots = product([Sample(U32, st.none()), Sample(n.Str(), st.none())], "slots")
    cls = slots.node.python
    plan, _ = both(n.Seq(slots.node), standard())
    one = plan.decode_value(plan.encode([cls(1, "x")]))[0]
    assert gc.is_tracked(one)
    assert one == cls(1, "x")
    assert copy.deepcopy(one) == one
    plain = plain_pair()
    two = plain[1].decode_value(plain[1].encode([plain[0](1, "x")]))[0]
    assert pickle.loads(pickle.dumps(vars(two))) == {"a": 1, "b": "x"}
    two.me = two
    assert gc.is_tracked(two)


# ---------------------------------------------------------------- depth, limits, memory


LINK = n.Struct(
    "Link", (n.Field("value", U16), n.Field("next", n.Option(n.Ref("Link")))), python=Link, style="dataclass"
)


def test_chains_of_100_000_neither_crash_nor_recurse() -> None:
    """Depth lies in memory, up to the limit of Safety; beyond it the error is the twin's."""
    plan, twin = both(LINK, standard(), ("Link", LINK))
    encoded = b"\1\1" * 99_999 + b"\1\0"
    value = plan.decode_value(encoded)
    assert plan.encode(value) == encoded
    while value is not None:
        value = value.next
    deeper = b"\1\1" * 100_001 + b"\1\0"
    assert outcome(plan.decode, deeper) == outcome(twin.decode, deeper)
    short, slow = both(LINK, standard().with_safety(Safety(depth=3)), ("Link", LINK))
    for depth in range(6):
        data = b"\1\1" * depth + b"\1\0"
        assert form(outcome(short.decode, data)) == form(outcome(slow.decode, data))


@pytest.mark.parametrize("safety", [Safety(elements=5), Safety(empty=5), Safety(memory=300), Safety(bytes=20)])
@pytest.mark.parametrize(
    "node", [n.Seq(U8), n.Seq(n.Unit()), n.Map(U8, n.Str()), n.Set(U8), n.Seq(n.Seq(n.Tuple(()))), n.Str()]
)
def test_safety_is_the_twins_whoever_decodes(safety: Safety, node: n.Node) -> None:
    """A limit reached gives the same error; one not reached the same value."""
    plan, twin = both(node, standard().with_safety(safety))
    for count in (*range(8), 250):
        data = bytes([count]) + b"\1" * 30
        assert form(outcome(plan.decode, data)) == form(outcome(twin.decode, data))


@pytest.mark.parametrize("count", [2**20, 2**40, 2**63, 2**64 - 1])
@pytest.mark.parametrize("item", [U8, n.Str(), n.Unit(), n.Tuple((U64, U8))])
def test_hostile_lengths_allocate_nothing(count: int, item: n.Node) -> None:
    """A length is held against the bytes that are left before anything is made."""
    for node in (n.Seq(item), n.Map(U8, item), n.Seq(item, tuple)):
        plan, twin = both(node, legacy())
        data = count.to_bytes(8, "little") + b"\0" * 20
        tracemalloc.start()
        try:
            found, peak = outcome(plan.decode, data), tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert peak < 1 << 20
        assert found == outcome(twin.decode, data)


def test_failures_leave_no_memory_behind() -> None:
    """Thousands of values that break off half-way, of every kind of container, are freed."""
    parts = [Sample(n.Str(), st.none()), Sample(n.Map(n.Str(), n.Seq(n.Str())), st.none()), Sample(U8, st.none())]
    nodes = [n.Seq(product(parts, style).node) for style in STYLES]
    item = b"\5aaaaa\1\3key\2\5first\6second\7"
    plans = [both(node, standard())[0] for node in nodes]

    def work() -> None:
        for plan in plans:
            for cut in range(2 * len(item)):
                with pytest.raises(DecodeError):
                    plan.decode((b"\2" + item * 2)[: cut + 1])

    work()
    gc.collect()
    tracemalloc.start()
    try:
        work()
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        for _ in range(5):
            work()
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < 20_000
    finally:
        tracemalloc.stop()


def test_reference_counts_of_what_is_shared_stay() -> None:
    """Values, members and classes are given back as often as they are taken."""
    sample = product(
        [Sample(MEMBERS, st.none()), Sample(LITERALS, st.none()), Sample(n.Option(U8), st.none())], "slots"
    )
    cls = sample.node.python
    plan, _ = both(n.Seq(sample.node), standard())
    value = [cls(Colour.RED, "ß", None), cls(Colour.BLUE, "one", 7)]
    encoded = plan.encode(value)
    plan.decode(encoded)
    watched = (cls, Colour.RED, Colour.BLUE, value[0], value[1], value, encoded, "ß")
    before = [sys.getrefcount(each) for each in watched]
    for _ in range(1000):
        plan.encode(value)
        plan.decode(encoded)
        outcome(plan.decode, encoded[:-1])
        outcome(plan.encode, [value[0], cls(Colour.RED, "ß", 256)])
    assert [sys.getrefcount(each) for each in watched] == before


def test_the_collector_is_as_it_was() -> None:
    """It rests within large values only, and stays off if it was off."""
    plan, _ = both(n.Seq(n.Tuple((U8,))), standard())
    encoded = plan.encode([(1,)] * 1000)
    plan.decode(encoded)
    assert gc.isenabled()
    outcome(plan.decode, encoded[:-1] + b"")
    assert gc.isenabled()
    gc.disable()
    try:
        plan.decode(encoded)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_threads_share_a_plan() -> None:
    """The scratch buffer is one call's at a time; the other calls do without."""
    plan, _ = both(n.Seq(n.Str()), standard())
    value = ["text" * 9] * 3000
    encoded, wrong = plan.encode(value), []

    def work() -> None:
        wrong.extend(1 for _ in range(50) if plan.encode(value) != encoded or plan.decode_value(encoded) != value)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_large_output_grows_and_is_exact() -> None:
    """Beyond the scratch buffer too, in many parts or one."""
    plan, twin = both(n.Seq(n.Bytes()), standard())
    for value in ([b"x" * 5000], [b"y" * 100] * 500, [b""] * 5000, [b"z" * 4090, b"", b"ab"]):
        assert plan.encode(value) == twin.encode(value)
