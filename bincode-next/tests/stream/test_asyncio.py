"""asyncio's streams: real sockets, readers that get bytes in drops, ends."""

import asyncio

import pytest
from samples import NAMES, PAIRS, SAVE, Save

from bincode_next.codec import encode, encode_many
from bincode_next.errors import EndOfStream, InvalidBooleanValue, UnexpectedEnd
from bincode_next.stream import read_async, read_many_async, write_async
from bincode_next.types import u32


def reader_of(data, size=None):
    """Return a reader that has these bytes, all at once or in drops with turns of the loop between."""
    reader = asyncio.StreamReader()
    if size is None:
        reader.feed_data(data)
        reader.feed_eof()
        return reader

    async def drip():
        for at in range(0, len(data), size):
            reader.feed_data(data[at : at + size])
            await asyncio.sleep(0)
        reader.feed_eof()

    reader.task = asyncio.ensure_future(drip())
    return reader


@pytest.mark.parametrize("frame", [None, "u32-big"])
@pytest.mark.parametrize(("name", "hint", "value"), PAIRS, ids=NAMES)
def test_exactly_one_value(name, hint, value, frame):
    class Writer:
        data = b""

        def write(self, data):
            self.data += data

        async def drain(self):
            pass

    async def main():
        writer = Writer()
        size = await write_async(writer, value, hint, frame=frame)
        assert size == len(writer.data)
        reader = reader_of(writer.data * 2 + b"rest", 3)
        assert await read_async(reader, hint, frame=frame) == value, name
        assert await read_async(reader, hint, frame=frame) == value
        assert await reader.read(-1) == b"rest"

    asyncio.run(main())


@pytest.mark.parametrize("frame", [None, "u32"])
def test_ends(frame):
    async def main():
        with pytest.raises(EndOfStream):
            await read_async(reader_of(b""), Save, frame=frame)
        data = encode(SAVE)
        for cut in (1, 2, 10, len(data) - 1):
            with pytest.raises(UnexpectedEnd):
                await read_async(reader_of((b"\xff\0\0\0" if frame else b"") + data[:cut]), Save, frame=frame)
            values = read_many_async(reader_of(data + data[:cut], 5), Save)
            assert await anext(values) == SAVE
            with pytest.raises(UnexpectedEnd):
                await anext(values)

    asyncio.run(main())


def test_many():
    async def main():
        data = encode_many([SAVE] * 20, Save)
        for size in (None, 1, 100):
            found = [value async for value in read_many_async(reader_of(data, size), Save)]
            assert found == [SAVE] * 20
        with pytest.raises(InvalidBooleanValue):
            await read_async(reader_of(b"\x07"), bool)

    asyncio.run(main())


def test_question_and_answer_over_a_socket():
    """Each side waits for the other's value, so a value that came late by a byte would hang both."""

    async def serve(reader, writer):
        async for number in read_many_async(reader, u32):
            await write_async(writer, "x" * number)
        writer.close()

    async def main():
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            for number in (0, 3, 300, 70_000):
                await write_async(writer, number, u32)
                assert await read_async(reader, str) == "x" * number
            writer.write_eof()
            with pytest.raises(EndOfStream):
                await read_async(reader, str)
            writer.close()
            await writer.wait_closed()

    asyncio.run(asyncio.wait_for(main(), 20))
