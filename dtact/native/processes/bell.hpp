// Sleep without missing work: one sleeper, any number of ringers, in one 32-bit word of shared memory.
//
// The sleeper writes how it sleeps, looks once more for work, then sleeps. A ringer makes its work visible, then takes
// the word. Both by a read-modify-write, so one of them comes second and sees what the other did. A ringer that is
// killed between taking the word and waking leaves the sleeper asleep: whoever notices the death rings again.
#pragma once

#include "mesh/atomics.hpp"
#include "processes/orders.hpp"

namespace dtact::processes {

enum class Sleep : uint32_t {
    awake = 0,    // looks for work by itself
    futex = 1,    // sleeps on this word
    polling = 2,  // sleeps in epoll: needs a write to its eventfd
    spinning = 3, // looks at this word: needs nothing more than the change of it
};

template <class A>
class Bell {
public:
    // Announce a sleep. False: has_work() holds, and the caller is awake again.
    template <class HasWork>
    bool announce(Sleep how, HasWork has_work)
    {
        word_.exchange(static_cast<uint32_t>(how), orders::kAnnounce);
        if (!mutated(Mutation::no_recheck) && has_work()) {
            word_.exchange(0, orders::kAnnounce);
            return false;
        }
        return true;
    }

    enum class Slept { rung, timed_out, interrupted };

    // After announce(spinning): spin for a while, then sleep until rung or the time is up (negative: never). May
    // return without a cause. Unless `rung` is returned the sleep is still announced: call wake_up().
    Slept sleep(int64_t spin_ns, int64_t timeout_ns)
    {
        auto word = static_cast<uint32_t>(Sleep::spinning);
        typename A::Spin spin(spin_ns);
        while (spin.again())
            if (word_.load(std::memory_order_acquire) != word)
                return Slept::rung;
        if (!word_.compare_exchange_weak(word, static_cast<uint32_t>(Sleep::futex), orders::kAnnounce) &&
            word == static_cast<uint32_t>(Sleep::awake))
            return Slept::rung;
        bool is_late = A::futex_wait(word_, static_cast<uint32_t>(Sleep::futex), timeout_ns);
        if (word_.load(std::memory_order_acquire) == static_cast<uint32_t>(Sleep::awake))
            return Slept::rung;
        return is_late ? Slept::timed_out : Slept::interrupted;
    }

    // A hint: whether the sleeper is up, or was rung for.
    bool is_awake() const { return word_.load(std::memory_order_relaxed) == static_cast<uint32_t>(Sleep::awake); }

    void wake_up() { word_.exchange(0, orders::kAnnounce); }

    // After work was made visible. Returns how the sleeper slept; `polling`: the caller writes to the eventfd.
    Sleep ring()
    {
        if (mutated(Mutation::ring_by_load) && word_.load(std::memory_order_acquire) == 0)
            return Sleep::awake;
        auto was = static_cast<Sleep>(word_.exchange(0, orders::kRing));
        if (was == Sleep::futex)
            A::futex_wake(word_);
        return was;
    }

    // As ring(), for one who does not know whether an earlier ringer died on the way.
    Sleep ring_again()
    {
        auto was = static_cast<Sleep>(word_.exchange(0, orders::kRing));
        A::futex_wake(word_);
        return was;
    }

private:
    alignas(mesh::kLine) typename A::template Atomic<uint32_t> word_{0};
};

}  // namespace dtact::processes
