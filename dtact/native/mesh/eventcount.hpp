// Sleep without missing work: an eventcount for up to 64 named sleepers.
//
// Its word is the set of those who announced their sleep. The sleeper announces itself, looks once more for work, then
// sleeps on a bell of its own. The notifier makes work visible, then looks at the word. Both touch the word by a
// read-modify-write (acquire and release), so whoever comes second sees what the other did before: no wake-up is lost,
// and there is no fence that ThreadSanitizer could not follow. A notifier takes a sleeper out of the set before it
// rings, so ten notifications in a row pay for one system call.
#pragma once

#include "mesh/atomics.hpp"
#include "mesh/orders.hpp"

namespace dtact::mesh {

template <class A>
class Eventcount {
public:
    static constexpr int kSleepers = 64;

    enum class Slept { woken, found_work, timed_out };

    // Sleep until somebody wakes `who`, or the time is up (negative: never), unless has_work() holds after the
    // announcement. May return `woken` without a cause; call in a loop that looks for work.
    template <class HasWork>
    Slept sleep(int who, HasWork has_work, int64_t timeout_ns = -1)
    {
        sleepers_.fetch_or(bit(who), orders::kAnnounce);
        if (!mutated(Mutation::no_recheck) && has_work()) {
            sleepers_.fetch_and(~bit(who), std::memory_order_relaxed);
            return Slept::found_work;  // a bell rung meanwhile stays rung: the next sleep returns at once, harmless
        }
        while (beds_[who].bell.exchange(0, orders::kHear) == 0) {
            if (A::futex_wait(beds_[who].bell, 0, timeout_ns)) {
                sleepers_.fetch_and(~bit(who), std::memory_order_relaxed);
                return Slept::timed_out;
            }
        }
        if (may_sleep(who))  // the bell was a late one: nobody has taken `who` out
            sleepers_.fetch_and(~bit(who), orders::kAnnounce);
        return Slept::woken;
    }

    // The set of sleepers. Call after the work is visible: who is not in the set will find it.
    uint64_t observe()
    {
        if (mutated(Mutation::notify_by_load))
            return sleepers_.load(std::memory_order_acquire);
        return sleepers_.fetch_add(0, orders::kNotify);
    }

    // A hint, for who has not published anything yet.
    bool may_sleep(int who) const { return (sleepers_.load(std::memory_order_relaxed) & bit(who)) != 0; }

    // Wake `who`. False if it does not sleep or somebody else woke it first.
    bool wake(int who)
    {
        if ((sleepers_.fetch_and(~bit(who), orders::kNotify) & bit(who)) == 0)
            return false;
        if (!mutated(Mutation::ring_without_value))
            beds_[who].bell.store(1, orders::kRing);
        A::futex_wake(beds_[who].bell);
        return true;
    }

    // For a child after fork(), where nobody sleeps.
    void reset()
    {
        sleepers_.store(0, std::memory_order_relaxed);
        for (Bed& bed : beds_)
            bed.bell.store(0, std::memory_order_relaxed);
    }

private:
    struct alignas(kLine) Bed {
        typename A::template Atomic<uint32_t> bell{0};
    };

    static constexpr uint64_t bit(int who) { return uint64_t{1} << who; }

    alignas(kLine) typename A::template Atomic<uint64_t> sleepers_{0};
    Bed beds_[kSleepers];
};

}  // namespace dtact::mesh
