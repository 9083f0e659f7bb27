"""Values in files, pipes, sockets and chunks that come when they come. Start reading at `_file.py`, then `_push.py`."""

from ._asyncio import read_async as read_async
from ._asyncio import read_many_async as read_many_async
from ._asyncio import write_async as write_async
from ._file import read_from as read_from
from ._file import read_many as read_many
from ._file import write_many as write_many
from ._file import write_to as write_to
from ._frame import Frame as Frame
from ._push import PushDecoder as PushDecoder

__all__ = (
    "Frame",
    "PushDecoder",
    "read_async",
    "read_from",
    "read_many",
    "read_many_async",
    "write_async",
    "write_many",
    "write_to",
)
