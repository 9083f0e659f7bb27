"""A channel loses nothing, holds little, and passes failures both ways."""

import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rssn.frames._channel import Channel, Consumer, Producer, interruptibly


@given(st.lists(st.integers(), max_size=50), st.integers(1, 4))
def test_what_goes_in_comes_out_in_order(items: list[int], capacity: int) -> None:
    taken: list[int] = []
    with (
        Producer(lambda: iter(items), name="in", capacity=capacity) as source,
        Consumer(taken.append, name="out", capacity=capacity) as put,
    ):
        for item in source:
            put(item)
    assert taken == items


def test_a_producer_waits_while_nobody_takes() -> None:
    """Memory does not grow with the input: only `capacity` items are made ahead."""
    made: list[int] = []

    def make() -> Iterator[int]:
        for number in range(1000):
            made.append(number)
            yield number

    with Producer(make, name="in", capacity=2) as source:
        assert next(source) == 0
        time.sleep(0.05)
        assert len(made) <= 4


def test_an_error_of_the_producer_is_raised_where_items_are_taken() -> None:
    def make() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    with Producer(make, name="in") as source:
        assert next(source) == 1
        with pytest.raises(ValueError, match="broken"):
            next(source)


def test_an_error_of_the_consumer_reaches_the_one_who_puts() -> None:
    def take(_: int) -> None:
        raise OSError("full")

    def run() -> None:
        with Consumer(take, name="out", capacity=1) as put:
            for number in range(100):
                put(number)

    with pytest.raises(OSError, match="full"):
        run()


def test_an_error_on_the_last_item_is_not_lost() -> None:
    def take(_: int) -> None:
        time.sleep(0.02)
        raise OSError("full")

    with pytest.raises(OSError, match="full"), Consumer(take, name="out") as put:
        put(1)


def test_leaving_early_stops_the_threads() -> None:
    """A failed or interrupted run leaves no thread behind, even one that waits for room."""
    before = threading.active_count()

    def forever() -> Iterator[int]:
        while True:
            yield 0

    def run() -> None:
        with (
            Producer(forever, name="in") as source,
            Consumer(lambda _: time.sleep(0.001), name="out") as put,
        ):
            for number, item in enumerate(source):
                put(item)
                if number == 5:
                    raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run()
    assert threading.active_count() == before


def test_a_cancelled_channel_refuses_and_ends() -> None:
    channel: Channel[int] = Channel()
    channel.put(1)
    channel.cancel()
    assert list(channel) == []


def test_work_elsewhere_gives_its_value_or_its_error() -> None:
    assert interruptibly(lambda: threading.current_thread().name) == "rssn-opener"
    with pytest.raises(ZeroDivisionError):
        interruptibly(lambda: 1 / 0)
