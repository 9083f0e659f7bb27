"""rapidhash, version 3: Nicolas De Carli's hash of byte strings, seeded as its C++ original does."""

from __future__ import annotations

_MASK = (1 << 64) - 1
_SECRETS = (
    0x2D358DCCAA6C78A5,
    0x8BB84B93962EACC9,
    0x4B33A62ED433D4A3,
    0x4D5A2DA51DE1AA47,
    0xA0761D6478BD642F,
    0xE7037ED1A0B428DB,
    0x90ED1765281C388C,
    0xAAAAAAAAAAAAAAAA,
)
_LANES = 7
_BLOCK = 16 * _LANES
_SHORT_BLOCK_SECRETS = (2, 2, 1, 1, 2, 1)


def rapidhash(data: bytes, seed: int = 0) -> int:
    """Return the hash of `data`, from 0 to 2**64 - 1."""
    seed = (seed ^ _mix(seed ^ _SECRETS[2], _SECRETS[1])) & _MASK
    if len(data) <= 16:
        a, b, seed = _ends_of_short(data, seed)
        unread = len(data)
    else:
        seed, unread = _fold(data, seed)
        a, b = _word(data, len(data) - 16) ^ unread, _word(data, len(data) - 8)
    product = (a ^ _SECRETS[1]) * (b ^ seed)
    return _mix((product & _MASK) ^ _SECRETS[7], (product >> 64) ^ _SECRETS[1] ^ unread)


def _ends_of_short(data: bytes, seed: int) -> tuple[int, int, int]:
    """Return the two words that stand for at most 16 bytes, and the seed, which knows the length from 4 bytes on."""
    length = len(data)
    if length >= 8:
        return _word(data, 0), _word(data, length - 8), seed ^ length
    if length >= 4:
        return int.from_bytes(data[:4], "little"), int.from_bytes(data[-4:], "little"), seed ^ length
    if length:
        return data[0] << 45 | data[-1], data[length >> 1], seed
    return 0, 0, seed


def _fold(data: bytes, seed: int) -> tuple[int, int]:
    """Mix blocks into the seed while more than 16 bytes are left; return it and the length after the long blocks."""
    at, length = 0, len(data)
    if length > _BLOCK:
        lanes = [seed] * _LANES
        while length - at > _BLOCK:
            for lane in range(_LANES):
                lanes[lane] = _mix(_word(data, at) ^ _SECRETS[lane], _word(data, at + 8) ^ lanes[lane])
                at += 16
        for into, other in ((0, 1), (2, 3), (4, 5), (0, 6), (2, 4), (0, 2)):
            lanes[into] ^= lanes[other]
        seed = lanes[0]
    unread = length - at
    for secret in _SHORT_BLOCK_SECRETS:
        if length - at <= 16:
            break
        seed = _mix(_word(data, at) ^ _SECRETS[secret], _word(data, at + 8) ^ seed)
        at += 16
    return seed, unread


def _word(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 8], "little")


def _mix(a: int, b: int) -> int:
    product = a * b
    return (product & _MASK) ^ (product >> 64)
