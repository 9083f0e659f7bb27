"""Native nodes and their twin: the same numbers, the same bytes, each reads what the other wrote."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from math import isnan
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import rssn
from rssn import config, errors
from rssn.expr import Expr, walk
from rssn.storage import _evaluate, _evaluate_py, _handle_py, _layout, _nodes_py, _pages_py
from rssn.testing import expressions

if config.PURE_PYTHON:
    pytest.skip("the native modules are compared where they are loaded", allow_module_level=True)

from rssn.storage import _evaluate_c, _handle_c, _nodes_c, _pages_c

NATIVE = SimpleNamespace(
    Nodes=_nodes_c.Nodes,
    part=_handle_c.part,
    number_of=_handle_c.number_of,
    checksum=_pages_c.checksum,
    run=_evaluate_c.run,
)
TWIN = SimpleNamespace(
    Nodes=_nodes_py.Nodes,
    part=_handle_py.part,
    number_of=_handle_py.number_of,
    checksum=_pages_py.checksum,
    run=_evaluate_py.run,
)
ENGINES = pytest.mark.parametrize("engine", [NATIVE, TWIN], ids=["native", "twin"])
x, y, z = rssn.symbols("x y z")


class Disk:
    """A file that extents are appended to."""

    def __init__(self, path: Path, engine: Any, memory: int = 0) -> None:
        self.descriptor = os.open(path, os.O_RDWR | os.O_CREAT)
        self.nodes = engine.Nodes([], memory, self.append)
        self.number = self.nodes.add_file(str(path), self.descriptor)
        self.extents: list[tuple[int, int, int]] = []
        self.end = 0

    def append(self, parts: list[Any], first: int, count: int) -> tuple[int, int]:
        data = b"".join(parts)
        assert first == sum(extent[2] for extent in self.extents)
        place = self.end
        self.end += os.pwrite(self.descriptor, data, place)
        self.extents.append((place, len(data), count))
        return self.number, place

    def again(self, engine: Any, memory: int = 0) -> Any:
        """Nodes of an engine over the same file."""
        nodes = engine.Nodes(self.nodes.operators, memory, None)
        number = nodes.add_file("again", self.descriptor)
        for place, size, count in self.extents:
            nodes.attach(number, place, size, count)
        return nodes


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    return tmp_path / "segment"  # type: ignore[return-value]


@given(st.binary(max_size=200))
def test_checksums_are_castagnolis(data: bytes) -> None:
    """Both engines, and the published check value."""
    assert _pages_c.checksum(data) == _pages_py.checksum(data)
    assert _pages_c.checksum(b"123456789") == 0xE3069283


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(expressions(), min_size=1, max_size=6), st.booleans())
def test_both_write_the_same_bytes_and_read_each_others(
    tmp_path_factory: pytest.TempPathFactory, wanted: list[Expr], flush_each: bool
) -> None:
    """Numbers, extents, and expressions, whichever wrote and whichever reads."""
    folder = tmp_path_factory.mktemp("twins")
    disks = [Disk(folder / name, engine) for name, engine in (("native", NATIVE), ("twin", TWIN))]
    numbers = []
    for disk in disks:
        numbers.append([])
        for expression in wanted:
            numbers[-1].append(disk.nodes.put(expression))
            if flush_each:
                disk.nodes.flush()
        disk.nodes.flush()
    assert numbers[0] == numbers[1]
    assert (folder / "native").read_bytes() == (folder / "twin").read_bytes()
    for disk, engine in zip(disks, (TWIN, NATIVE), strict=True):
        nodes = disk.again(engine)
        assert nodes.load(numbers[0]) == wanted
        for number in range(len(nodes)):
            ours, theirs = nodes.describe(number), disk.nodes.describe(number)
            assert str(ours) == str(theirs)
        assert list(nodes.reach(numbers[0])) == list(disk.nodes.reach(numbers[0]))
        os.close(disk.descriptor)


@ENGINES
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(expressions())
def test_parts_combine_as_expressions_do(
    tmp_path_factory: pytest.TempPathFactory, engine: Any, expression: Expr
) -> None:
    """Built node by node through handles, the same structure with the same order of operands."""
    disk = Disk(tmp_path_factory.mktemp("parts") / "segment", engine)
    made: dict[Expr, Any] = {}
    for node in walk(expression):
        if node.is_leaf:
            made[node] = engine.part(disk.nodes, engine.number_of(disk.nodes, node))
        else:
            # Operands are given in the other order where the order does not matter: that of two.
            operands = [engine.number_of(disk.nodes, made[operand]) for operand in node.operands]
            if len(operands) == 2 and rssn.expr.is_commutative(node.operator):
                operands.reverse()
            made[node] = engine.part(disk.nodes, disk.nodes.apply(node.operator, operands))
        assert made[node].operator == node.operator
        assert made[node].is_leaf == node.is_leaf
        assert made[node].name == node.name
    assert made[expression].load() == expression
    assert [part.load() for part in made[expression].walk()][-1] == expression
    assert len(made[expression].walk()) == len(list(made[expression].walk())) == made[expression].count_nodes()
    os.close(disk.descriptor)


@ENGINES
def test_python_operators_make_parts(path: Path, engine: Any) -> None:
    """With parts, expressions and numbers on either side."""
    disk = Disk(path, engine)
    a = engine.part(disk.nodes, disk.nodes.put(x))
    pairs = [
        (a + y, x + y), (1 + a, 1 + x), (a - 2.5, x - 2.5), (y - a, y - x), (a * a, x * x), (3 * a, 3 * x),
        (a / y, x / y), (1 / a, 1 / x), (a**2, x**2), (2**a, 2**x), (-a, -x), (abs(a), abs(x)),
    ]  # fmt: skip
    for part, expression in pairs:
        assert part.load() == expression
        assert part == engine.part(disk.nodes, disk.nodes.put(expression))
        assert hash(part) == hash(engine.part(disk.nodes, disk.nodes.put(expression)))
    assert a != 3
    with pytest.raises(errors.SymbolicTruthError):
        bool(a)
    with pytest.raises(TypeError):
        type(a)()
    with pytest.raises(errors.OptionError):
        a + "text"
    other = Disk(path.with_name("other"), engine)
    with pytest.raises(errors.OptionError, match="another store"):
        a + engine.part(other.nodes, other.nodes.put(y))


@ENGINES
def test_values_are_those_of_the_expression(path: Path, engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bit for bit, for numbers, arrays, shapes, and more rows than lanes."""
    monkeypatch.setattr(_evaluate, "run", engine.run)
    disk = Disk(path, engine)
    rows = np.linspace(-2.0, 3.0, 19)
    environments: list[dict[str, Any]] = [
        {"x": 0.5, "y": -1.25, "z": 3},
        {"x": rows, "y": 2.0, "z": -rows},
        {"x": rows[:, None], "y": rows[:5], "z": 1},
        {"x": [], "y": 1.0, "z": 2.0},
        {"x": True, "y": float("nan"), "z": float("inf")},
    ]
    formulas = [
        "x", "3", "pi", "x + y*z", "x/y - z", "-x + abs(y)", "sqrt(x)", "x^2 + y^-3 + z^0.5 + x^y", "sin(x)*exp(y)",
        "x < y", "x >= z", "piecewise(x < 0, y, x > 1, z, 7)", "max(x, y, z)", "x//y + x%z", "x == y", "not (x < y)",
        "(x < y) + 1", "123456789012345678901234567890*x", "1/3 + x",
    ]  # fmt: skip
    for formula in formulas:
        expression = rssn.parse(formula)
        part = engine.part(disk.nodes, disk.nodes.put(expression))
        for environment in environments:
            expected, found = expression.evaluate(environment), part.evaluate(environment)
            shape = np.broadcast_shapes(*[np.shape(value) for value in environment.values()])
            assert np.array_equal(np.broadcast_to(expected, shape), found, equal_nan=True), formula
            if not shape:
                assert type(found) is type(expected)
                assert found == expected or isnan(found)


