"""What a call takes besides plain arrays: times, other libraries' arrays, anything that offers a buffer."""

import array as stdlib_array
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import rssn
from rssn.errors import DtypeError, PrecisionLossError, RssnError
from rssn.jit import Kernel, compile
from rssn.testing import assert_same_bits

x, y = rssn.symbols("x y")
SUM = compile(x + y, [x, y])
DIFFERENCE = compile(x - y, [x, y])
DOUBLE = compile(2 * x, [x])
UNITS = ["D", "h", "m", "s", "ms", "us", "ns", "W", "25s"]


def both(kernel: Kernel, *args: Any) -> Any:
    """Call the kernel and its interpreter: the same bits, or the same error."""
    try:
        wanted = kernel.interpret(args)
    except RssnError as error:
        same = re.escape(str(error))
        with pytest.raises(type(error), match=f"^{same}$"):
            kernel(*args)
        raise
    found = kernel(*args)
    assert_same_bits(np.asarray(found), np.asarray(wanted))
    return found


# ---- times


@given(
    st.lists(st.tuples(st.integers(-(10**6), 10**6), st.integers(-(10**6), 10**6)), min_size=1, max_size=20),
    st.sampled_from(UNITS), st.sampled_from(UNITS), st.sampled_from("Mm"), st.sampled_from(["=", ">"]),
)  # fmt: skip
def test_times_count_in_the_finest_of_their_units(rows, one, other, kind, order):
    """As NumPy subtracts them."""
    a = np.array([row[0] for row in rows], "i8").view(f"{kind}8[{one}]").astype(f"{order}{kind}8[{one}]")
    b = np.array([row[1] for row in rows], "i8").view(f"{kind}8[{other}]")
    unit = np.datetime_data((np.zeros(1, f"m8[{one}]") - np.zeros(1, f"m8[{other}]")).dtype)
    common = [values.astype(f"{kind}8[{unit[1]}{unit[0]}]").astype("i8") for values in (a, b)]
    if np.abs(common).max() > 2**53:
        return
    wanted = common[0].astype(float) - common[1]
    assert both(DIFFERENCE, a, b).tolist() == wanted.tolist()


def test_not_a_time_is_nan_and_no_error():
    """In every lane, strided, alone, and in a reduction."""
    days = np.array(["2026-01-01", "NaT", "1970-01-02"], "M8[D]")
    assert np.isnan(both(DOUBLE, days)).tolist() == [False, True, False]
    assert both(DOUBLE, days[::-1])[0] == 2
    assert np.isnan(both(DOUBLE, days[1]))
    assert np.isnan(compile(x, [x], reduce="sum")(days))
    assert compile(x < y, [x, y])(days, days[2]).tolist() == [False, False, False]
    assert DOUBLE(np.timedelta64(3, "s")) == 6.0


def test_times_beyond_what_f64_holds_say_what_to_do():
    """Nanoseconds of today: a coarser unit, or rounding that was asked for."""
    now = np.array(["2026-01-01T00:00:00.000000001"], "M8[ns]")
    with pytest.raises(PrecisionLossError, match=r"argument 'x', row 0.*coarser unit than datetime64\[ns\]"):
        both(DOUBLE, now)
    assert both(compile(x, [x], lossy=True), now)[0] == float(now.view("i8")[0])
    assert both(DOUBLE, now.astype("M8[us]"))[0] == 2 * float(now.astype("M8[us]").view("i8")[0])


def test_units_without_a_common_one_are_refused():
    """A month has no fixed length; a million years are too many nanoseconds."""
    months, days = np.array([1], "m8[M]"), np.array([1], "m8[D]")
    with pytest.raises(DtypeError, match=r"\[D\], \[M\].*months have no fixed length"):
        both(SUM, months, days)
    with pytest.raises(DtypeError, match=r"argument 'x'.*coarser unit"):
        both(SUM, np.array([10**9], "m8[D]"), np.array([1], "m8[ns]"))


# ---- integers


