// Who has a job: one word per slot, a generation and a state. The worker starts a job, or the parent withdraws it, by
// the same compare-exchange: exactly one of them has it. After a death the word says whether the job had begun.
#pragma once

#include "mesh/atomics.hpp"
#include "processes/orders.hpp"

namespace dtact::processes {

enum class Claim : uint64_t { none = 0, queued = 1, started = 2, withdrawn = 3 };

template <class A>
class ClaimWord {
public:
    // By the parent, before the frame is published; the slot is its own again once the job's answer was read, or the
    // worker is gone.
    void post(uint64_t generation) { word_.store(of(generation, Claim::queued), orders::kClaim); }

    bool start(uint64_t generation) { return take(generation, Claim::started); }
    bool withdraw(uint64_t generation) { return take(generation, Claim::withdrawn); }

    Claim state() const { return static_cast<Claim>(word_.load(orders::kClaim) & 3); }

private:
    static uint64_t of(uint64_t generation, Claim claim) { return generation << 2 | static_cast<uint64_t>(claim); }

    bool take(uint64_t generation, Claim claim)
    {
        uint64_t expected = of(generation, Claim::queued);
        if (mutated(Mutation::claim_by_store)) {
            bool is_free = word_.load(orders::kClaim) == expected;
            if (is_free)
                word_.store(of(generation, claim), orders::kClaim);
            return is_free;
        }
        while (!word_.compare_exchange_weak(expected, of(generation, claim), orders::kClaim))
            if (expected != of(generation, Claim::queued))
                return false;
        return true;
    }

    typename A::template Atomic<uint64_t> word_{0};
};

}  // namespace dtact::processes