@ENGINES
def test_values_say_what_is_missing(path: Path, engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `evaluate` of an expression does."""
    monkeypatch.setattr(_evaluate, "run", engine.run)
    disk = Disk(path, engine)
    part = engine.part(disk.nodes, disk.nodes.put(x + y))
    with pytest.raises(errors.UnknownNameError, match="'y'"):
        part.evaluate({"x": 1})
    with pytest.raises(errors.ShapeError):
        part.evaluate({"x": [1, 2, 3], "y": [1, 2]})
    with pytest.raises(errors.DtypeError):
        part.evaluate({"x": "text", "y": 1})
    with pytest.raises(errors.DtypeError):
        engine.part(disk.nodes, disk.nodes.put(rssn.constant(1j))).evaluate()


def test_a_flipped_bit_is_found_wherever_it_is(path: Path) -> None:
    """Every byte of an extent: the header, the checksums, the columns, the text, the padding."""
    disk = Disk(path, NATIVE)
    wanted = rssn.piecewise(x < 1, y, x > 5, z + 2.5, rssn.constant(10**30) * x)
    number = disk.nodes.put(wanted)
    disk.nodes.flush()
    data = path.read_bytes()
    for at in range(len(data)):
        damaged = bytearray(data)
        damaged[at] ^= 1 << at % 8
        path.write_bytes(damaged)
        for engine in (NATIVE, TWIN):
            nodes = disk.again(engine)
            with pytest.raises(errors.StoreDamageError):
                nodes.load([number])
            assert len(nodes.check(0)) == 1
    path.write_bytes(data)
    assert disk.again(NATIVE).load([number]) == [wanted]


@ENGINES
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(data=st.data())
def test_columns_that_make_no_sense_are_refused(
    tmp_path_factory: pytest.TempPathFactory, engine: Any, data: st.DataObject
) -> None:
    """Right checksums around wrong numbers: an error of ours or an expression, never a crash."""
    number = st.integers(0, 12) | st.integers(0, 2**32 - 1) | st.sampled_from([2**31 + 2, 2**31 + 3, 2**32 - 1])
    record = st.tuples(st.integers(0, 12) | st.integers(0, 2**16 - 1), number, number)
    extent = _layout.Extent(
        0,
        data.draw(st.lists(record, min_size=1, max_size=8)),
        data.draw(st.lists(number, max_size=6)),
        data.draw(st.binary(max_size=12)),
    )
    path = tmp_path_factory.mktemp("wrong") / "segment"
    content = _layout.encode(extent)
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDONLY)
    nodes = engine.Nodes([("add", True), ("sin", False), ("piecewise", False)], 0, None)
    nodes.attach(nodes.add_file("segment", descriptor), 0, len(content), len(extent.nodes))
    for root in range(len(extent.nodes)):
        with suppress(errors.StoreDamageError):
            assert isinstance(nodes.load([root])[0], Expr)
    os.close(descriptor)


def test_a_budget_bounds_memory_and_changes_nothing(path: Path) -> None:
    """A graph many times the budget: blocks and structures are given up, values and structure stay right."""
    disk = Disk(path, NATIVE, memory=1 << 20)
    e, k = x, NATIVE.part(disk.nodes, disk.nodes.put(x))
    for number in range(40_000):
        e = e * y + number
        k = k * y + number
        assert disk.nodes.bytes < 1 << 20
    root = NATIVE.number_of(disk.nodes, k)
    assert disk.nodes.extent_total > 5
    assert k.load() == e
    assert disk.nodes.evictions > 0
    assert disk.nodes.bytes < 1 << 20
    value = {"x": 1.0, "y": 0.5}
    disk.nodes.flush()
    assert k.evaluate(value) == disk.again(NATIVE).load([root])[0].evaluate(value)
    assert disk.nodes.put(e) >= root
    assert disk.nodes.forgotten > 0


def test_what_is_asked_for_often_stays(path: Path) -> None:
    """Blocks that are visited again and again are read once, whatever streams past them."""
    disk = Disk(path, NATIVE)
    k = NATIVE.part(disk.nodes, disk.nodes.put(x))
    for number in range(100_000):
        k = k * y + number
    disk.nodes.flush()
    nodes = disk.again(NATIVE, memory=4 << 20)
    hot, cold = 10, range(6000, len(nodes), 6000)
    for number in cold:
        for _ in range(3):
            nodes.describe(number)
            nodes.describe(hot)
    reads = nodes.reads
    nodes.describe(hot)
    assert nodes.reads == reads
    assert nodes.evictions > 0


def test_the_layout_is_the_headers(path: Path) -> None:
    """What `rssn_store.h` promises, read with `struct` alone."""
    disk = Disk(path, NATIVE)
    number = disk.nodes.put(x + 2.5)
    disk.nodes.flush()
    data = path.read_bytes()
    magic, _, block, size, first, nodes, *_ = struct.unpack_from("<8sIIQII", data)
    assert (magic, block, size, first, nodes) == (b"rssnext1", 65536, len(data), 0, number + 1)
    (payload,) = struct.unpack_from("<Q", data, 56)
    a, b, op, _ = struct.unpack_from("<IIHH", data, payload + 12 * number)
    assert (op, {a, b}) == (8, {0, 1})