@pytest.mark.parametrize("letter", "lLqQ")
@pytest.mark.parametrize("layout", ["contiguous", "strided", "backwards", "scalar", "two axes"])
def test_the_first_integer_that_would_lose_bits_is_named(letter, layout):
    """Whatever the layout, at every place in a vector; one less is fine."""
    for place in (0, 1, 7, 8, 36):
        column = np.zeros(37, letter)
        column[place] = 2**53
        shaped = {
            "contiguous": column, "strided": np.repeat(column, 3)[::3], "backwards": column[::-1],
            "scalar": column[place : place + 1].reshape(()), "two axes": np.stack([np.zeros(37, letter), column]),
        }[layout]  # fmt: skip
        both(SUM, 1.0, shaped)
        shaped = np.where(shaped == 2**53, shaped + 1, shaped).astype(letter) if shaped.ndim else shaped + 1
        row = f", row {36 - place if layout == 'backwards' else place}"
        where = {"scalar": "", "two axes": rf", index \(1, {place}\)"}.get(layout, row)
        with pytest.raises(PrecisionLossError, match=rf"argument 'y'{where}: .*; found {2**53 + 1};"):
            both(SUM, np.arange(37.0), np.asarray(shaped))


def test_negative_integers_too_and_only_arguments_that_are_read():
    """What a formula does not use is not looked at."""
    low = np.array([1, -(2**53) - 1])
    with pytest.raises(PrecisionLossError, match=f"row 1.*{-(2**53) - 1}"):
        both(DOUBLE, low)
    assert both(compile(x, [x, y]), np.ones(2), low).tolist() == [1, 1]
    assert both(compile(x, [x, y], lossy=True), low, 0.0).tolist() == [1, -(2.0**53)]


def test_integers_of_a_side_that_is_jumped_over_are_looked_at_too():
    """The same error whichever way a vector goes."""
    kernel = compile(rssn.where(x > 0, rssn.exp(rssn.sin(y) / 3), x), [x, y])
    column = np.full(40, 3)
    assert both(kernel, np.full(40, -1.0), column)[0] == -1
    column[25] = 2**60
    with pytest.raises(PrecisionLossError, match="argument 'y', row 25"):
        both(kernel, np.full(40, -1.0), column)


def test_long_formulas_threads_and_reductions_notice_as_well():
    """A tape cut into segments; a row that another thread meets; a sum over an axis."""
    column = np.zeros(300_000, np.int64)
    column[234_567] = 2**60
    long = x
    for _ in range(4000):
        long = long * 0.5 + y
    for kernel in (compile(x + y, [x, y], threads=2), compile(long, [x, y])):
        with pytest.raises(PrecisionLossError, match="argument 'y', row 234567"):
            kernel(1.0, column)
        assert np.isfinite(kernel(np.ones(5), np.zeros(5, np.int64))).all()
    with pytest.raises(PrecisionLossError, match="row 234567"):
        compile(x, reduce="sum")(column)
    with pytest.raises(PrecisionLossError, match=r"index \(234, 567\)"):
        compile(x, reduce="sum", axis=0)(column.reshape(300, 1000))


@pytest.mark.parametrize("target", [None, "sse2", "avx2"])
@pytest.mark.parametrize("dtype", ["f64", "f32"])
def test_every_half_is_widened_exactly(target, dtype):
    """All 65,536 of them, also where no instruction does it."""
    halves = np.arange(1 << 16, dtype=np.uint16).view(np.float16)
    kernel = compile(x * 1, [x], dtype=dtype, target=target)
    for column in (halves, halves[::-1]):
        assert_same_bits(kernel(column), column.astype(kernel.dtypes[0]))


def test_the_dtype_of_a_result_is_the_kernels_whatever_comes_in():
    """f32 with i8, bool with f16: computed in the kernel's type, not in NumPy's promotion of theirs."""
    small = [np.ones(3, dtype) for dtype in ("?", "i1", "u1", "i2", "f2", "f4", "i4", "u8", "f8", "m8[s]")]
    narrow = compile(x + y, [x, y], dtype="f32")
    for a in small:
        for b in small:
            assert both(SUM, a, b).dtype == np.float64
            assert both(narrow, a, b).dtype == np.float32


