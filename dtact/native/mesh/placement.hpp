// Where a worker runs. A woken thread tends to land on the CPU of the thread that woke it and to push it aside: two
// threads, one CPU, no gain. A helper that finds itself there takes that CPU out of its own mask and is migrated at
// once. One that wakes for jobs also leaves a CPU that another is on. The mask is always made from the one the process has now, and given back when the worker has been idle for a
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

private:
    static constexpr int kCpus = 8192;  // more than Linux can be built for today
    cpu_set_t* set() { return reinterpret_cast<cpu_set_t*>(bits_); }
    const cpu_set_t* set() const { return reinterpret_cast<const cpu_set_t*>(bits_); }

    unsigned long bits_[kCpus / (8 * sizeof(unsigned long))] = {};
};

// Belongs to one worker and is used by its thread only.
class Placement {
public:
    bool is_displaced() const { return displaced_; }

    // Get away from `cpu` (negative: unknown). True if this thread now runs elsewhere.
    bool avoid(int cpu)
    {
        if (cpu < 0 || sched_getcpu() != cpu)
            return cpu >= 0;
        CpuSet mask;
        if (refused_ || !mask.load_process_mask())
            return false;
        mask.remove(cpu);
        return mask.count() > 0 && move(mask) && sched_getcpu() != cpu;
    }

    // After a sleep: to a CPU that no other worker is awake on and, if there is such a one, not to that of the waker
    // who works on (negative: none does). Two workers that flee from their waker to the same CPU would stay there while
    // the waker waits and its CPU idles. `for_each_taken(visit)` visits the CPUs of the workers that are awake.
    template <class ForEachTaken>
    void spread(int waker_cpu, ForEachTaken for_each_taken)
    {
        int here = sched_getcpu();
        bool is_shared = false;
        for_each_taken([&](int taken) { is_shared = is_shared || taken == here; });
        CpuSet free;
        if ((!is_shared && here != waker_cpu) || refused_ || !free.load_process_mask())
            return;
        for_each_taken([&](int taken) { free.remove(taken); });
        CpuSet quiet = free;
        if (waker_cpu >= 0)
            quiet.remove(waker_cpu);
        if (quiet.count() > 0)
            move(quiet);
        else if (is_shared && free.count() > 0)
            move(free);
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
    bool move(const CpuSet& mask)
    {
        refused_ = !mask.apply_to_this_thread();
        displaced_ = displaced_ || !refused_;
        return !refused_;
    }

    bool displaced_ = false;
    bool refused_ = false;
};

}  // namespace dtact::mesh
