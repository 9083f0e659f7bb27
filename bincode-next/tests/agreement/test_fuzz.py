"""Both engines end the same way on random bytes of random types: some of what `tools/fuzz_bincode.py` tries."""

import random

import fuzz_bincode
import pytest


@pytest.mark.parametrize("seed", range(60))
def test_damaged_bytes_end_the_same_way_in_both_engines(seed):
    pick = random.Random(seed)
    case = fuzz_bincode.case_of(pick.getrandbits(32))
    if case is None:
        return
    for _ in range(100):
        fuzz_bincode.examine(case, fuzz_bincode.damaged(pick, case))


def test_what_is_found_is_told_with_what_makes_it_again():
    text = fuzz_bincode.described(AssertionError("odd"), 7, b"\x01\xff")
    assert text.startswith("AssertionError: odd\n  case 7, bytes 01ff\n")
