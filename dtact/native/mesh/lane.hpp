// A lane: the number under which a thread sends jobs, with what only that thread knows about its sending. Workers have
// one for good; other threads borrow one until they end.
#pragma once

#include <bit>

#include "mesh/call.hpp"
#include "mesh/job.hpp"
#include "mesh/ring.hpp"

namespace dtact::mesh {

inline constexpr int kOutsideLanes = 64;
inline constexpr uint32_t kRingJobs = 256;
using JobRing = Ring<RealAtomics, Job, kRingJobs>;

// All zero at first, so that unused lanes cost no memory.
struct alignas(kLine) Lane {
    int number = 0;          // among all lanes: those of outside threads first
    int worker = 0;          // whose lane it is; -1: an outside thread's
    int depth = 0;           // jobs run while submitting one
    int target = 0;          // the worker that outgoing jobs go to at present
    uint32_t quiet = 0;      // jobs pushed for quiet_to since somebody last looked whether it sleeps
    int quiet_to = 0;
    uint32_t aimed = 0;      // jobs sent to the target since its load was looked at
    uint32_t shut = 0;       // jobs to keep before others are tried again, because they had no room
    uint32_t turns = 0, batches = 0;
    bool is_fresh = false;     // its worker has slept since it last ran a job
    JobRing* local = nullptr;  // from this worker to itself: what others may take

    // Written by the thread of the lane, read by any.
    Counter submitted, ran, stolen, shared, helped, deflected, wakes;

    bool is_outside() const { return worker < 0; }

    void forget()
    {
        quiet = 0;
        depth = 0;
        for (Counter* counter : {&submitted, &ran, &stolen, &shared, &helped, &deflected, &wakes})
            counter->set(0);
    }
};

// Which outside lanes are taken. Giving one back releases all that its thread wrote to the lane's next owner.
class LaneBook {
public:
    // A free lane, or -1.
    int borrow()
    {
        uint64_t taken = taken_.load(std::memory_order_relaxed);
        while (~taken != 0) {
            int lane = std::countr_one(taken);
            if (taken_.compare_exchange_weak(taken, taken | uint64_t{1} << lane, orders::kClaimSlot,
                                             std::memory_order_relaxed))
                return lane;
        }
        return -1;
    }

    void give_back(int lane) { taken_.fetch_and(~(uint64_t{1} << lane), orders::kFreeSlot); }
    void reset() { taken_.store(0, std::memory_order_relaxed); }

private:
    std::atomic<uint64_t> taken_{0};
};

}  // namespace dtact::mesh
