"""Calls and answers as bytes: what is pickled, what crosses in shared memory, what crosses by reference.

A buffer of 64 KB or more is not pickled but written to a memfd that travels with the frame, which the other side maps.
What lies in a shared array is not even copied: the memfd of that array travels.
"""

from __future__ import annotations

import io
import os
import pickle
import socket as sockets
import struct
import traceback
from collections.abc import Callable
from importlib import import_module
from types import BuiltinFunctionType, FunctionType
from typing import Any, NamedTuple

from dtact.errors import RemoteError, TransferError
from dtact.processes._block_c import Block, find_shared

LEAST_BUFFER = 64 * 1024
MOST_INLINE = 24 * 1024
MOST_SHARED = 200  # descriptors in one message; the kernel takes 253
MOST_REFERENCES = 1024
_ALIGN = 64

REFERENCE, KEYWORDS, PARCEL = 1, 2, 4  # flags of a frame
_PLAIN = frozenset({int, float, str, bytes, bool, complex, type(None)})


class Packed(NamedTuple):
    """A call or an answer, ready for a frame."""

    function: bytes
    payload: bytes
    flags: int
    parcel: Parcel | None


class Parcel:
    """The descriptors that travel with a frame: one memfd of its own, and those of shared arrays."""

    def __init__(self, private: int, private_length: int, shared: list[Block], keep: list[memoryview]) -> None:
        self.private, self.private_length, self.shared, self.keep = private, private_length, shared, keep

    def __del__(self) -> None:
        if self.private >= 0:
            os.close(self.private)

    def message(self) -> tuple[bytes, list[int]]:
        """Return what is sent over the socket: the lengths, the private one first (0: none), and the descriptors."""
        lengths = [self.private_length, *(block.length for block in self.shared)]
        first = [self.private] if self.private >= 0 else []
        return struct.pack(f"={len(lengths)}Q", *lengths), first + [block.descriptor for block in self.shared]


class RemoteTraceback(Exception):
    """Where in the worker an exception was raised: the cause of the exception that arrives here."""

    def __str__(self) -> str:
        return f'\n"""\n{self.args[0]}"""'


# ---------------------------------------------------------------- calls


_references: dict[object, bytes] = {}