# ---- what offers its memory


class Interface:
    """An object with NumPy's array interface and nothing else."""

    def __init__(self, values):
        self.kept = values
        self.__array_interface__ = values.__array_interface__


class Device:
    """An array that claims to lie elsewhere."""

    device = "cuda:0"

    def __dlpack_device__(self):
        return (2, 0)


class Exporter:
    """DLPack and nothing else."""

    def __init__(self, values):
        self.values = values

    def __dlpack__(self, **options):
        return self.values.__dlpack__(**options)

    def __dlpack_device__(self):
        return self.values.__dlpack_device__()


class Library:
    """A library of arrays of its own, as the array API has it."""

    @staticmethod
    def from_dlpack(values):
        return Library.Array(np.from_dlpack(values))

    class Array(Exporter):
        def __array_namespace__(self, api_version=None):
            return Library


def fields():
    table = np.zeros(4, [("a", "i1"), ("b", "f8"), ("c", ">i4")])
    table["b"] = table["c"] = np.arange(4)
    return table


def frozen():
    values = np.arange(4.0)
    values.flags.writeable = False
    return values


@pytest.mark.parametrize(
    "made",
    [
        lambda: memoryview(np.arange(4.0)), lambda: stdlib_array.array("d", range(4)), lambda: bytearray(range(4)),
        lambda: stdlib_array.array("B", range(4)), lambda: Interface(np.arange(4)), lambda: Exporter(np.arange(4.0)),
        lambda: fields()["b"], lambda: fields()["c"], frozen, lambda: np.arange(4.0).view(np.recarray),
        lambda: np.arange(4.0).astype(">f8"), lambda: (0, 1, 2, 3),
    ],
)  # fmt: skip
def test_whatever_offers_numbers_is_read(made):
    """Buffers, the array interface, DLPack; unaligned, swapped, read-only, of a subclass: the answer is an array."""
    found = both(DOUBLE, made())
    assert type(found) is np.ndarray
    assert found.reshape(-1).tolist() == [0, 2, 4, 6]


def test_results_come_back_as_arrays_of_the_library_that_says_so():
    """The array API: through DLPack, without a copy; several results, a reduction, a given `out`."""
    mine = Library.Array(np.arange(4.0))
    for found in (DOUBLE(mine), DOUBLE.interpret((mine,)), SUM(mine, np.arange(4.0)), *compile([2 * x], [x])(mine)):
        assert isinstance(found, Library.Array)
        assert found.values.tolist() == [0, 2, 4, 6]
    assert compile(x, reduce="sum")(mine).values == 6
    room = Library.Array(np.empty(4))
    assert DOUBLE(mine, out=room) is room
    assert room.values.tolist() == [0, 2, 4, 6]
    (given_back,) = compile([2 * x], [x])(mine, out=(room,))
    assert given_back is room


def test_the_strict_namespace_gets_its_own_arrays_back():
    """The array API's reference implementation, where it is installed."""
    strict = pytest.importorskip("array_api_strict")
    found = SUM(strict.asarray([1.0, 2.0]), 1)
    assert found.__array_namespace__() is strict
    assert np.asarray(found).tolist() == [2, 3]


def test_arrays_of_two_libraries_are_refused():
    """Neither could be the one of the result."""

    class Other(Library.Array):
        def __array_namespace__(self, api_version=None):
            return np

    with pytest.raises(DtypeError, match="different libraries"):
        both(SUM, Library.Array(np.arange(4.0)), Other(np.arange(4.0)))


def test_memory_of_another_device_is_refused():
    """With the device's name, and what to do."""
    with pytest.raises(DtypeError, match=r"argument 'x'.*on the CPU.*Device on cuda:0; move it"):
        both(DOUBLE, Device())
