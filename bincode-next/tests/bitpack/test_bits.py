"""Numbers into bits and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bincode_next.bitpack import Order, from_bits, pack, read_first, to_bits, unpack
from bincode_next.errors import OutOfRangeError, UnexpectedEnd, WrongTypeError
from bincode_next.schema import _nodes as n

NUMBERS = st.lists(
    st.integers(1, 64).flatmap(lambda width: st.tuples(st.integers(0, (1 << width) - 1), st.just(width)))
)
ORDERS = st.sampled_from(["lsb", "msb"])


@given(NUMBERS, ORDERS, st.binary(max_size=3))
def test_what_is_packed_is_unpacked(numbers: list[tuple[int, int]], order: Order, before: bytes) -> None:
    """Whatever the widths, and wherever the run lies."""
    values, widths = [number for number, _ in numbers], [width for _, width in numbers]
    packed = pack(values, widths, order)
    assert len(packed) == -(-sum(widths) // 8)
    data = before + packed
    assert unpack(data, len(before), len(data), widths, order) == values
    if widths:
        assert read_first(data, len(before), len(data), widths[0], order) == values[0]
        with pytest.raises(UnexpectedEnd) as caught:
            unpack(data, len(before), len(data) - 1, widths, order)
        assert caught.value.additional == 1


@given(NUMBERS, ORDERS)
def test_one_bit_at_a_time_is_the_same(numbers: list[tuple[int, int]], order: Order) -> None:
    """The oracle writes single bits, as the format is described."""
    bits = [
        number >> (place if order == "lsb" else width - 1 - place) & 1
        for number, width in numbers
        for place in range(width)
    ]
    bits += [0] * (-len(bits) % 8)
    expected = bytes(
        sum(bit << (place if order == "lsb" else 7 - place) for place, bit in enumerate(bits[at : at + 8]))
        for at in range(0, len(bits), 8)
    )
    assert pack([number for number, _ in numbers], [width for _, width in numbers], order) == expected


def _field(node: n.Node, bits: int) -> n.Field:
    return n.Field("f", node, bits)


@pytest.mark.parametrize(
    ("node", "bits", "value"),
    [
        (n.Int(8, True), 4, -1),
        (n.Int(8, True), 8, 128),
        (n.Int(8, False), 4, 16),
        (n.Int(64, False), 64, 1 << 64),
    ],
)
def test_a_number_that_does_not_fit_is_refused(node: n.Node, bits: int, value: int) -> None:
    """Negative ones never fit, as in the crate."""
    with pytest.raises(OutOfRangeError):
        to_bits(value, _field(node, bits))


@pytest.mark.parametrize(("node", "value"), [(n.Bool(), 1), (n.Int(8, False), True), (n.Int(8, False), 1.0)])
def test_a_value_of_another_type_is_refused(node: n.Node, value: object) -> None:
    """A bool is no int and an int is no bool."""
    with pytest.raises(WrongTypeError):
        to_bits(value, _field(node, 1))


def test_values_of_packed_numbers() -> None:
    """Bools are not zero; all bits of a signed type have a sign, fewer have none."""
    assert from_bits(2, _field(n.Bool(), 2)) is True
    assert from_bits(0xFF, _field(n.Int(8, True), 8)) == -1
    assert from_bits(15, _field(n.Int(8, True), 4)) == 15
