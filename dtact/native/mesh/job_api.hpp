// The jobs of the process's pool, behind the C table of dtact/pool.h.
#pragma once

#include <new>

#include <dtact/pool.h>
#include <sys/eventfd.h>

#include "mesh/pool.hpp"

namespace dtact::mesh {

inline SubmitOptions submit_options(uint32_t bits)
{
    SubmitOptions options;
    options.when_full = static_cast<SubmitOptions::WhenFull>(bits & 3);
    options.may_help = (bits & DTACT_NO_HELP) == 0;
    options.then_waits = (bits & DTACT_THEN_WAIT) != 0;
    options.worker = static_cast<int>(bits >> 16) - 1;
    return options;
}

// kPool: the function that returns the pool.
template <Pool& (*kPool)()>
struct JobApi {
    static Ticket& ticket_of(dtact_ticket* ticket) { return *reinterpret_cast<Ticket*>(ticket); }
    static Outlet& outlet_of(dtact_port* port) { return *reinterpret_cast<Outlet*>(port); }

    // Small jobs are submitted one by one: what they pay for is compiled into one function, for the usual options apart.
    [[gnu::flatten]] static int32_t submit_usual(dtact_job job, void* argument)
    {
        return static_cast<int32_t>(kPool().submit(Job{job, argument}, SubmitOptions{}));
    }

    static int32_t submit(dtact_job job, void* argument, uint32_t options)
    {
        if (options == DTACT_WAIT) [[likely]]
            return submit_usual(job, argument);
        return static_cast<int32_t>(kPool().submit(Job{job, argument}, submit_options(options)));
    }

    static int64_t submit_many(dtact_job job, void* base, int64_t stride, int64_t count, uint32_t options)
    {
        Submitted result = Submitted::ok;
        auto at = [=](int64_t item) { return Job{job, static_cast<char*>(base) + item * stride}; };
        return kPool().submit_many(at, count, submit_options(options), result);
    }

    static dtact_ticket* ticket_submit(dtact_job job, void* base, int64_t stride, int64_t count, int32_t is_table,
                                       uint32_t options, int32_t* error)
    {
        Items items{job, static_cast<char*>(base), stride, static_cast<uint64_t>(std::max<int64_t>(count, 0)),
                    is_table != 0};
        auto* ticket = new (std::nothrow) Ticket(items, kPool().forks());
        auto result = static_cast<int32_t>(DTACT_NO_MEMORY);
        if (ticket != nullptr && count < 1) {
            ticket->finish_empty();
            result = DTACT_OK;
        } else if (ticket != nullptr) {
            result = static_cast<int32_t>(kPool().submit(*ticket, submit_options(options)));
        }
        if (error != nullptr)
            *error = result;
        if (result == DTACT_OK)
            return reinterpret_cast<dtact_ticket*>(ticket);
        if (ticket != nullptr)
            ticket->drop();
        return nullptr;
    }

    static int32_t ticket_state(dtact_ticket* ticket)
    {
        Ticket& self = ticket_of(ticket);
        if (self.is_done())
            return self.is_shed() ? DTACT_SHED_JOB : DTACT_DONE;
        return self.forks == kPool().forks() ? DTACT_PENDING : DTACT_LOST_BY_FORK;
    }

    static int32_t ticket_wait(dtact_ticket* ticket, int64_t timeout_ns)
    {
        Ticket& self = ticket_of(ticket);
        if (int32_t state = ticket_state(ticket); state != DTACT_PENDING)
            return state;
        if (timeout_ns < 0 && self.count() > 1)
            self.help();
        self.wait(timeout_ns);
        return ticket_state(ticket);
    }

    static void ticket_free(dtact_ticket* ticket) { ticket_of(ticket).drop(); }

    static dtact_port* port_new()
    {
        int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
        if (fd < 0)
            return nullptr;
        return reinterpret_cast<dtact_port*>(new Outlet(fd));
    }

    static int32_t port_fd(dtact_port* port) { return outlet_of(port).fd; }

    static int32_t port_watch(dtact_port* port, dtact_ticket* ticket, void* tag)
    {
        ticket_of(ticket).tag = tag;
        return ticket_of(ticket).notify(outlet_of(port)) ? 1 : 0;
    }

    static int64_t port_take(dtact_port* port, void** tags, int64_t most)
    {
        Outlet& outlet = outlet_of(port);
        outlet.silence();
        int64_t taken = 0;
        for (Ticket* ticket; taken < most && (ticket = outlet.take()) != nullptr; ++taken) {
            tags[taken] = ticket->tag;
            ticket->drop();
        }
        return taken;
    }

    static void port_free(dtact_port* port) { outlet_of(port).drop(); }

    static uint64_t pending_jobs() { return kPool().exchange().pending(); }

    static void close_jobs(int32_t close)
    {
        if (close != 0)
            kPool().close_jobs();
        else
            kPool().reopen_jobs();
    }

    static int32_t worker_count() { return kPool().workers_started(); }

    static void worker_statistics(int32_t worker, dtact_worker_statistics* into)
    {
        const auto& exchange = kPool().exchange();
        *into = {};
        if (worker >= 0 && worker < worker_count()) {
            add(*into, exchange.lane_of(worker));
            into->sleeps = kPool().sleeps_of(worker);
        }
        for (int lane = 0; worker < 0 && lane < kOutsideLanes; ++lane)
            add(*into, exchange.outside_lane(lane));
    }

    static void name_job(const void* function) { Spans::rename(function); }

    static uint64_t shed_jobs() { return kPool().exchange().shed_count(); }

private:
    static void add(dtact_worker_statistics& sum, const Lane& lane)
    {
        sum.submitted += lane.submitted.get();
        sum.ran += lane.ran.get();
        sum.stolen += lane.stolen.get();
        sum.shared += lane.shared.get();
        sum.deflected += lane.deflected.get();
        sum.wakes += lane.wakes.get();
    }
};

}  // namespace dtact::mesh
