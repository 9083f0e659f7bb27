"""NumPy's arrays and scalar classes."""

import subprocess
import sys
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray

from bincode_next.codec import decode, encode
from bincode_next.config import Config, legacy, standard, v3
from bincode_next.dump import from_json, to_json
from bincode_next.errors import SchemaError, WrongTypeError
from bincode_next.schema import Bool, Custom, Float, Int, NdArray, Node, Seq, Struct, schema_of
from bincode_next.types import Array, Length, Records, Shape, View, f32, f64, u8

DTYPES = [
    np.bool_,
    np.int8,
    np.int16,
    np.int32,
    np.int64,
    np.uint8,
    np.uint16,
    np.uint32,
    np.uint64,
    np.float32,
    np.float64,
]


@pytest.mark.parametrize("scalar", DTYPES)
def test_arrays_of_every_dtype_with_bytes(scalar: Any) -> None:
    """By NumPy's own name of the dtype, whatever the class is called."""
    assert schema_of(NDArray[scalar]).root == NdArray(np.dtype(scalar).name)
    assert schema_of(np.ndarray[tuple[int], np.dtype[scalar]]).root == NdArray(np.dtype(scalar).name)


def test_fixed_sizes_and_views() -> None:
    """By markers, or in the hint itself."""
    assert schema_of(Annotated[NDArray[np.float64], Shape(2, 3)]).root == NdArray("float64", (2, 3))
    assert schema_of(Annotated[NDArray[np.float64], Length(3)]).root == NdArray("float64", (3,))
    sizes = np.ndarray[tuple[Literal[2], Literal[3]], np.dtype[np.float64]]
    assert schema_of(sizes).root == NdArray("float64", (2, 3))
    node = schema_of(Annotated[NDArray[np.float64], View()]).root
    assert isinstance(node, NdArray)
    assert node.view


@dataclass
class Point:
    x: f32
    id: u8


def test_structured_arrays() -> None:
    """The struct says the fields."""
    node = schema_of(Annotated[np.ndarray, Records(Point)]).root
    assert node == NdArray("", None, schema_of(Point).root)


@pytest.mark.parametrize(
    ("scalar", "node"),
    [(np.uint16, Int(16, False)), (np.float32, Float(32)), (np.bool_, Bool()), (np.int_, Int(64, True))],
)
def test_scalars_are_fields_too(scalar: Any, node: Node) -> None:
    """They come back as NumPy's own."""
    found = schema_of(list[scalar]).root
    assert isinstance(found, Seq)
    assert isinstance(found.item, Custom)
    assert found.item.inner == node
    made = found.item.decode(found.item.encode(scalar(1)))
    assert (made, type(made)) == (1, np.dtype(scalar).type)


@pytest.mark.parametrize(
    "hint",
    [
        np.ndarray,
        NDArray[Any],
        NDArray[np.float16],
        NDArray[np.clongdouble],
        NDArray[np.datetime64],
        NDArray[np.str_],
        NDArray[np.object_],
        np.float16,
        np.clongdouble,
        np.ndarray[tuple[int, int], np.dtype[np.float64]],
        Annotated[np.ndarray, Records(u8)],
    ],
    ids=str,
)
def test_arrays_without_bytes_are_refused(hint: Any) -> None:
    """Unknown numbers, numbers that no crate has, several dimensions of unknown sizes."""

    @dataclass
    class A:
        values: hint

    with pytest.raises(SchemaError) as caught:
        schema_of(A)
    assert caught.value.path.startswith("A.values")


def test_a_class_of_arrays() -> None:
    """Fields of arrays and of numbers side by side."""

    @dataclass
    class A:
        weights: NDArray[np.float32]
        grid: "Annotated[NDArray[np.uint8], Shape(2, 2)]"

    root = schema_of(A).root
    assert isinstance(root, Struct)
    assert [item.node for item in root.fields] == [NdArray("float32"), NdArray("uint8", (2, 2))]
    assert str(schema_of(A)) == "struct A {\n    weights: Vec<float32>,\n    grid: [[uint8; 2]; 2],\n}"


def test_schemas_without_numpy_do_not_import_it() -> None:
    """Nor any other library that is not there already."""
    code = (
        "import sys; from bincode_next.schema import schema_of\n"
        "schema_of(dict[str, list[int | str]])\n"
        "print([name for name in ('numpy', 'msgspec', 'attr', 'pyarrow', 'polars') if name in sys.modules])"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


@pytest.mark.parametrize("dtype", [np.complex64, np.complex128])
@pytest.mark.parametrize(
    "config", [standard(), legacy().with_big_endian(), v3(), v3().with_cbor_format(), standard().with_limit(1000)]
)
def test_complex_numbers_travel_as_pairs(dtype: Any, config: Config) -> None:
    """The bytes of a list of tuples, one copy; fields, elements, fixed sizes and single numbers."""
    part = f32 if dtype is np.complex64 else f64
    values = np.array([1 + 2j, -0.5j, 3], dtype)
    pairs = [(number.real, number.imag) for number in values.tolist()]
    for hint, plain in [(NDArray[dtype], list), (Annotated[NDArray[dtype], Shape(3)], lambda x: Array[x, Literal[3]])]:
        data = encode((values, 7), tuple[hint, u8], config)
        assert data == encode((pairs, 7), tuple[plain[tuple[part, part]], u8], config) if plain is list else data
        back, last = decode(data, tuple[hint, u8], config)
        assert (back.dtype, last) == (dtype, 7)
        assert (back == values).all()
    assert (decode(encode(values[::-1], NDArray[dtype], config), NDArray[dtype], config) == values[::-1]).all()
    one = decode(encode(values[0], dtype, config), dtype, config)
    assert (one, type(one)) == (1 + 2j, dtype)


def test_complex_arrays_are_seen_and_refused_like_others() -> None:
    """As JSON and in a view; other arrays are no complex ones, and nothing is rounded silently."""
    hint = NDArray[np.complex64]
    values = np.array([1 + 2j], np.complex64)
    assert to_json(values, hint) == [[1.0, 2.0]]
    assert from_json([[1.0, 2.0]], hint) == values
    viewed = decode(encode(values, hint), Annotated[hint, View()])
    assert (viewed == values).all()
    assert not viewed.flags.writeable
    for wrong in ([1 + 2j], np.ones(2), np.ones(2, np.complex128), None):
        with pytest.raises(WrongTypeError):
            encode(wrong, hint)
    with pytest.raises(WrongTypeError):
        encode("1", np.complex64)
