"""Queues between tasks, fibers and threads. Start reading at `_channel_c.pyx`."""

from ._channel_c import Channel as Channel
from ._channel_c import Producer as Producer

__all__ = ("Channel", "Producer")
