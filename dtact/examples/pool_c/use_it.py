"""Use the extension: the same sum to the last bit, however many threads there are."""

from array import array

import pool_example

from dtact import mesh

a = array("d", (0.1 * (i % 1000) for i in range(300_000)))
b = array("d", (1.0 / (i + 1) for i in range(300_000)))

sums = set()
for threads in (1, 2, 3, 4):
    mesh.set_thread_count(threads)
    sums.add(pool_example.dot(a, b))
expected = sum(x * y for x, y in zip(a, b, strict=True))
assert len(sums) == 1
assert abs(sums.pop() - expected) < 1e-9 * expected
assert pool_example.primes(200_000) == 17_984
print(f"dot = {expected:.9f}, the same bits on 1, 2, 3 and 4 threads; 17984 primes below 200000")
