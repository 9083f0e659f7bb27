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
        if (!is_ready_.load(std::memory_order_acquire))
            make_ready();
        return pool_.value;
    }

    static int32_t thread_count() { return get().thread_count(); }

    static int32_t set_thread_count(int32_t count)
    {
        get().set_thread_count(count < 1 ? cpu_budget() : count);
        return thread_count();
    }

    static void parallel_for(dtact_body body, void* context, int64_t count, int64_t grain, int32_t max_threads)
    {
        get().parallel_for(body, context, count, grain, max_threads);
    }

private:
    static void make_ready()
    {
        static std::once_flag once;
        std::call_once(once, [] {
            pool_.value.set_thread_count(cpu_budget());
            pthread_atfork([] { pool_.value.before_fork(); }, [] { pool_.value.after_fork_in_parent(); },
                           [] { pool_.value.after_fork_in_child(); });
            is_ready_.store(true, std::memory_order_release);
        });
    }

    inline static constinit ImmortalPool pool_{};
    inline static constinit std::atomic<bool> is_ready_{false};
};

inline const dtact_pool_api kPoolApi = {
    DTACT_POOL_API_VERSION,        sizeof(dtact_pool_api),      &ProcessPool::thread_count,
    &ProcessPool::set_thread_count, &ProcessPool::parallel_for,
};

}  // namespace dtact::mesh
