from collections.abc import Awaitable
from typing import final

from dtact.scheduler._wait_c import Wait

@final
class Sleep(Wait[None]): ...

def sleep(seconds: float, /) -> Awaitable[None]: ...
def sleep_until(when: float, /) -> Awaitable[None]: ...
