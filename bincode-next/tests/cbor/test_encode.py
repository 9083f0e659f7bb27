"""What the crate was seen to write beside the vectors, and NumPy arrays."""

from __future__ import annotations

from typing import Any

import pytest

from bincode_next.cbor import Plan
from bincode_next.config import CborOptions, Config, v3
from bincode_next.errors import EncodeError, OutOfRangeError, WrongTypeError
from bincode_next.schema import _nodes as n
from bincode_next.types import Included, Ok

CBOR, DETERMINISTIC = v3().with_cbor_format(), v3().with_deterministic_cbor()
PACKED = CBOR.with_bit_packing()
U8, I8, U32 = n.Int(8, False), n.Int(8, True), n.Int(32, False)
BITS = n.Struct("P", (n.Field("a", U8, 3), n.Field("b", U8)), positional=True, packed=True)


@pytest.mark.parametrize(
    ("config", "node", "value", "data"),
    [
        (CBOR, n.Seq(U8, rust="BinaryHeap"), [3, 1, 2], "43030102"),
        (DETERMINISTIC, n.Seq(U8, rust="BinaryHeap"), [3, 1, 2], "83010203"),
        (CBOR, n.Seq(U32, rust="BinaryHeap"), [3, 1, 2], "83030102"),
        (DETERMINISTIC, n.Seq(U32, rust="BinaryHeap"), [3, 1, 2], "83010203"),
        (DETERMINISTIC, n.Seq(U32), [3, 1, 2], "83030102"),
        (CBOR, n.Seq(I8, rust="VecDeque"), [1, -3], "820122"),
        (CBOR, n.Seq(I8, rust="slice"), [1, -3], "4201fd"),
        (CBOR, n.Seq(I8), [1, -3], "820122"),
        (CBOR, n.Seq(n.Array(U8, 2)), [[1, 2]], "81420102"),
        (CBOR, n.Struct("S", (n.Field("a", U8), n.Field("p", n.Unit("PhantomData")))), (1, None), "8201"),
        (CBOR, BITS, (7, 200), "0718c8"),
        (PACKED, BITS, (7, 200), "0718c8"),
        (CBOR, n.Int(128, True), -(1 << 64) - 1, "c349010000000000000000"),
        (DETERMINISTIC, n.Map(n.Int(16, False), U8), {300: 1, 24: 2}, "a21818021901" + "2c01"),
    ],
)
def test_the_crates_bytes(config: Config, node: n.Node, value: Any, data: str) -> None:
    """And back to the value, sorted heaps to a sorted list."""
    plan = Plan(n.Schema(node), config)
    assert plan.encode(value).hex() == data
    decoded, end = plan.decode(bytes.fromhex(data))
    assert end == len(data) // 2
    assert decoded == value or sorted(decoded) == sorted(value)


VARIANTS = (
    n.Variant("U", n.Unit(value="u"), "u"),
    n.Variant("T", n.Tuple(()), tuple),
    n.Variant("N", n.Tuple((U8,)), int, single=True),
    n.Variant("B", n.Struct("B", BITS.fields, positional=True, python=dict, style="typeddict"), dict),
    n.Variant("C", n.Unit(value="c"), "c"),
)


@pytest.mark.parametrize(
    ("config", "packed", "value", "data"),
    [
        (CBOR, False, "u", "00"),
        (CBOR, False, (), "0180"),
        (CBOR, False, 7, "028107"),
        (CBOR, True, (), "01"),
        (CBOR, True, 7, "0207"),
        (CBOR, True, {"a": 7, "b": 9}, "030709"),
        (PACKED, True, "u", "00"),
        (PACKED, True, (), "01"),
        (PACKED, True, 200, "0218c8"),
        (PACKED, True, {"a": 7, "b": 200}, "3b18c8"),
    ],
)
def test_variants_with_and_without_heads(config: Config, packed: bool, value: Any, data: str) -> None:
    """Enums that derive bit packing have none; their tag joins the first packed field where packing is on."""
    plan = Plan(n.Schema(n.Enum("E", VARIANTS, packed=packed)), config)
    assert plan.encode(value).hex() == data
    assert plan.decode(bytes.fromhex(data)) == (value, len(data) // 2)


def test_byte_order_and_integers_don_t_matter() -> None:
    """CBOR has its own."""
    node = n.Tuple((n.Int(64, False), n.Bound(U8), n.Result(U8, U8), n.Float(64)))
    value = (1 << 40, Included(3), Ok(4), 1.1)
    configs = [CBOR, CBOR.with_big_endian(), CBOR.with_fixed_int_encoding()]
    assert len({Plan(n.Schema(node), config).encode(value) for config in configs}) == 1
    for config in configs:
        plan = Plan(n.Schema(node), config)
        assert plan.decode(plan.encode(value))[0] == value


@pytest.mark.parametrize(
    ("node", "value", "error"),
    [
        (n.Bool(), 1, WrongTypeError),
        (n.Str(capacity=2), "abc", OutOfRangeError),
        (n.Seq(U8, capacity=1), [1, 2], OutOfRangeError),
        (n.Array(U8, 2), [1], WrongTypeError),
        (n.Array(U32, 2), [1], WrongTypeError),
        (n.Option(n.Option(U8)), 1, WrongTypeError),
        (n.Char(), "ab", WrongTypeError),
        (n.Socket(), "1.2.3.4", WrongTypeError),
        (n.Ip(), 5, WrongTypeError),
        (n.Duration(), 5, WrongTypeError),
        (n.Unit(), 0, WrongTypeError),
    ],
)
@pytest.mark.parametrize("well_formed", [False, True])
def test_values_of_another_type(node: n.Node, value: Any, error: type[EncodeError], well_formed: bool) -> None:
    """Refused in both forms."""
    with pytest.raises(error):
        Plan(n.Schema(node), v3().with_cbor_options(CborOptions(well_formed=well_formed))).encode(value)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint8", "int16", "uint64", "int64", "float32", "float64"])
@pytest.mark.parametrize("shape", [None, (2, 3)])
def test_numpy_arrays(dtype: str, shape: tuple[int, ...] | None) -> None:
    """The bytes are those of lists of the same numbers."""
    np = pytest.importorskip("numpy")
    array = (np.arange(6) % 2).astype(dtype).reshape(shape or (6,))
    plan = Plan(n.Schema(n.NdArray(dtype, shape)), CBOR)
    data = plan.encode(array)
    decoded, end = plan.decode(data)
    assert end == len(data)
    assert decoded.dtype == array.dtype
    assert decoded.tolist() == array.tolist()


def test_structured_arrays() -> None:
    """An array of structs is a list of them."""
    np = pytest.importorskip("numpy")
    point = n.Struct("Point", (n.Field("x", n.Float(64)), n.Field("y", U32)))
    array = np.array([(1.5, 2), (3.0, 70000)], dtype=[("x", "f8"), ("y", "u4")])
    plan = Plan(n.Schema(n.NdArray("", record=point)), CBOR)
    data = plan.encode(array)
    assert data == Plan(n.Schema(n.Seq(point)), CBOR).encode([(1.5, 2), (3.0, 70000)])
    assert (plan.decode(data)[0] == array).all()
