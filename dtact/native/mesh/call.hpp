// One parallel_for in flight: the loop, its gate, its shares. Lives in a slot that is never freed.
#pragma once

#include <algorithm>
#include <cstdint>

#include "mesh/gate.hpp"
#include "mesh/range.hpp"
#include "mesh/spans.hpp"

namespace dtact::mesh {

using Body = void (*)(void* context, int64_t begin, int64_t end);

// Rows cut at the multiples of `grain`: the cut depends on count and grain only.
struct Cut {
    static constexpr int64_t kMostChunks = 0xffff'ffff;  // they are counted in 32 bits
    static constexpr int64_t kDefaultChunks = 128;

    int64_t count;
    int64_t grain;

    static constexpr int64_t divide_up(int64_t value, int64_t by) { return value / by + (value % by != 0 ? 1 : 0); }

    static constexpr Cut make(int64_t count, int64_t grain)
    {
        if (grain < 1)
            grain = divide_up(count, kDefaultChunks);
        int64_t chunks = divide_up(count, grain);
        if (chunks > kMostChunks)
            grain *= divide_up(chunks, kMostChunks);
        return {count, grain};
    }

    constexpr int64_t chunks() const { return divide_up(count, grain); }
    constexpr int64_t begin(int64_t chunk) const { return chunk * grain; }
    constexpr int64_t end(int64_t chunk) const { return count - begin(chunk) > grain ? begin(chunk) + grain : count; }
};

// A number that one thread changes and any thread may read.
class Counter {
public:
    void set(uint64_t value) { value_.store(value, std::memory_order_relaxed); }
    void add(uint64_t value) { set(get() + value); }
    uint64_t get() const { return value_.load(std::memory_order_relaxed); }

private:
    std::atomic<uint64_t> value_{0};
};

struct Loop {
    Body body = nullptr;
    void* context = nullptr;
    Cut cut{};
    int participants = 0;
    int caller_cpu = 0;
    uint32_t forks = 0;
    uint64_t fp_control = 0;

    void run(int64_t chunk) const { body(context, cut.begin(chunk), cut.end(chunk)); }
};

template <class A, int kParticipants>
class Call {
public:
    Gate<A> gate;
    Loop loop;  // written by the owner of the slot while the gate is closed and nobody inside

    // Some helper had to stay on the caller's CPU, so the caller must not spin while it waits.
    typename A::template Atomic<uint32_t> crowded{0};

    // Statistics of all calls that used this slot; only its owner writes.
    Counter calls, wakes, steals;

    void forget()
    {
        for (Counter* counter : {&calls, &wakes, &steals})
            counter->set(0);
    }

    void prepare(const Loop& next)
    {
        loop = next;
        crowded.store(0, std::memory_order_relaxed);
        int64_t chunks = next.cut.chunks();
        for (int64_t share = 0, low = 0; share < next.participants; ++share) {
            int64_t high = low + (chunks - low) / (next.participants - share);
            shares_[share].fill(static_cast<uint32_t>(low), static_cast<uint32_t>(high));
            low = high;
        }
        shares_[0].claim();  // the caller's own
    }

    // The share at `preferred` if it is free, else the next free one.
    int claim_share(int preferred)
    {
        for (int step = 0, share = preferred % loop.participants; step < loop.participants; ++step, share = next(share))
            if (shares_[share].claim())
                return share;
        return 0;  // not reached: there are no more seats than shares
    }

    // Run own chunks from the front, then those of others from the back. Returns how many were of others.
    // `after_each` is called after each chunk.
    template <class AfterEach>
    uint64_t work(int own, AfterEach after_each)
    {
        uint32_t chunk = 0;
        Spanned span(reinterpret_cast<const void*>(loop.body));
        for (; shares_[own].take_front(chunk); after_each())
            loop.run(chunk);
        uint64_t stolen = 0;
        for (int victim = next(own); victim != own; victim = next(victim))
            for (; shares_[victim].take_back(chunk); after_each(), ++stolen)
                loop.run(chunk);
        return stolen;
    }

private:
    int next(int share) const { return share + 1 < loop.participants ? share + 1 : 0; }

    Range<A> shares_[kParticipants];
};

}  // namespace dtact::mesh
