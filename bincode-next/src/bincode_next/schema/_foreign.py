"""NumPy's types, recognised by their names: a schema without them never imports NumPy."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin

from .. import types as t
from ..errors import WrongTypeError
from ._nodes import Bool, Custom, Float, Int, NdArray, Node, Struct, Tuple
from ._scope import Scope, resolved

if TYPE_CHECKING:
    from ._build import Builder

DTYPES: Final[dict[str, Node]] = {
    "bool": Bool(),
    "float32": Float(32),
    "float64": Float(64),
    **{f"int{bits}": Int(bits, True) for bits in (8, 16, 32, 64)},
    **{f"uint{bits}": Int(bits, False) for bits in (8, 16, 32, 64)},
}

# Two numbers each, as num_complex has them.
COMPLEX: Final[dict[str, Tuple]] = {
    "complex64": Tuple((Float(32), Float(32))),
    "complex128": Tuple((Float(64), Float(64))),
}


def foreign(
    builder: Builder, cls: Any, arguments: tuple[Any, ...], marks: Mapping[type, Any], scope: Scope
) -> Node | None:
    """Return the node of an array or of a scalar class of NumPy; None for any other class.

    The markers that it takes into account are those of arrays; it removes them.
    """
    if not isinstance(cls, type) or cls.__module__ != "numpy":
        return None
    if cls.__name__ == "ndarray":
        return _array(builder, arguments, marks, scope)
    name = _dtype(cls)
    if name in COMPLEX:
        return Custom(COMPLEX[name], f"numpy.{name}", _parts, lambda parts: cls(complex(*parts)))
    node = DTYPES.get(name)
    if node is None:
        raise builder.refuse(
            f"no crate has numbers like numpy.{name}", advice=f"Those with bytes are {', '.join((*DTYPES, *COMPLEX))}."
        )
    return Custom(node, f"numpy.{name}", bool if name == "bool" else float if isinstance(node, Float) else int, cls)


def _array(builder: Builder, arguments: tuple[Any, ...], marks: Any, scope: Scope) -> Node:
    shape, view = marks.pop(t.Shape, None), marks.pop(t.View, None) is not None
    records = marks.pop(t.Records, None)
    sizes = shape.sizes if shape is not None else _sizes(builder, arguments)
    if records is not None:
        record = builder.inside("[]", records.item, scope)
        if not isinstance(record, Struct):
            raise builder.refuse("records are structs", wanted="Records of a class with fields", found=str(record))
        return NdArray("", sizes, record, view)
    scalar: Any = Any
    if len(arguments) == 2:
        scalar, _ = resolved((get_args(arguments[1]) or (Any,))[0], scope, builder.where)
    name = _dtype(scalar) if isinstance(scalar, type) else ""
    if name in COMPLEX:
        return _complex_array(name, sizes, view)
    if name not in DTYPES:
        raise builder.refuse(
            "an array of this has no bytes" if name else "an array of unknown numbers",
            wanted=f"an array of {', '.join((*DTYPES, *COMPLEX))}",
            found=name or None,
            advice="Say what it holds, as in NDArray[np.float64], or Annotated[np.ndarray, Records(Point)].",
        )
    return NdArray(name, sizes, None, view)


def _complex_array(name: str, sizes: tuple[int, ...] | None, view: bool) -> Node:
    """Return the node of an array of complex numbers: to its bytes it is one of pairs."""
    numpy = sys.modules["numpy"]
    kind = numpy.dtype(name)
    pairs = numpy.dtype([(name, f"f{kind.itemsize // 2}") for name in ("f0", "f1")])

    def encode(array: Any) -> Any:
        if not isinstance(array, numpy.ndarray) or array.dtype.kind != "c" or not numpy.can_cast(array.dtype, kind):
            found = getattr(array, "dtype", type(array).__name__)
            raise WrongTypeError("not an array of complex numbers", wanted=f"an array of {name}", found=str(found))
        return numpy.ascontiguousarray(array, kind).reshape(array.shape).view(pairs)

    return Custom(NdArray("", sizes, COMPLEX[name], view), f"array of {name}", encode, lambda array: array.view(kind))


def _parts(number: Any) -> tuple[float, float]:
    if not isinstance(number, complex) and not hasattr(number, "__complex__"):
        raise WrongTypeError("not a complex number", wanted="a complex", found=type(number).__name__)
    number = complex(number)
    return number.real, number.imag


def _sizes(builder: Builder, arguments: tuple[Any, ...]) -> tuple[int, ...] | None:
    """Return the sizes that an array's hint itself says, `np.ndarray[tuple[Literal[2], Literal[3]], …]`."""
    given = get_args(arguments[0]) if arguments else ()
    is_literal = [get_origin(size) is Literal for size in given]
    if ... in given or (len(given) < 2 and not any(is_literal)):
        return None
    if all(is_literal):
        return tuple(get_args(size)[0] for size in given)
    raise builder.refuse(
        "an array of several dimensions whose sizes are not said",
        advice="Only fixed sizes have bytes: Annotated[NDArray[np.float64], Shape(2, 3)].",
    )


def _dtype(scalar: type) -> str:
    numpy = sys.modules["numpy"]
    try:
        return str(numpy.dtype(scalar).name)
    except TypeError:
        return scalar.__name__
