"""Nothing is left behind: as many blocks of memory after thousands of values and errors as before them."""

import gc
import random
import sys
from contextlib import suppress

import fuzz_bincode
import pytest
from samples import PAIRS

from bincode_next.codec import Decoder, Encoder
from bincode_next.config import legacy, standard, v3
from bincode_next.errors import DecodeError, EncodeError

OWNERS = 30

ROUNDS = 20
WINDOWS = 20  # caches and free lists come and go; what leaks grows in every window


@pytest.mark.parametrize("seed", range(100, 115))
def test_values_and_errors_leave_nothing_behind(seed):
    pick = random.Random(seed)
    case = fuzz_bincode.case_of(pick.getrandbits(32))
    if case is None:
        return
    inputs = [fuzz_bincode.damaged(pick, case) for _ in range(20)]

    def once():
        for data in inputs:
            found = fuzz_bincode.outcome(case.native.decode, data)
            if not isinstance(found[0], type):
                fuzz_bincode.outcome(case.native.encode, found[0])

    for _ in range(ROUNDS):
        once()
    grown = [ROUNDS]
    while min(grown) >= ROUNDS // 2 and len(grown) <= WINDOWS:
        gc.collect()
        before = sys.getallocatedblocks()
        for _ in range(ROUNDS):
            once()
        gc.collect()
        grown.append(sys.getallocatedblocks() - before)
    assert min(grown) < ROUNDS // 2


def uses(hint, value, config):
    """Return a function that encodes, decodes and fails in many ways, and what takes part in that."""
    encoder, decoder = Encoder(hint, config), Decoder(hint, config)
    data = encoder.encode(value)

    def once():
        decoder.decode(data)
        encoder.encode(value)
        encoder.encode_into(value, bytearray(len(data)))
        for end in range(0, len(data), len(data) // 8 + 1):
            with suppress(DecodeError):
                decoder.decode(data[:end])
            with suppress(DecodeError):
                decoder.decode(data[:end] + b"\xff" + data[end + 1 :])
        for wrong in (object, [value, object]):
            with suppress(EncodeError):
                encoder.encode(wrong)

    parts = [value, data, hint, type(value), encoder.schema, config, *gc.get_referents(value)]
    return once, [one for one in parts if not isinstance(one, int)]  # Python's own code counts on small ones


@pytest.mark.parametrize("config", [standard(), legacy(), v3().with_deterministic_bincode(), v3().with_cbor_format()])
def test_what_takes_part_has_no_more_owners_afterwards(config):
    """Values, their parts, their bytes, their types, and the objects that all Python shares."""
    cases = {name: uses(hint, value, config) for name, hint, value in PAIRS}
    parts = [(name, one) for name, case in cases.items() for one in case[1]]
    parts += [("shared", one) for one in (None, True, False, "", b"", (), float, int, str, list, dict)]
    counts = []
    for rounds in (1, OWNERS):
        for once, _ in cases.values():
            for _ in range(rounds):
                once()
        gc.collect()
        counts.append([sys.getrefcount(one) for _, one in parts])
    grown = [
        (name, type(one), old, new)
        for (name, one), old, new in zip(parts, *counts, strict=True)
        if abs(new - old) >= OWNERS // 2
    ]
    assert not grown
