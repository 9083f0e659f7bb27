// What the protocols need from the machine: atomics, the futex, a pause, a clock. The protocols are templates
// over this policy, so that the tests can put a model of a weaker machine in its place.
#pragma once

#include <atomic>
#include <bit>
#include <cerrno>
#include <climits>
#include <cstdint>
#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace dtact::mesh {

static_assert(std::endian::native == std::endian::little,
              "the futex half of a 64-bit word is taken to be its lower address");

inline constexpr std::size_t kLine = 128;  // two cache lines: neighbours are prefetched in pairs

inline int64_t now_ns()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

inline void pause_briefly()
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("isb" ::: "memory");
#endif
}

struct RealAtomics {
    template <class T>
    using Atomic = std::atomic<T>;

    // Memory that the protocol hands from one thread to the next; the model finds out if two are at it at once.
    template <class T>
    class Cell {
    public:
        void put(T value) { value_ = value; }
        T get() { return value_; }

    private:
        T value_{};
    };

    // Sleep while the word holds `expected`, at most `timeout_ns` (negative: for ever). May return early. True: time is
    // up.
    static bool futex_wait(const Atomic<uint32_t>& word, uint32_t expected, int64_t timeout_ns = -1)
    {
        return wait_on(&word, expected, timeout_ns);
    }
    static void futex_wake(const Atomic<uint32_t>& word) { wake_on(&word); }

    // The same on the lower half of a 64-bit word.
    static void futex_wait_low(const Atomic<uint64_t>& word, uint32_t expected) { wait_on(&word, expected, -1); }
    static void futex_wake_low(const Atomic<uint64_t>& word) { wake_on(&word); }

    // Call until it returns false between two looks at a word that somebody is about to change.
    class Spin {
    public:
        explicit Spin(int64_t limit_ns) : end_(limit_ns > 0 ? now_ns() + limit_ns : 0) {}
        bool again()
        {
            pause_briefly();
            return end_ != 0 && (++turns_ % 8 != 0 || now_ns() < end_);
        }

    private:
        int64_t end_;
        unsigned turns_ = 0;
    };

private:
    static bool wait_on(const void* address, uint32_t expected, int64_t timeout_ns)
    {
        timespec limit{timeout_ns / 1'000'000'000, timeout_ns % 1'000'000'000};
        const timespec* until = timeout_ns < 0 ? nullptr : &limit;
        long result = syscall(SYS_futex, address, FUTEX_WAIT_PRIVATE, expected, until, nullptr, 0);
        return result != 0 && errno == ETIMEDOUT;
    }
    static void wake_on(const void* address)
    {
        syscall(SYS_futex, address, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
    }
};

}  // namespace dtact::mesh
