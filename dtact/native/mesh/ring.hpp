// A bounded mailbox from one sender to one receiver. Its sending side belongs to one thread. Its receiving side is
// behind a lease, a one-word try-lock held while items are copied out, never while they run: so an idle worker may
// take what waits behind a long job of the receiver, and the receiver pays one read-modify-write for a handful of
// items.
//
// Head and tail count freely and wrap; each lies on a line of its own, and the sender keeps a copy
// of the tail and an old head to itself, so that it looks at lines that others use only when the ring seems full.
#pragma once

#include "mesh/atomics.hpp"
#include "mesh/orders.hpp"

namespace dtact::mesh {

template <class A, class T, uint32_t kSize>
class alignas(kLine) Ring {
    static_assert((kSize & (kSize - 1)) == 0, "positions wrap, so the size must divide 2^32");

public:
    // --- the sender

    // False if the ring is full.
    bool push(T item)
    {
        if (next_ - head_seen_ == kSize && waiting(0) == kSize)
            return false;
        cells_[next_ % kSize].put(item);
        tail_.store(++next_, orders::kRingPush);
        return true;
    }

    // How many items wait, as the sender knows it: exact if above `limit`, else perhaps too high.
    uint32_t waiting(uint32_t limit)
    {
        if (next_ - head_seen_ > limit)
            head_seen_ = head_.load(orders::kRingRoom);
        return next_ - head_seen_;
    }

    // --- anyone

    // A hint, except to a receiver that has announced its sleep: see eventcount.hpp.
    bool has_items() const { return count() != 0; }

    uint32_t count() const
    {
        uint32_t head = head_.load(std::memory_order_relaxed);
        return tail_.load(orders::kRingTake) - head;
    }

    // --- the receiver, or who takes in its place

    // Copy out up to `most` items, the oldest first. 0 if there are none or somebody else is at it.
    uint32_t take(T* into, uint32_t most)
    {
        if (!try_lease())
            return 0;
        uint32_t head = head_.load(std::memory_order_relaxed);
        uint32_t waiting = tail_.load(orders::kRingTake) - head;
        uint32_t taken = waiting < most ? waiting : most;
        for (uint32_t item = 0; item < taken; ++item)
            into[item] = cells_[(head + item) % kSize].get();
        if (taken > 0)
            head_.store(head + taken, orders::kRingFree);
        lease_.store(0, orders::kLeaseEnd);
        return taken;
    }

    // For a child after fork(): empty, and nobody at it.
    void reset()
    {
        head_.store(0, std::memory_order_relaxed);
        tail_.store(0, std::memory_order_relaxed);
        lease_.store(0, std::memory_order_relaxed);
        next_ = head_seen_ = 0;
    }

private:
    bool try_lease()
    {
        if (mutated(Mutation::lease_not_atomic)) {
            if (lease_.load(orders::kLease) != 0)
                return false;
            lease_.store(1, std::memory_order_relaxed);
            return true;
        }
        return lease_.load(std::memory_order_relaxed) == 0 && lease_.exchange(1, orders::kLease) == 0;
    }

    alignas(kLine) typename A::template Atomic<uint32_t> tail_{0};
    alignas(kLine) uint32_t next_ = 0;  // the sender's: the tail without a look at a line that others read
    uint32_t head_seen_ = 0;
    alignas(kLine) typename A::template Atomic<uint32_t> head_{0};
    typename A::template Atomic<uint32_t> lease_{0};
    alignas(kLine) typename A::template Cell<T> cells_[kSize];
};

}  // namespace dtact::mesh
