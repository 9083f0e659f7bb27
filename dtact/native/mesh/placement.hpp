// Where a worker runs. A woken thread tends to land on the CPU of the thread that woke it and to push it aside: two
// threads, one CPU, no gain. A helper that finds itself there takes that CPU out of its own mask and is migrated at
// once. The mask is always made from the one the process has now, and given back when the worker has been idle for a
// while.
#pragma once

#include <sched.h>
#include <unistd.h>

namespace dtact::mesh {

class CpuSet {
public:
    // The mask of the process (of its first thread); false if the kernel won't say.
    bool load_process_mask() { return sched_getaffinity(getpid(), sizeof bits_, set()) == 0; }
    bool load_own_mask() { return sched_getaffinity(0, sizeof bits_, set()) == 0; }
    // Refused in some sandboxes, or when the CPUs were taken away meanwhile: then the thread stays where it is.
    bool apply_to_this_thread() const { return sched_setaffinity(0, sizeof bits_, set()) == 0; }

    void remove(int cpu) { CPU_CLR_S(static_cast<unsigned>(cpu), sizeof bits_, set()); }
    int count() const { return CPU_COUNT_S(sizeof bits_, set()); }
    int first() const
    {
        int cpu = 0;
        while (cpu < kCpus && CPU_ISSET_S(static_cast<unsigned>(cpu), sizeof bits_, set()) == 0)
            ++cpu;
        return cpu;
    }

private:
    static constexpr int kCpus = 8192;  // more than Linux can be built for today
    cpu_set_t* set() { return reinterpret_cast<cpu_set_t*>(bits_); }
    const cpu_set_t* set() const { return reinterpret_cast<const cpu_set_t*>(bits_); }

    unsigned long bits_[kCpus / (8 * sizeof(unsigned long))] = {};
};

// Belongs to one worker and is used by its thread only.
class Placement {
public:
    static constexpr int kAny = -1;

    bool is_displaced() const { return displaced_; }

    // Get away from `cpu` (negative: unknown). True if this thread now runs elsewhere. Where a single CPU is left to go
    // to, `claim(that)` is asked: two workers bound to one CPU would stay there when all others idle.
    template <class Claim>
    bool avoid(int cpu, Claim claim)
    {
        if (cpu < 0 || sched_getcpu() != cpu)
            return cpu >= 0;
        CpuSet mask;
        if (refused_ || !mask.load_process_mask())
            return false;
        mask.remove(cpu);
        int left = mask.count();
        if (left == 0 || !claim(left == 1 ? mask.first() : kAny))
            return false;
        if (!mask.apply_to_this_thread()) {
            refused_ = true;
            return false;
        }
        displaced_ = true;
        return sched_getcpu() != cpu;
    }

    // Somebody else has chosen the CPUs.
    void forget() { displaced_ = false; }

    // Any CPU of the process will do again. Also right for a new thread, whose creator may have been bound.
    void settle()
    {
        CpuSet mask;
        if (mask.load_process_mask())
            mask.apply_to_this_thread();
        displaced_ = false;
    }

private:
    bool displaced_ = false;
    bool refused_ = false;
};

}  // namespace dtact::mesh
