// Whom to wake for jobs, and who looks after the others meanwhile. Which work is worth a wake is decided in exchange.hpp.
#pragma once

#include <atomic>
#include <bit>

#include <sched.h>

#include "mesh/board.hpp"
#include "mesh/lane.hpp"
#include "mesh/pace.hpp"

namespace dtact::mesh {

template <int kWorkers, int kGroups>
class Waker {
public:
    using Notices = Board<RealAtomics, kGroups>;
    using Sleepers = uint64_t[kGroups];

    // Who sleeps, and their beds.
    Notices& board() { return board_; }
    bool may_sleep(int worker) const { return board_.may_sleep(worker); }

    // --- the sentinel: one of those asleep, who looks every millisecond whether something waits behind a long job

    bool has_sentinel() const { return sentinel_.load(std::memory_order_relaxed) != 0; }

    bool stand_sentinel(int worker, int workers)
    {
        int nobody = 0;
        return somebody_is_awake(workers, worker) &&
               sentinel_.compare_exchange_strong(nobody, worker + 1, std::memory_order_relaxed);
    }

    void stand_down() { sentinel_.store(0, std::memory_order_relaxed); }

    // --- waking

    // The CPU to keep away from after being woken: of who woke this worker and works on. kStay: who did is about to
    // wait, so that its CPU is a good one. kUnknown: it was not woken for jobs.
    static constexpr int kUnknown = -1, kStay = -2;
    int cpu_to_avoid(int worker) { return waker_cpu_[worker].exchange(0, std::memory_order_relaxed) - 1; }

    // One of the sleepers; the sentinel only if there is nobody else.
    void ring_one(Lane& lane, Pace& pace, const Sleepers& sleepers, int except, bool works_on)
    {
        int sentinel = sentinel_.load(std::memory_order_relaxed) - 1, last = -1;
        for (int group = 0; group < kGroups; ++group)
            for (uint64_t left = sleepers[group]; left != 0; left &= left - 1) {
                int worker = group * 64 + std::countr_zero(left);
                if (worker == except)
                    continue;
                last = worker;
                if (worker != sentinel)
                    return wake(lane, pace, worker, works_on);
            }
        if (last >= 0)
            wake(lane, pace, last, works_on);
    }

    // `works_on`: this thread goes on working, so who is woken must leave its CPU.
    void wake(Lane& lane, Pace& pace, int worker, bool works_on)
    {
        waker_cpu_[worker].store((works_on ? sched_getcpu() : kStay) + 1, std::memory_order_relaxed);
        int64_t start = now_ns();
        if (!board_.wake_worker(worker))
            return;
        pace.woke(now_ns() - start);
        lane.wakes.add(1);
    }

private:
    bool somebody_is_awake(int workers, int except) const
    {
        for (int worker = 0; worker < workers; ++worker)
            if (worker != except && !board_.may_sleep(worker))
                return true;
        return false;
    }

    Notices board_;
    alignas(kLine) std::atomic<int> sentinel_{0};  // its number and 1; 0: none
    std::atomic<int> waker_cpu_[kWorkers] = {};
};

}  // namespace dtact::mesh
