// Who is inside a parallel_for. One 64-bit word: generation (odd = open) | caller waits | seats left | helpers inside.
//
// The caller opens the gate, helpers join while there are seats, the caller closes it and waits for those inside only.
// A helper that comes late finds the gate closed, or open for a later call, which it may as well help. Gates lie in
// memory that is never freed, so the last helper may still ring after the caller has gone on.
#pragma once

#include "mesh/atomics.hpp"
#include "mesh/orders.hpp"

namespace dtact::mesh {

template <class A>
class Gate {
public:
    static constexpr int kSeats = 0x7fff;

    // Only for the caller that owns the slot, while nobody is inside.
    void open(int seats)
    {
        uint64_t generation = (word_.load(std::memory_order_relaxed) / kGeneration + 1) | 1;
        word_.store(generation * kGeneration + static_cast<uint64_t>(seats) * kSeat, orders::kOpen);
    }

    // True if a helper could join now: a hint.
    bool has_seat() const { return is_joinable(word_.load(orders::kLook)); }

    int seats_left() const { return seats(word_.load(std::memory_order_relaxed)); }

    bool join()
    {
        uint64_t word = word_.load(std::memory_order_relaxed);
        while (is_joinable(word))
            if (word_.compare_exchange_weak(word, word - kSeat + kInside, orders::kJoin, std::memory_order_relaxed))
                return true;
        return false;
    }

    // The last thing a helper does with the slot.
    void leave()
    {
        uint64_t word = word_.fetch_sub(kInside, orders::kLeave);
        if (!mutated(Mutation::leave_silent) && (word & kCallerWaits) != 0 && inside(word) == 1)
            A::futex_wake_low(word_);
    }

    // From here on nobody joins.
    void close()
    {
        if (!mutated(Mutation::close_keeps_generation))
            word_.fetch_add(kGeneration, orders::kClose);
    }

    // Return when all helpers have left; what they wrote is then visible. Spins for up to spin_ns before it sleeps.
    void wait_until_empty(int64_t spin_ns)
    {
        typename A::Spin spin(spin_ns);
        do
            if (inside(word_.load(orders::kGateWait)) == 0)
                return;
        while (spin.again());
        uint64_t word = word_.fetch_or(kCallerWaits, orders::kGateWait) | kCallerWaits;
        while (inside(word) != 0) {
            A::futex_wait_low(word_, static_cast<uint32_t>(word));
            word = word_.load(orders::kGateWait);
        }
    }

private:
    static constexpr uint64_t kInside = 1;
    static constexpr uint64_t kSeat = uint64_t{1} << 16;
    static constexpr uint64_t kCallerWaits = uint64_t{1} << 31;
    static constexpr uint64_t kGeneration = uint64_t{1} << 32;

    static constexpr int inside(uint64_t word) { return static_cast<int>(word & 0xffff); }
    static constexpr int seats(uint64_t word) { return static_cast<int>(word >> 16 & kSeats); }
    static constexpr bool is_joinable(uint64_t word) { return (word & kGeneration) != 0 && seats(word) > 0; }

    typename A::template Atomic<uint64_t> word_{0};
};

}  // namespace dtact::mesh
