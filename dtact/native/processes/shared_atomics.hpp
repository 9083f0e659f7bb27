// The machine as two processes see it: the pool's policy with futexes that work across address spaces.
#pragma once

#include "mesh/atomics.hpp"

namespace dtact::processes {

struct SharedAtomics {
    template <class T>
    using Atomic = std::atomic<T>;
    static_assert(std::atomic<uint64_t>::is_always_lock_free && std::atomic<uint32_t>::is_always_lock_free,
                  "an atomic that hides a lock can't lie in shared memory");

    // Sleep while the word holds `expected`, at most `timeout_ns` (negative: for ever). May return early, for a signal
    // for example. True: time is up.
    static bool futex_wait(const Atomic<uint32_t>& word, uint32_t expected, int64_t timeout_ns = -1)
    {
        timespec limit{timeout_ns / 1'000'000'000, timeout_ns % 1'000'000'000};
        const timespec* until = timeout_ns < 0 ? nullptr : &limit;
        long result = syscall(SYS_futex, &word, FUTEX_WAIT, expected, until, nullptr, 0);
        return result != 0 && errno == ETIMEDOUT;
    }
    static void futex_wake(const Atomic<uint32_t>& word)
    {
        syscall(SYS_futex, &word, FUTEX_WAKE, INT_MAX, nullptr, nullptr, 0);
    }

    using Spin = mesh::RealAtomics::Spin;
};

}  // namespace dtact::processes
