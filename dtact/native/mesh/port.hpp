// Where finished work is handed to a thread that waits in the kernel, an event loop for example. A stack of nodes: a
// sender pushes one, the owner takes all at once. Whether the owner waits is part of the same word, so exactly the one
// sender that finds it waiting rings, once a burst.
//
// The owner, when its bell (an eventfd) has rung: silence the bell, then take() until arm() succeeds.
#pragma once

#include "mesh/atomics.hpp"
#include "mesh/orders.hpp"

namespace dtact::mesh {

// A node may be in one port at a time. What is behind it stays alive until its port's owner has taken it.
template <class A>
struct PortNode {
    typename A::template Cell<PortNode*> next;
};

template <class A>
class Port {
public:
    using Node = PortNode<A>;

    // True: the owner waits and must be rung for.
    bool push(Node* node)
    {
        uintptr_t top = word_.load(std::memory_order_relaxed);
        do
            node->next.put(top == kArmed ? nullptr : reinterpret_cast<Node*>(top));
        while (!word_.compare_exchange_weak(top, reinterpret_cast<uintptr_t>(node), orders::kPortPush,
                                            std::memory_order_relaxed));
        return top == kArmed;
    }

    // All nodes, the oldest first, linked by `next`; null if there are none. Only for the owner.
    Node* take()
    {
        uintptr_t top = word_.exchange(kIdle, orders::kPortTake);
        return top == kArmed ? nullptr : in_order(reinterpret_cast<Node*>(top));
    }

    // From now on the next push rings. False if something has come meanwhile: take again.
    bool arm()
    {
        uintptr_t idle = kIdle;
        if (mutated(Mutation::arm_over_nodes)) {
            word_.store(kArmed, std::memory_order_relaxed);
            return true;
        }
        while (!word_.compare_exchange_weak(idle, kArmed, std::memory_order_relaxed))
            if (idle != kIdle)
                return idle == kArmed;
        return true;
    }

private:
    static constexpr uintptr_t kIdle = 0, kArmed = 1;

    static Node* in_order(Node* top)
    {
        Node* oldest = nullptr;
        while (top != nullptr) {
            Node* below = top->next.get();
            top->next.put(oldest);
            oldest = top;
            top = below;
        }
        return oldest;
    }

    alignas(kLine) typename A::template Atomic<uintptr_t> word_{kIdle};
};

}  // namespace dtact::mesh
