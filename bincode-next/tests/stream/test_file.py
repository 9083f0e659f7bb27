"""Files of every kind: exact where they allow it, whole whatever they return, honest about ends and failures."""

import gzip
import io
import os
import threading
import tracemalloc

import pytest
from samples import NAMES, PAIRS, SAVE, Save

from bincode_next.codec import encode, encode_many
from bincode_next.config import legacy, standard, v3
from bincode_next.errors import DecodeError, EncodeError, EndOfStream, InvalidBooleanValue, UnexpectedEnd
from bincode_next.stream import read_from, read_many, write_many, write_to
from bincode_next.types import f64, u8, u32


class Drip(io.RawIOBase):
    """A file that returns few bytes at a time, whatever is asked, and can't go back."""

    def __init__(self, data, sizes=(1,)):
        self.data, self.sizes, self.at, self.turn = data, sizes, 0, 0

    def readable(self):
        return True

    def read(self, size=-1):
        self.turn += 1
        size = min(size if size >= 0 else 1 << 30, self.sizes[self.turn % len(self.sizes)])
        found = self.data[self.at : self.at + size]
        self.at += len(found)
        return found


class Failing(Drip):
    """A file that fails after some bytes."""

    def __init__(self, data, good):
        super().__init__(data, (3,))
        self.good = good

    def read(self, size=-1):
        if self.at >= self.good:
            raise OSError(5, "the disk is on fire")
        return super().read(min(size, self.good - self.at))


class Sink(io.RawIOBase):
    """A file that takes few bytes at a time."""

    def __init__(self, most=7):
        self.taken, self.most = b"", most

    def writable(self):
        return True

    def write(self, data):
        some = bytes(data[: self.most])
        self.taken += some
        return len(some)


def openings(data, path):
    """Return the same bytes as files of several kinds, with a function that says how far each has been read."""
    path.write_bytes(data)
    yield open(path, "rb"), lambda file: file.tell()  # noqa: SIM115
    yield open(path, "rb", buffering=0), lambda file: file.tell()  # noqa: SIM115
    yield io.BytesIO(data), lambda file: file.tell()
    yield Drip(data, (1, 2, 5)), lambda file: file.at
    yield Drip(data, (1 << 30,)), lambda file: file.at
    path.with_suffix(".gz").write_bytes(gzip.compress(data))
    yield gzip.open(path.with_suffix(".gz"), "rb"), lambda file: file.tell()  # noqa: SIM115


@pytest.mark.parametrize("frame", [None, "u32", "varint"])
@pytest.mark.parametrize(("name", "hint", "value"), PAIRS, ids=NAMES)
def test_exactly_one_value(name, hint, value, frame, tmp_path):
    """After each read the file stands right after the value; what follows is still there."""
    sink = io.BytesIO()
    size = write_to(sink, value, hint, frame=frame)
    data = sink.getvalue()
    assert size == len(data)
    for file, where in openings(data + data + b"rest", tmp_path / "file"):
        with file:
            for turn in (1, 2):
                assert read_from(file, hint, frame=frame) == value, name
                assert where(file) == turn * size
            assert file.read(100)[:1] == b"r"


@pytest.mark.parametrize("config", [legacy(), v3().with_fingerprint()], ids=["legacy", "fingerprint"])
def test_exactly_one_value_of_other_configurations(config, tmp_path):
    data = encode(SAVE, Save, config)
    for file, where in openings(data + b"rest", tmp_path / "file"):
        with file:
            assert read_from(file, Save, config) == SAVE
            assert where(file) == len(data)


def test_a_large_value(tmp_path):
    """One that no look ahead holds."""
    value = [f"line {i}" * 5 for i in range(20_000)]
    data = encode(value, list[str])
    for file, where in openings(data + b"rest", tmp_path / "file"):
        if isinstance(file, Drip) and file.sizes[0] == 1:
            continue  # a million reads
        with file:
            assert read_from(file, list[str]) == value
            assert where(file) == len(data)


@pytest.mark.parametrize("frame", [None, "u32"])
def test_ends(frame, tmp_path):
    """Nothing at all is a clean end; a part of a value is not."""
    sink = io.BytesIO()
    write_to(sink, SAVE, frame=frame)
    data = sink.getvalue()
    for cut in [0, 1, 3, 4, 5, 20, len(data) - 1]:
        for file, _ in openings(data + data[:cut], tmp_path / "file"):
            with file:
                assert read_from(file, Save, frame=frame) == SAVE
                with pytest.raises(UnexpectedEnd if cut else EndOfStream) as caught:
                    read_from(file, Save, frame=frame)
                assert isinstance(caught.value, DecodeError if cut else EOFError)
        for file, _ in openings(data + data[:cut], tmp_path / "file"):
            with file:
                values = read_many(file, Save, frame=frame)
                assert next(values) == SAVE
                with pytest.raises(UnexpectedEnd if cut else StopIteration):
                    next(values)


