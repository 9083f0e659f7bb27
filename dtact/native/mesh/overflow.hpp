// The queue that all share: for senders without a lane, and for what fits in no ring. Bounded, many senders, many
// receivers; each cell carries the turn it is in, so senders and receivers meet only at the two counters.
//
// A sender that stops between taking a cell and filling it holds up the receivers there: they find nothing, and are
// woken by that sender afterwards like by any other.
#pragma once

#include "mesh/atomics.hpp"
#include "mesh/orders.hpp"

namespace dtact::mesh {

template <class A, class T, uint32_t kSize>
class Overflow {
    static_assert((kSize & (kSize - 1)) == 0, "positions wrap, so the size must divide 2^32");

public:
    // False if the queue is full.
    bool push(const T& item)
    {
        uint32_t at = tail_.load(std::memory_order_relaxed);
        for (;;) {
            auto ahead = static_cast<int32_t>(turn(at, orders::kOverflowRoom) - at);
            if (ahead < 0)
                return false;
            if (ahead > 0)
                at = tail_.load(std::memory_order_relaxed);
            else if (claim(tail_, at))
                break;
        }
        cells_[at % kSize].item.put(item);
        set_turn(at, at + 1, orders::kOverflowPush);
        return true;
    }

    // False if the queue is empty, or its oldest item is not yet there.
    bool take(T& item)
    {
        uint32_t at = head_.load(std::memory_order_relaxed);
        for (;;) {
            auto ahead = static_cast<int32_t>(turn(at, orders::kOverflowTake) - (at + 1));
            if (ahead < 0)
                return false;
            if (ahead > 0)
                at = head_.load(std::memory_order_relaxed);
            else if (claim(head_, at))
                break;
        }
        item = cells_[at % kSize].item.get();
        set_turn(at, at + kSize, orders::kOverflowFree);
        return true;
    }

    // The look before a sleep. True without a cause if others are taking meanwhile.
    bool has_items() const
    {
        uint32_t at = head_.load(std::memory_order_relaxed);
        return static_cast<int32_t>(turn(at, orders::kOverflowTake) - (at + 1)) >= 0;
    }

    // For a child after fork().
    void reset()
    {
        head_.store(0, std::memory_order_relaxed);
        tail_.store(0, std::memory_order_relaxed);
        for (Place& cell : cells_)
            if (cell.turn.load(std::memory_order_relaxed) != 0)  // else never used: its page stays shared
                cell.turn.store(0, std::memory_order_relaxed);
    }

private:
    struct Place {
        // Its turn less its own position, so that all begin with 0: position p is free for p, and full for p + 1.
        typename A::template Atomic<uint32_t> turn{0};
        typename A::template Cell<T> item;
    };

    using Position = typename A::template Atomic<uint32_t>;

    template <class Order>
    uint32_t turn(uint32_t at, Order order) const
    {
        return cells_[at % kSize].turn.load(order) + at % kSize;
    }
    template <class Order>
    void set_turn(uint32_t at, uint32_t turn, Order order)
    {
        cells_[at % kSize].turn.store(turn - at % kSize, order);
    }

    // On failure `at` becomes the position to try next.
    static bool claim(Position& position, uint32_t& at)
    {
        if (!mutated(Mutation::overflow_claim_not_atomic))
            return position.compare_exchange_weak(at, at + 1, std::memory_order_relaxed);
        position.store(at + 1, std::memory_order_relaxed);
        return true;
    }

    alignas(kLine) Position tail_{0};
    alignas(kLine) Position head_{0};
    alignas(kLine) Place cells_[kSize];
};

}  // namespace dtact::mesh