def pack_call(function: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> Packed:
    """Pickle a call. Raises TransferError that names what cannot cross."""
    reference = _reference(function)
    if reference is None:
        return _pack_by_value(function, args, kwargs)
    if not kwargs and all(type(value) in _PLAIN for value in args):
        payload = pickle.dumps(args, 5)
        if len(payload) <= MOST_INLINE:
            return Packed(reference, payload, REFERENCE, None)
    flags = REFERENCE | (KEYWORDS if kwargs else 0)
    try:
        payload, more, parcel = pack((args, kwargs) if kwargs else args)
    except Exception as error:
        raise _culprit(function, args, kwargs, error) from error
    return Packed(reference, payload, flags | more, parcel)


def open_call(
    references: dict[bytes, Any], function: bytes, payload: bytes, flags: int, blocks: list[Block] | None
) -> tuple[Callable[..., object], tuple[object, ...], dict[str, object]]:
    """For the worker: the function, its arguments and keywords."""
    if not flags & REFERENCE:
        function_, args, kwargs = unpack(payload, flags, blocks)
        return function_, args, kwargs
    target = references.get(function)
    if target is None:
        target = references[function] = pickle.loads(function)
    if flags & KEYWORDS:
        args, kwargs = unpack(payload, flags, blocks)
        return target, args, kwargs
    return target, unpack(payload, flags, blocks), {}


def name_of(function: object) -> str:
    """The name that errors show for a function."""
    return getattr(function, "__qualname__", None) or repr(function)


def _reference(function: object) -> bytes | None:
    # Only what is found again by its name alone: a method or a callable object carries state.
    if type(function) not in (FunctionType, BuiltinFunctionType, type):
        if not callable(function):
            raise TransferError("what was given as a function can't be called", found=repr(function))
        return None
    known = _references.get(function)
    if known is not None:
        return known
    if function.__module__ == "__main__" or isinstance(getattr(function, "__self__", None), type):
        return None
    try:
        reference = pickle.dumps(function, 5)
    except (pickle.PicklingError, AttributeError, TypeError):
        return None
    if len(reference) > 1024 or (type(function) is BuiltinFunctionType and b"getattr" in reference):
        return None
    if len(_references) >= MOST_REFERENCES:
        _references.clear()
    _references[function] = reference
    return reference


def _pack_by_value(function: object, args: tuple[object, ...], kwargs: dict[str, object]) -> Packed:
    try:
        payload, flags, parcel = pack((function, args, kwargs))
    except Exception as error:
        raise _culprit(function, args, kwargs, error) from error
    return Packed(b"", payload, flags, parcel)


def _culprit(function: object, args: tuple[object, ...], kwargs: dict[str, object], error: Exception) -> TransferError:
    parts = [(f"the function {name_of(function)}", function)]
    parts += [(f"argument {at + 1} of {name_of(function)}", value) for at, value in enumerate(args)]
    parts += [(f"argument {key} of {name_of(function)}", value) for key, value in kwargs.items()]
    for what, value in parts:
        try:
            pack(value)
        except Exception as cause:
            return _transfer_error(what, value, cause)
    return _transfer_error(f"a call of {name_of(function)}", args, error)


def _transfer_error(what: str, value: object, cause: Exception) -> TransferError:
    hint = ""
    if isinstance(cause, _NeedsValueError) or "local object" in str(cause) or "<lambda>" in str(cause):
        hint = "put it into a module that workers can import, or install cloudpickle"
    return TransferError(f"{what} can't cross to another process", found=f"{type(value).__name__}: {cause}", hint=hint)


# ---------------------------------------------------------------- pickling


class _NeedsValueError(Exception):
    """Something of `__main__`, which a worker would look for in its own."""


class _Pickler(pickle.Pickler):
    def reducer_override(self, value: object) -> Any:
        if isinstance(value, FunctionType | type) and value.__module__ == "__main__":
            raise _NeedsValueError(f"{name_of(value)} lives in __main__, which a worker does not have")
        return NotImplemented


class _Collector:
    """What pickle hands out of band: buffers by where they will lie."""

    def __init__(self) -> None:
        self.table: list[tuple[int, int, int, bool]] = []  # block (0: the private one), offset, length, is read-only
        self.shared: list[Block] = []
        self.views: list[memoryview] = []
        self.keep: list[memoryview] = []
        self.length = 0

    def take(self, buffer: pickle.PickleBuffer) -> bool:
        """Keep a buffer, or return True: pickle it."""
        view = buffer.raw()
        found = find_shared(view) if len(self.shared) < MOST_SHARED else None
        if found is not None:
            block, offset = found
            if block not in self.shared:
                self.shared.append(block)
            self.table.append((1 + self.shared.index(block), offset, view.nbytes, view.readonly))
            self.keep.append(view)
            return False
        if view.nbytes < LEAST_BUFFER:
            return True
        self.table.append((0, self.place(view), view.nbytes, view.readonly))
        return False

    def place(self, view: memoryview) -> int:
        """Give it a place in the private memory."""
        offset = self.length
        self.length += (view.nbytes + _ALIGN - 1) // _ALIGN * _ALIGN
        self.views.append(view)
        return offset

    def seal(self, main: bytes) -> tuple[bytes, int, Parcel]:
        """Write the private memory."""
        inline: bytes | tuple[int, int] = main
        if len(main) > MOST_INLINE:
            inline = (self.place(memoryview(main)), len(main))
        private = -1
        if self.length:
            private = os.memfd_create("dtact-parcel")
        parcel = Parcel(private, self.length, self.shared, self.keep)
        offset = 0
        for view in self.views:
            _write(private, view, offset)
            offset += (view.nbytes + _ALIGN - 1) // _ALIGN * _ALIGN
        if self.length:
            os.ftruncate(private, self.length)
        payload = pickle.dumps((inline, self.table), 5)
        if len(payload) > 2 * MOST_INLINE:
            raise TransferError("too many arrays in one call", found=str(len(self.table)))
        return payload, PARCEL, parcel


def _write(descriptor: int, view: memoryview, offset: int) -> None:
    rest = view.cast("B")
    while rest:
        count = os.pwrite(descriptor, rest, offset)
        rest, offset = rest[count:], offset + count


def pack(value: object) -> tuple[bytes, int, Parcel | None]:
    """Pickle one value: payload, flags, and what travels along. Raises what pickle raises."""
    collector = _Collector()
    try:
        file = io.BytesIO()
        _Pickler(file, 5, buffer_callback=collector.take).dump(value)
        main = file.getvalue()
    except (_NeedsValueError, pickle.PicklingError, AttributeError, TypeError) as error:
        collector = _Collector()
        main = _pickle_by_value(value, collector, error)
    if not collector.table and len(main) <= MOST_INLINE:
        return main, 0, None
    return collector.seal(main)


def _pickle_by_value(value: object, collector: _Collector, error: Exception) -> bytes:
    try:
        cloudpickle = import_module("cloudpickle")
    except ImportError:
        raise error from None
    file = io.BytesIO()
    cloudpickle.CloudPickler(file, 5, buffer_callback=collector.take).dump(value)
    return file.getvalue()


def unpack(payload: bytes, flags: int, blocks: list[Block] | None) -> Any:
    """The value again. Its arrays lie in the blocks and keep them mapped."""
    if not flags & PARCEL:
        return pickle.loads(payload)
    inline, table = pickle.loads(payload)
    views = [memoryview(block) for block in blocks or ()]
    buffers = []
    for block, offset, length, is_readonly in table:
        view = views[block][offset : offset + length]
        buffers.append(view.toreadonly() if is_readonly else view)
    main = inline if isinstance(inline, bytes) else views[0][inline[0] : inline[0] + inline[1]]
    return pickle.loads(main, buffers=buffers)


# ---------------------------------------------------------------- answers


def pack_error(error: BaseException) -> bytes:
    """An exception, with its traceback as text; one that can't be pickled travels by its name and text."""
    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    name, message = f"{type(error).__module__}.{type(error).__qualname__}", str(error)
    try:
        payload, flags, parcel = pack(error.with_traceback(None))
        pickle.loads(payload)
        if flags or parcel:
            raise ValueError("an exception with large buffers")
    except Exception:
        return pickle.dumps((None, name, message[:10000], text[-10000:]), 5)
    return pickle.dumps((payload, name, message[:10000], text[-10000:]), 5)


def open_answer(
    is_value: bool, received: tuple[bytes, int, list[Block] | None], job: str
) -> tuple[object, BaseException | None]:
    """The result and None, or None and the exception."""
    payload, flags, blocks = received
    try:
        if is_value:
            return unpack(payload, flags, blocks), None
        pickled, name, message, text = pickle.loads(payload)
        error = pickle.loads(pickled) if pickled is not None else RemoteError(f"{job} raised {name}: {message}")
        error.__cause__ = RemoteTraceback(text)
    except Exception as cause:
        failure = TransferError(
            f"the answer of {job} can't be unpickled here", found=f"{type(cause).__name__}: {cause}"
        )
        failure.__cause__ = cause
        return None, failure
    return None, error


# ---------------------------------------------------------------- the socket


def send_descriptors(socket: sockets.socket, parcel: Parcel) -> int:
    """Send them; return how many, 0 if the socket takes no more now."""
    lengths, descriptors = parcel.message()
    try:
        sockets.send_fds(socket, [lengths], descriptors, sockets.MSG_NOSIGNAL)
    except BlockingIOError:
        return 0
    except OSError as error:
        if isinstance(error, BrokenPipeError | ConnectionError):
            return 0  # the worker is dead, and whoever buries it gives its jobs to others
        raise
    return len(descriptors)


def receive_blocks(socket: sockets.socket) -> list[Block]:
    """Map what came with the frame just read: the private memory first, then shared blocks."""
    data, descriptors, _, _ = sockets.recv_fds(socket, 8 * 256, 256)
    lengths = struct.unpack(f"={len(data) // 8}Q", data)
    blocks: list[Block] = []
    left = list(descriptors)
    if lengths and lengths[0]:
        private = left.pop(0)
        blocks.append(Block(private, lengths[0], False))
        os.close(private)
    else:
        blocks.append(_NOTHING)
    blocks += [Block(descriptor, length, True) for descriptor, length in zip(left, lengths[1:], strict=True)]
    return blocks


def _make_nothing() -> Block:
    descriptor = os.memfd_create("dtact-nothing")
    os.ftruncate(descriptor, 1)
    try:
        return Block(descriptor, 1, False)
    finally:
        os.close(descriptor)


_NOTHING = _make_nothing()
