// What waking a worker costs and how long jobs take, and from both: how many jobs are worth a wake-up.
#pragma once

#include <algorithm>

#include "mesh/atomics.hpp"

namespace dtact::mesh {

class Pace {
public:
    static constexpr uint32_t kMostKept = 96;    // jobs that a worker keeps to itself at most
    static constexpr uint32_t kLeastKept = 2;    // and at least
    static constexpr uint32_t kMostTaken = 16;   // jobs copied out of a ring at a time
    static constexpr int64_t kTakenNs = 10'000;  // and the time that they may take
    static constexpr int64_t kLongWakes = 8;     // a job of so many wake-ups is worth one of its own

    // The least that a wake-up took, slowly forgotten: an average would be ruined by being pushed aside now and then.
    void woke(int64_t took_ns)
    {
        int64_t known = wake_ns_.load(std::memory_order_relaxed);
        int64_t next = known == 0 || took_ns < known ? took_ns : known + known / 64 + 1;
        wake_ns_.store(std::clamp<int64_t>(next, 500, 50'000), std::memory_order_relaxed);
        derive();
    }

    void ran(uint32_t jobs, int64_t took_ns)
    {
        int64_t known = mean_ns_.load(std::memory_order_relaxed), now = std::max<int64_t>(took_ns / jobs, 1);
        if (known != 0 && std::abs(now - known) * 8 < known)
            return;  // others read this line all the time
        mean_ns_.store(known == 0 ? now : known + (now - known) / 4, std::memory_order_relaxed);
        derive();
    }

    // A job is timed if this holds, or now and then.
    bool is_worth_timing() const { return mean_ns_.load(std::memory_order_relaxed) - 1u >= 1000; }

    // Jobs that wait at a worker that is awake before another one is sent elsewhere; 0 if not known.
    uint32_t worth() const { return worth_.load(std::memory_order_relaxed); }
    uint32_t kept() const { return std::max(worth(), kLeastKept); }
    bool jobs_are_long() const { return are_long_.load(std::memory_order_relaxed); }

    // How many jobs to take at a time: few if they are long, because others can't have them then.
    uint32_t batch() const { return 1 + batch_less_one_.load(std::memory_order_relaxed); }

private:
    static int64_t assumed(int64_t wake_ns) { return wake_ns == 0 ? 5000 : wake_ns; }

    void derive()
    {
        int64_t wake_ns = assumed(wake_ns_.load(std::memory_order_relaxed));
        int64_t mean_ns = mean_ns_.load(std::memory_order_relaxed);
        if (mean_ns == 0)
            return;
        auto worth = static_cast<uint32_t>(std::min<int64_t>(wake_ns / mean_ns, kMostKept));
        auto batch = static_cast<uint32_t>(std::clamp<int64_t>(kTakenNs / mean_ns, 1, kMostTaken));
        worth_.store(worth, std::memory_order_relaxed);
        batch_less_one_.store(batch - 1, std::memory_order_relaxed);
        are_long_.store(mean_ns >= kLongWakes * wake_ns, std::memory_order_relaxed);
    }

    alignas(kLine) std::atomic<int64_t> wake_ns_{0};
    std::atomic<int64_t> mean_ns_{0};
    std::atomic<uint32_t> worth_{0};
    std::atomic<uint32_t> batch_less_one_{0};
    std::atomic<bool> are_long_{false};
};

}  // namespace dtact::mesh
