// The one pool of this process, behind the C table of dtact/pool.h.
#pragma once

#include <dtact/pool.h>
#include <pthread.h>

#include "mesh/cpu_budget.hpp"
#include "mesh/job_api.hpp"
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
        if (pool_.value.has_thread_count()) [[likely]]  // then it is prepared too
            return pool_.value;
        prepare();
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
        Spans::after_fork_in_child();
        if (!is_chosen_.load(std::memory_order_relaxed))
            pool_.value.unset_thread_count();
    }

    inline static constinit ImmortalPool pool_{};
    inline static constinit std::atomic<bool> is_prepared_{false};
    inline static constinit std::atomic<bool> is_chosen_{false};  // the number of threads, by the user
};

using Jobs = JobApi<&ProcessPool::get>;

inline const dtact_pool_api kPoolApi = {
    .version = DTACT_POOL_API_VERSION,
    .size_bytes = sizeof(dtact_pool_api),
    .thread_count = &ProcessPool::thread_count,
    .set_thread_count = &ProcessPool::set_thread_count,
    .parallel_for = &ProcessPool::parallel_for,
    .submit = &Jobs::submit,
    .submit_many = &Jobs::submit_many,
    .ticket_submit = &Jobs::ticket_submit,
    .ticket_state = &Jobs::ticket_state,
    .ticket_wait = &Jobs::ticket_wait,
    .ticket_free = &Jobs::ticket_free,
    .port_new = &Jobs::port_new,
    .port_fd = &Jobs::port_fd,
    .port_watch = &Jobs::port_watch,
    .port_take = &Jobs::port_take,
    .port_free = &Jobs::port_free,
    .pending_jobs = &Jobs::pending_jobs,
    .close_jobs = &Jobs::close_jobs,
    .worker_count = &Jobs::worker_count,
    .worker_statistics = &Jobs::worker_statistics,
    .shed_jobs = &Jobs::shed_jobs,
    .name_job = &Jobs::name_job,
};

}  // namespace dtact::mesh
