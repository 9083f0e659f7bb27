// All that is sent to one worker: a ring from each sender, made at first use, and a set that says which of them may
// hold something.
//
// The set is a hint that spares the receiver a look at every ring. It may lack a sender for a while: the receiver takes
// a sender out, looks once more, and the sender, which saw itself in the set, has not put itself back. So
// before a receiver sleeps, after its announcement, it looks at all rings, not at the set.
#pragma once

#include <bit>

#include "mesh/ring.hpp"

namespace dtact::mesh {

template <class A, class Ring, class T, int kSenders>
class Mailbox {
public:
    static constexpr int kWords = (kSenders + 63) / 64;

    // The ring of this sender, or null if it has none yet.
    Ring* ring(int sender) const { return reinterpret_cast<Ring*>(rings_[sender].load(orders::kRingFound)); }

    // Only the sender itself makes its ring.
    void add_ring(int sender, Ring* ring) { rings_[sender].store(reinterpret_cast<uintptr_t>(ring), orders::kRingMade); }

    // The sender has pushed. Then, and not before, it looks for sleepers.
    void mark(int sender)
    {
        auto& word = marked_[sender / 64];
        if ((word.load(std::memory_order_relaxed) & bit(sender)) == 0)
            word.fetch_or(bit(sender), std::memory_order_relaxed);
    }

    // A hint.
    bool is_marked() const
    {
        for (const auto& word : marked_)
            if (word.load(std::memory_order_relaxed) != 0)
                return true;
        return false;
    }

    // The look before a sleep, at the rings of the senders below `limit`.
    bool has_mail(int limit) const
    {
        if (mutated(Mutation::look_at_marks_only))
            return is_marked();
        for (int sender = 0; sender < limit; ++sender)
            if (const Ring* from = ring(sender); from != nullptr && from->has_items())
                return true;
        return false;
    }

    // Put marks back that a race may have lost.
    void refresh(int limit)
    {
        for (int sender = 0; sender < limit; ++sender)
            if (const Ring* from = ring(sender); from != nullptr && from->has_items())
                mark(sender);
    }

    // Take up to `most` items from one marked ring; the next call begins at the next one.
    uint32_t take(T* into, uint32_t most)
    {
        for (int step = 0; step <= kWords; ++step) {
            int word = next_ / 64;
            uint64_t set = marked_[word].load(std::memory_order_relaxed) & ~uint64_t{0} << next_ % 64;
            for (; set != 0; set &= set - 1) {
                int sender = word * 64 + std::countr_zero(set);
                if (uint32_t taken = take_from(sender, into, most); taken > 0) {
                    next_ = (sender + 1) % (kWords * 64);
                    return taken;
                }
            }
            next_ = (word + 1) % kWords * 64;
        }
        return 0;
    }

    // The same for another worker, for which only rings with at least `least` items count. Begins anywhere.
    uint32_t steal(T* into, uint32_t most, uint32_t least)
    {
        for (int word = 0; word < kWords; ++word)
            for (uint64_t set = marked_[word].load(std::memory_order_relaxed); set != 0; set &= set - 1)
                if (Ring* from = ring(word * 64 + std::countr_zero(set)); from != nullptr && from->count() >= least)
                    if (uint32_t taken = from->take(into, most); taken > 0)
                        return taken;
        return 0;
    }

    // Whether steal() with this `least` may find something: a hint.
    bool has_at_least(uint32_t least) const
    {
        for (int word = 0; word < kWords; ++word)
            for (uint64_t set = marked_[word].load(std::memory_order_relaxed); set != 0; set &= set - 1)
                if (const Ring* from = ring(word * 64 + std::countr_zero(set)); from != nullptr && from->count() >= least)
                    return true;
        return false;
    }

    template <class Each>
    void for_each_ring(Each each)
    {
        for (int sender = 0; sender < kSenders; ++sender)
            if (Ring* found = ring(sender))
                each(*found);
    }

    void forget_marks()
    {
        for (auto& word : marked_)
            word.store(0, std::memory_order_relaxed);
    }

private:
    static constexpr uint64_t bit(int sender) { return uint64_t{1} << sender % 64; }

    uint32_t take_from(int sender, T* into, uint32_t most)
    {
        Ring* from = ring(sender);
        if (from == nullptr)
            return 0;
        uint32_t taken = from->take(into, most);
        if (taken == 0 && !from->has_items()) {  // not at once: the next item often comes soon
            marked_[sender / 64].fetch_and(~bit(sender), std::memory_order_relaxed);
            if (from->has_items())
                mark(sender);
        }
        return taken;
    }

    alignas(kLine) typename A::template Atomic<uint64_t> marked_[kWords];
    alignas(kLine) typename A::template Atomic<uintptr_t> rings_[kSenders];
    alignas(kLine) int next_ = 0;  // the receiver's, who writes it all the time
};

}  // namespace dtact::mesh
