// One participant's share of the chunks: {low, high} in one 64-bit word. Its owner takes from the front, others from
// the back, so the same rows go to the same core on every call, and a share whose owner never came is eaten by the
// rest.
#pragma once

#include "mesh/atomics.hpp"
#include "mesh/orders.hpp"

namespace dtact::mesh {

template <class A>
class alignas(kLine) Range {
public:
    // Relaxed orders are enough throughout: the gate publishes the range before the call and the results after it.
    void fill(uint32_t low, uint32_t high)
    {
        owned_.store(0, std::memory_order_relaxed);
        chunks_.store(low | uint64_t{high} << 32, std::memory_order_relaxed);
    }

    // Become the owner. False if the range has one.
    bool claim() { return owned_.exchange(1, std::memory_order_relaxed) == 0; }

    bool take_front(uint32_t& chunk) { return take(1, chunk, [](uint64_t chunks) { return low(chunks); }); }

    bool take_back(uint32_t& chunk)
    {
        return take(~uint64_t{0} << 32, chunk, [](uint64_t chunks) { return high(chunks) - 1; });
    }

private:
    static constexpr uint32_t low(uint64_t chunks) { return static_cast<uint32_t>(chunks); }
    static constexpr uint32_t high(uint64_t chunks) { return static_cast<uint32_t>(chunks >> 32); }

    template <class Pick>
    bool take(uint64_t step, uint32_t& chunk, Pick pick)
    {
        uint64_t chunks = chunks_.load(std::memory_order_relaxed);
        while (low(chunks) < high(chunks)) {
            if (mutated(Mutation::take_not_atomic))
                chunks_.store(chunks + step, std::memory_order_relaxed);
            else if (!chunks_.compare_exchange_weak(chunks, chunks + step, std::memory_order_relaxed))
                continue;
            chunk = pick(chunks);
            return true;
        }
        return false;
    }

    typename A::template Atomic<uint64_t> chunks_{0};
    typename A::template Atomic<uint32_t> owned_{0};
};

}  // namespace dtact::mesh
