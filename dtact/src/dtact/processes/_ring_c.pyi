from typing import final

MOST_FRAME: int
SLOTS: int
CHANNEL_BYTES: int
BELL_BYTES: int
LAYOUT: tuple[int, ...]
HELLO: int
JOB: int
BYE: int
VALUE: int
ERROR: int
DROPPED: int

_Frame = tuple[int, int, int, int, int, int, bytes, bytes, int]

@final
class Doorbell:
    descriptor: int
    def __new__(cls, memory: int, descriptor: int, is_new: bool) -> Doorbell: ...
    def ring(self) -> None: ...
    def hush(self) -> None: ...

@final
class Link:
    def __new__(cls, memory: int, is_parent: bool) -> Link: ...
    def write(
        self,
        kind: int,
        slot: int,
        generation: int,
        *,
        descriptors: int = 0,
        function: bytes = b"",
        payload: bytes = b"",
        flags: int = 0,
    ) -> bool: ...
    def take(self) -> _Frame | None: ...
    def nudge(self) -> None: ...
    def wait(self, spin_ns: int) -> _Frame: ...
    def answer(
        self,
        bell: Doorbell,
        kind: int,
        slot: int,
        generation: int,
        descriptors: int,
        payload: bytes,
        flags: int,
        elapsed_ns: int,
        began_ns: int = 0,
    ) -> None: ...
    def post(self, slot: int, generation: int) -> None: ...
    def start(self, slot: int, generation: int) -> bool: ...
    def withdraw(self, slot: int, generation: int) -> bool: ...
    def sign(self, is_parent: bool, pid: int, started: int) -> None: ...
    def owners(self) -> tuple[tuple[int, int], tuple[int, int]]: ...
