// The one pool of this process, behind the C table of dtact/pool.h.
#pragma once

#include <dtact/pool.h>
#include <pthread.h>

#include "mesh/cpu_budget.hpp"
#include "mesh/pool.hpp"

namespace dtact::mesh {

// Never destroyed: a daemon thread may be inside while the process exits, and exiting ends the workers in their sleep.
union ImmortalPool {
    constexpr ImmortalPool() : value() {}
    ~ImmortalPool() {}
    Pool value;
};

class ProcessPool {
public:
    static Pool& get()
    {
        prepare();
        if (!pool_.value.has_thread_count())
            pool_.value.propose_thread_count(cpu_budget());
        return pool_.value;
    }

    // What has to be done once in a process. Best done before there are threads: a fork() just now would leave the
    // child half prepared.
    static void prepare()
    {
        static std::once_flag once;
        if (!is_prepared_.load(std::memory_order_acquire))
            std::call_once(once, [] {
                pthread_atfork(&before_fork, &after_fork_in_parent, &after_fork_in_child);
                is_prepared_.store(true, std::memory_order_release);
            });
    }

    static int32_t thread_count() { return get().thread_count(); }

    static int32_t set_thread_count(int32_t count)
    {
        is_chosen_.store(count > 0, std::memory_order_relaxed);
        get().set_thread_count(count > 0 ? count : cpu_budget());
        return thread_count();
    }

    static void parallel_for(dtact_body body, void* context, int64_t count, int64_t grain, int32_t max_threads)
    {
        get().parallel_for(body, context, count, grain, max_threads);
    }

private:
    static void before_fork() { pool_.value.before_fork(); }
    static void after_fork_in_parent() { pool_.value.after_fork_in_parent(); }

    // The child may get other CPUs before it uses the pool: unless the user chose a number, look again then.
    static void after_fork_in_child()
    {
        pool_.value.after_fork_in_child();
        if (!is_chosen_.load(std::memory_order_relaxed))
            pool_.value.unset_thread_count();
    }

    inline static constinit ImmortalPool pool_{};
    inline static constinit std::atomic<bool> is_prepared_{false};
    inline static constinit std::atomic<bool> is_chosen_{false};  // the number of threads, by the user
};

inline const dtact_pool_api kPoolApi = {
    DTACT_POOL_API_VERSION,        sizeof(dtact_pool_api),      &ProcessPool::thread_count,
    &ProcessPool::set_thread_count, &ProcessPool::parallel_for,
};

}  // namespace dtact::mesh
