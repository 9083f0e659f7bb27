// The notice board: which slots want helpers, who searches, who sleeps, and whom to wake.
//
// A searcher (awake, looking at the board for some microseconds) counts as a helper that need not be woken.
// That is sound because a searcher either finds the notice, or lowers the count before it announces its sleep;
// and one that finds another notice first passes the search on: `found` wakes somebody if more is wanted.
#pragma once

#include <algorithm>

#include "mesh/eventcount.hpp"

namespace dtact::mesh {

template <class A, int kGroups>
class Board {
public:
    using Slept = typename Eventcount<A>::Slept;
    static constexpr int kSlots = 64;
    static constexpr int kWorkers = kGroups * Eventcount<A>::kSleepers;

    // Show the slot (its gate is open), then wake up to `wanted` of the workers below `limit`. Returns how many were
    // rung for.
    int post(int slot, int wanted, int limit)
    {
        int woken = mutated(Mutation::wake_before_post) ? wake(wanted, limit) : 0;
        posted_.fetch_or(bit(slot), orders::kPost);
        return mutated(Mutation::wake_before_post) ? woken : wake(wanted, limit);
    }

    void withdraw(int slot) { posted_.fetch_and(~bit(slot), std::memory_order_relaxed); }

    uint64_t posted() const { return posted_.load(orders::kLook); }

    // Wake sleepers so that, with those who search, up to `wanted` come.
    int wake(int wanted, int limit)
    {
        if (wanted < 1 || limit < 1)
            return 0;
        uint64_t sleepers[kGroups] = {};
        observe(sleepers, limit);
        return ring(sleepers, wanted - static_cast<int>(searchers_.load(std::memory_order_relaxed)));
    }

    // A worker that has just begun to work calls this: `wanted()`, asked once everything posted so far
    // is visible, says how many more could help. Returns how many were rung for.
    template <class Wanted>
    int found(Wanted wanted, int limit)
    {
        if (mutated(Mutation::search_passes_nothing))
            return 0;
        uint64_t sleepers[kGroups] = {};
        observe(sleepers, limit);
        return ring(sleepers, wanted() - static_cast<int>(searchers_.load(std::memory_order_relaxed)));
    }

    // Search the board for search_ns (may be 0), then sleep until woken or until the time is up (negative: never).
    // has_work() says whether the board shows something for this worker.
    template <class HasWork>
    Slept rest(int worker, HasWork has_work, int64_t search_ns, int64_t timeout_ns)
    {
        if (search_ns > 0 && search(has_work, search_ns))
            return Slept::found_work;
        auto look_again = [&] {
            if (mutated(Mutation::search_ends_late) && search_ns > 0)
                searchers_.fetch_sub(1, std::memory_order_relaxed);
            return has_work();
        };
        return group(worker).sleep(worker % Eventcount<A>::kSleepers, look_again, timeout_ns);
    }

    bool wake_worker(int worker) { return group(worker).wake(worker % Eventcount<A>::kSleepers); }

    // Who sleeps, of the workers below `limit`. All groups are looked at before the searchers are counted: see the
    // argument at the top.
    void observe(uint64_t (&sleepers)[kGroups], int limit)
    {
        for (int group = 0, left = limit; group < kGroups && left > 0; ++group, left -= Eventcount<A>::kSleepers) {
            sleepers[group] = groups_[group].observe();
            if (left < Eventcount<A>::kSleepers)
                sleepers[group] &= bit(left) - 1;
        }
    }

    static bool any(const uint64_t (&sleepers)[kGroups])
    {
        return std::any_of(sleepers, sleepers + kGroups, [](uint64_t group) { return group != 0; });
    }
    static bool has(const uint64_t (&sleepers)[kGroups], int worker)
    {
        return (sleepers[worker / Eventcount<A>::kSleepers] & bit(worker % Eventcount<A>::kSleepers)) != 0;
    }

    // A hint.
    bool may_sleep(int worker) const
    {
        return groups_[worker / Eventcount<A>::kSleepers].may_sleep(worker % Eventcount<A>::kSleepers);
    }

    // For a child after fork(), where no worker is left.
    void reset()
    {
        posted_.store(0, std::memory_order_relaxed);
        searchers_.store(0, std::memory_order_relaxed);
        for (Eventcount<A>& group : groups_)
            group.reset();
    }

private:
    static constexpr uint64_t bit(int slot) { return uint64_t{1} << slot; }

    Eventcount<A>& group(int worker) { return groups_[worker / Eventcount<A>::kSleepers]; }

    template <class HasWork>
    bool search(HasWork has_work, int64_t search_ns)
    {
        searchers_.fetch_add(1, std::memory_order_relaxed);
        typename A::Spin spin(search_ns);
        bool found = has_work();
        while (!found && spin.again())
            found = has_work();
        if (found || !mutated(Mutation::search_ends_late))
            searchers_.fetch_sub(1, std::memory_order_relaxed);
        return found;
    }

    int ring(const uint64_t (&sleepers)[kGroups], int wanted)
    {
        int woken = 0;
        for (int group = 0; group < kGroups; ++group)
            for (uint64_t left = sleepers[group]; left != 0 && woken < wanted; left &= left - 1)
                woken += groups_[group].wake(std::countr_zero(left)) ? 1 : 0;
        return woken;
    }

    alignas(kLine) typename A::template Atomic<uint64_t> posted_{0};
    alignas(kLine) typename A::template Atomic<uint32_t> searchers_{0};
    Eventcount<A> groups_[kGroups];
};

}  // namespace dtact::mesh