@pytest.mark.parametrize("chunk_bytes", [1, 2, 10, 1000, 1 << 18])
@pytest.mark.parametrize("frame", [None, "u32-big", "varint"])
def test_many(frame, chunk_bytes, tmp_path):
    values = [str(i) * (i % 50) for i in range(300)]
    sink = Sink(100)
    total = write_many(sink, iter(values), str, frame=frame)
    assert total == len(sink.taken)
    for file, _ in openings(sink.taken, tmp_path / "file"):
        with file:
            assert list(read_many(file, str, frame=frame, chunk_bytes=chunk_bytes)) == values


def test_files_that_fail():
    """What the file raises passes through, after all values before it; nothing of ours takes its place."""
    data = encode_many(["abc"] * 10, str)
    for good in range(len(data)):
        values = read_many(Failing(data, good), str)
        found = []
        with pytest.raises(OSError, match="on fire"):
            found.extend(values)
        assert found in ([], ["abc"] * (good // 4))
        file = Failing(data, good)
        for _ in range(good // 4):
            assert read_from(file, str) == "abc"
        with pytest.raises(OSError, match="on fire"):
            read_from(file, str)


def test_bad_bytes_in_a_file():
    data = b"\x01\x00\x01\x05\x01"
    found = []
    with pytest.raises(InvalidBooleanValue):
        found.extend(read_many(io.BytesIO(data), bool))
    file = Drip(data)
    assert [read_from(file, bool) for _ in range(3)] == [True, False, True]
    with pytest.raises(InvalidBooleanValue):
        read_from(file, bool)
    values = read_many(io.BytesIO(data), bool)
    assert [next(values) for _ in range(3)] == [True, False, True]
    with pytest.raises(InvalidBooleanValue):
        next(values)


def test_writing_to_stubborn_files():
    sink = Sink(1)
    assert write_to(sink, SAVE) == len(encode(SAVE))
    assert sink.taken == encode(SAVE)

    class Full(Sink):
        def write(self, data):
            return super().write(data) if len(self.taken) < 20 else None

    with pytest.raises(BlockingIOError, match="bytes are left"):
        write_to(Full(), SAVE)

    class Silent:
        taken = b""

        def write(self, data):
            self.taken += bytes(data)

    silent = Silent()
    write_to(silent, SAVE)
    assert silent.taken == encode(SAVE)
    before = io.BytesIO()
    with pytest.raises(EncodeError):
        write_to(before, 300, u8)
    assert before.getvalue() == b""


def test_files_that_do_not_wait():
    read, write = os.pipe()
    os.set_blocking(read, False)
    with open(read, "rb", buffering=0) as file, open(write, "wb", buffering=0):
        with pytest.raises(BlockingIOError):
            read_from(file, u32)
        with pytest.raises(BlockingIOError):
            list(read_many(file, u32))


def test_values_of_a_pipe_come_at_once():
    """A value that is there is given while the writer holds the pipe open; nothing waits for a full buffer."""
    read, write = os.pipe()
    with open(read, "rb") as file, open(write, "wb", buffering=0) as sink:
        values = read_many(file, str)
        for text in ("one", "two", "three"):
            write_to(sink, text)
            assert next(values) == text
        sink.close()
        assert list(values) == []
    read, write = os.pipe()
    with open(read, "rb") as file, open(write, "wb", buffering=0) as sink:
        for text in ("one", "two"):
            write_to(sink, text)
            assert read_from(file, str) == text


def test_memory_does_not_grow_with_the_file(tmp_path):
    """Forty megabytes of records pass through a few."""
    path = tmp_path / "many"
    hint = tuple[u32, f64, f64, f64, f64]
    block = encode_many([(i, 0.5, 1.5, 2.5, i / 3) for i in range(10_000)], hint)
    with open(path, "wb") as file:
        for _ in range(12):
            file.write(block)
    with open(path, "rb") as file:
        values = read_many(file, hint, chunk_bytes=1 << 16)
        next(values)
        tracemalloc.start()
        count = 1 + sum(1 for _ in values)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert count == 120_000
    assert peak < 8 << 20


def test_two_threads_read_two_files():
    """Decoders share their plans, and nothing else."""
    data = encode_many([SAVE] * 200, Save)
    found = []
    threads = [threading.Thread(target=lambda: found.append(list(read_many(io.BytesIO(data), Save)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[SAVE] * 200] * 4
    assert standard() is standard()
