// Every memory order that carries an argument, by name, and the mutations that the tests must catch.
//
// Compile with -DDTACT_MUTATE=<name of a Mutation> to break exactly one thing on purpose;
// `make mutations` does so for each and demands that a test fails.
#pragma once

#include <atomic>

#ifndef DTACT_MUTATE
#define DTACT_MUTATE none
#endif

namespace dtact::mesh {

enum class Mutation {
    none,
    notify_relaxed,         // the notifier's look at the sleepers no longer synchronises
    notify_by_load,         // ... and is a plain load instead of a read-modify-write
    announce_relaxed,       // the sleeper's announcement no longer synchronises
    no_recheck,             // the sleeper does not look once more after announcing itself
    wake_before_post,       // sleepers are looked for before the work is visible
    ring_without_value,     // the bell is rung without leaving a value: a sleeper not yet in the kernel misses it
    search_ends_late,       // a searcher counts as one until after it announced its sleep
    search_passes_nothing,  // a searcher that found work does not look for a successor
    open_relaxed,           // a helper may join without seeing what the caller wrote
    join_relaxed,           // the same, from the helper's side
    leave_relaxed,          // the caller may not see what a helper wrote
    gate_wait_relaxed,      // the same, from the caller's side
    leave_silent,           // the last helper leaves without waking the caller
    close_keeps_generation, // helpers may still join after the caller has closed
    take_not_atomic,        // two threads may take one chunk
    count                   // how many there are
};

inline constexpr Mutation kMutation = Mutation::DTACT_MUTATE;

constexpr bool mutated(Mutation mutation) { return kMutation == mutation; }

constexpr std::memory_order unless(Mutation mutation, std::memory_order sound)
{
    return mutated(mutation) ? std::memory_order_relaxed : sound;
}

namespace orders {

// Eventcount. Sleeper and notifier each do a read-modify-write on one word, so one of them comes second
// and sees all that the first did before: the sleeper its work, or the notifier the sleeper.
inline constexpr auto kAnnounce = unless(Mutation::announce_relaxed, std::memory_order_acq_rel);
inline constexpr auto kNotify = unless(Mutation::notify_relaxed, std::memory_order_acq_rel);
inline constexpr auto kRing = std::memory_order_release;
inline constexpr auto kHear = std::memory_order_acquire;

// Board. A helper that sees a posted slot sees its gate open.
inline constexpr auto kPost = std::memory_order_release;
inline constexpr auto kLook = std::memory_order_acquire;

// Gate. Opening publishes the job to those who join; leaving publishes their results to the caller.
inline constexpr auto kOpen = unless(Mutation::open_relaxed, std::memory_order_release);
inline constexpr auto kJoin = unless(Mutation::join_relaxed, std::memory_order_acquire);
inline constexpr auto kLeave = unless(Mutation::leave_relaxed, std::memory_order_release);
inline constexpr auto kClose = std::memory_order_relaxed;  // the wait below acquires, also when nobody is inside
inline constexpr auto kGateWait = unless(Mutation::gate_wait_relaxed, std::memory_order_acquire);

// Slots: who claims one sees that its last user is through with it.
inline constexpr auto kClaimSlot = std::memory_order_acquire;
inline constexpr auto kFreeSlot = std::memory_order_release;

}  // namespace orders
}  // namespace dtact::mesh
