// The memory orders of the rings between two processes, by name, and the mutations that the explorer must notice.
#pragma once

#include <atomic>

namespace dtact::processes {

// clang-format off
#define DTACT_RING_MUTATIONS(X) \
    X(publish_relaxed, "a frame is announced before its bytes are visible") \
    X(look_relaxed, "the reader may see the announcement without the bytes") \
    X(free_relaxed, "space is handed back while the reader may still read it") \
    X(reuse_relaxed, "the writer may write before it saw that the space is free") \
    X(announce_relaxed, "the sleeper's announcement does not synchronise") \
    X(ring_relaxed, "the look at the sleeper does not synchronise") \
    X(ring_by_load, "the look at the sleeper is a plain load, not a read-modify-write") \
    X(no_recheck, "the sleeper does not look once more after announcing itself") \
    X(wake_before_publish, "the sleeper is looked for before the frame is visible") \
    X(claim_by_store, "a job is claimed by load and store: it may be started and withdrawn at once")
// clang-format on

#define DTACT_NAME(name, meaning) name,
enum class Mutation { none, DTACT_RING_MUTATIONS(DTACT_NAME) };
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
constexpr bool mutated(Mutation) { return false; }
constexpr std::memory_order unless(Mutation, std::memory_order sound) { return sound; }
#endif

namespace orders {

// Ring. Its writer publishes frames by the tail; its reader hands space back by the head.
inline constexpr auto kPublish = unless(Mutation::publish_relaxed, std::memory_order_release);
inline constexpr auto kLook = unless(Mutation::look_relaxed, std::memory_order_acquire);
inline constexpr auto kFree = unless(Mutation::free_relaxed, std::memory_order_release);
inline constexpr auto kReuse = unless(Mutation::reuse_relaxed, std::memory_order_acquire);

// Bell. Sleeper and ringer each do a read-modify-write on one word, so whoever comes second sees what the other did.
inline constexpr auto kAnnounce = unless(Mutation::announce_relaxed, std::memory_order_acq_rel);
inline constexpr auto kRing = unless(Mutation::ring_relaxed, std::memory_order_acq_rel);

// Claims carry no data: a job's bytes are published by the ring, and its results come back by the other one.
inline constexpr auto kClaim = std::memory_order_relaxed;

}  // namespace orders
}  // namespace dtact::processes
