"""Codecs for the whole process."""

import pytest

from bincode_next.types import Codec, on_change, register, registered, unregister


class Money:
    def __init__(self, cents: int) -> None:
        self.cents = cents


def test_a_codec_is_kept_until_it_is_taken_back() -> None:
    """Listeners hear of both; the last one registered counts."""
    heard: list[int] = []
    on_change(lambda: heard.append(len(heard)))
    register(Money, int, lambda money: money.cents, Money)
    register(Money, str, lambda money: str(money.cents), lambda text: Money(int(text)))
    codec = registered(Money)
    assert isinstance(codec, Codec)
    assert codec.inner is str
    assert codec.decode("5").cents == 5
    unregister(Money)
    assert registered(Money) is None
    assert heard == [0, 1, 2]
    with pytest.raises(KeyError):
        unregister(Money)
