"""Nothing is left behind: as many blocks of memory after thousands of values and errors as before them."""

import gc
import random
import sys

import fuzz_bincode
import pytest

ROUNDS = 20
WINDOWS = 6  # caches and free lists come and go; what leaks grows in every window


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
    grown = []
    for _ in range(WINDOWS):
        gc.collect()
        before = sys.getallocatedblocks()
        for _ in range(ROUNDS):
            once()
        gc.collect()
        grown.append(sys.getallocatedblocks() - before)
    assert min(grown) < ROUNDS // 2
