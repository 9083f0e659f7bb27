// Every memory order that carries an argument, by name, and the mutations that the tests must notice.
//
// Compiled with -DDTACT_MUTATE=<name> one thing is broken on purpose. The explorer is compiled with
// -DDTACT_MUTATE_AT_RUN_TIME instead and breaks one after the other. `make mutations` does both and demands that a test
// fails each time.
#pragma once

#include <atomic>

#ifndef DTACT_MUTATE
#define DTACT_MUTATE none
#endif

namespace dtact::mesh {

// clang-format off
#define DTACT_MUTATIONS(X) \
    X(notify_relaxed, "the notifier's look at the sleepers does not synchronise") \
    X(notify_by_load, "the notifier's look is a plain load, not a read-modify-write") \
    X(announce_relaxed, "the sleeper's announcement does not synchronise") \
    X(no_recheck, "the sleeper does not look once more after announcing itself") \
    X(wake_before_post, "sleepers are looked for before the work is visible") \
    X(ring_without_value, "the bell leaves no value for a sleeper on its way into the kernel") \
    X(search_ends_late, "a searcher counts as one until after it announced its sleep") \
    X(search_passes_nothing, "a searcher that found work does not look for a successor") \
    X(open_relaxed, "a helper may join without seeing what the caller wrote") \
    X(join_relaxed, "the same, from the helper's side") \
    X(leave_relaxed, "the caller may not see what a helper wrote") \
    X(gate_wait_relaxed, "the same, from the caller's side") \
    X(leave_silent, "the last helper leaves without waking the caller") \
    X(close_keeps_generation, "helpers may still join after the caller has closed") \
    X(take_not_atomic, "two threads may take one chunk") \
    X(ring_push_relaxed, "a receiver may see the tail and not the item") \
    X(ring_take_relaxed, "the same, from the receiver's side") \
    X(ring_free_relaxed, "a sender may write into a cell that is still being read") \
    X(ring_room_relaxed, "the same, from the sender's side") \
    X(lease_relaxed, "who takes the lease may not see what its last holder took") \
    X(lease_end_relaxed, "the same, from the last holder's side") \
    X(lease_not_atomic, "two threads may hold the lease of one ring") \
    X(look_at_marks_only, "before it sleeps the receiver looks at the marks, not at the rings") \
    X(notify_before_push, "the sender looks for sleepers before its item is visible") \
    X(overflow_push_relaxed, "a receiver may see the turn of a cell and not the item") \
    X(overflow_take_relaxed, "the same, from the receiver's side") \
    X(overflow_free_relaxed, "a sender may fill a cell that is still being read") \
    X(overflow_room_relaxed, "the same, from the sender's side") \
    X(overflow_claim_not_atomic, "two threads may claim one cell") \
    X(port_push_relaxed, "the owner of a port may see a node and not what is in it") \
    X(port_take_relaxed, "the same, from the owner's side") \
    X(arm_over_nodes, "the owner arms its port without looking whether something came") \
    X(finish_relaxed, "who waits for a ticket may not see what its jobs wrote") \
    X(finish_look_relaxed, "the same, from the side of who waits") \
    X(finish_looks_first, "the last job looks for waiters before it is marked as done")
// clang-format on

#define DTACT_NAME(name, meaning) name,
enum class Mutation { none, DTACT_MUTATIONS(DTACT_NAME) };
#undef DTACT_NAME

#ifdef DTACT_MUTATE_AT_RUN_TIME
inline Mutation mutation_now = Mutation::none;
inline bool mutated(Mutation mutation) { return mutation == mutation_now; }

struct Order {
    Mutation mutation;
    std::memory_order sound;
    operator std::memory_order() const { return mutated(mutation) ? std::memory_order_relaxed : sound; }
};
constexpr Order unless(Mutation mutation, std::memory_order sound) { return {mutation, sound}; }
#else
constexpr bool mutated(Mutation mutation) { return mutation == Mutation::DTACT_MUTATE; }

constexpr std::memory_order unless(Mutation mutation, std::memory_order sound)
{
    return mutated(mutation) ? std::memory_order_relaxed : sound;
}
#endif

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

// Ring. The tail publishes items, the head gives their cells back; the lease orders those who take.
inline constexpr auto kRingPush = unless(Mutation::ring_push_relaxed, std::memory_order_release);
inline constexpr auto kRingTake = unless(Mutation::ring_take_relaxed, std::memory_order_acquire);
inline constexpr auto kRingFree = unless(Mutation::ring_free_relaxed, std::memory_order_release);
inline constexpr auto kRingRoom = unless(Mutation::ring_room_relaxed, std::memory_order_acquire);
inline constexpr auto kLease = unless(Mutation::lease_relaxed, std::memory_order_acquire);
inline constexpr auto kLeaseEnd = unless(Mutation::lease_end_relaxed, std::memory_order_release);

// Rings are made once; who finds one sees it whole.
inline constexpr auto kRingMade = std::memory_order_release;
inline constexpr auto kRingFound = std::memory_order_acquire;

// Overflow. A cell's turn hands the cell to a receiver, and back to a sender of the next round.
inline constexpr auto kOverflowPush = unless(Mutation::overflow_push_relaxed, std::memory_order_release);
inline constexpr auto kOverflowTake = unless(Mutation::overflow_take_relaxed, std::memory_order_acquire);
inline constexpr auto kOverflowFree = unless(Mutation::overflow_free_relaxed, std::memory_order_release);
inline constexpr auto kOverflowRoom = unless(Mutation::overflow_room_relaxed, std::memory_order_acquire);

// Port. A push goes on the release sequence of those below it, so taking the top takes what all of them wrote.
inline constexpr auto kPortPush = unless(Mutation::port_push_relaxed, std::memory_order_release);
inline constexpr auto kPortTake = unless(Mutation::port_take_relaxed, std::memory_order_acquire);

// Ticket. Jobs count themselves done and the last one marks the ticket; who waits announces itself in the same word.
inline constexpr auto kFinish = unless(Mutation::finish_relaxed, std::memory_order_acq_rel);
inline constexpr auto kFinishLook = unless(Mutation::finish_look_relaxed, std::memory_order_acquire);

// Slots: who claims one sees that its last user is through with it.
inline constexpr auto kClaimSlot = std::memory_order_acquire;
inline constexpr auto kFreeSlot = std::memory_order_release;

}  // namespace orders
}  // namespace dtact::mesh
