"""Queues and signals between tasks, fibers and threads. Start reading at `_channel_c.pyx`, then `_signals_c.pyx`."""

from ._channel_c import Channel as Channel
from ._channel_c import Producer as Producer
from ._signals_c import Broadcast as Broadcast
from ._signals_c import Oneshot as Oneshot
from ._signals_c import Subscription as Subscription
from ._signals_c import Watch as Watch
from ._signals_c import Watcher as Watcher

__all__ = ("Broadcast", "Channel", "Oneshot", "Producer", "Subscription", "Watch", "Watcher")
