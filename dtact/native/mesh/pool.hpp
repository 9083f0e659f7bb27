// The pool: workers that sleep until a parallel_for wants help or a job is submitted. Start reading at
// Pool::parallel_for, Pool::submit and Pool::live.
//
// All its memory is part of the object and zero at the start: a pool in static storage costs nothing until used and
// outlives every thread that may still look at it.
#pragma once

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <mutex>

#include <pthread.h>

#include "mesh/board.hpp"
#include "mesh/call.hpp"
#include "mesh/exchange.hpp"
#include "mesh/fp_control.hpp"
#include "mesh/placement.hpp"

namespace dtact::mesh {

struct Statistics {
    uint64_t calls = 0;   // parallel_for calls that were open to helpers
    uint64_t joins = 0;   // helpers that came
    uint64_t steals = 0;  // chunks run by another than the owner of the share
    uint64_t wakes = 0;   // sleeping workers rung for
    uint64_t sleeps = 0;  // times a worker lay down
    uint64_t moves = 0;   // times a helper left its caller's CPU
    int workers = 0;      // threads started
};

class Pool {
public:
    static constexpr int kMostParticipants = 256;
    static constexpr int64_t kSearchNs = 50'000;       // how long a helper looks for the next call before it sleeps
    static constexpr int64_t kCallerSpinNs = 50'000;   // how long a caller spins for the last helper before it sleeps
    static constexpr int64_t kSettleNs = 100'000'000;  // idle this long, a displaced worker may run on any CPU again
    static constexpr int kWakesEach = 2;               // the caller wakes so many, and each of those so many more

    constexpr Pool() = default;
    ~Pool() { stop(); }
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    // Participants of a parallel_for, the caller included. Counts from the next call on; surplus workers sleep on.
    void set_thread_count(int count)
    {
        participants_.store(clamped(count), std::memory_order_relaxed);
        if (exchange_.workers() != 0)
            open_exchange();
    }

    // The same, unless somebody has set it.
    void propose_thread_count(int count)
    {
        int unset = 0;
        participants_.compare_exchange_strong(unset, clamped(count), std::memory_order_relaxed);
    }
    void unset_thread_count() { participants_.store(0, std::memory_order_relaxed); }

    bool has_thread_count() const { return participants_.load(std::memory_order_relaxed) != 0; }
    int thread_count() const { return std::max(1, participants_.load(std::memory_order_relaxed)); }

    // See dtact/pool.h.
    void parallel_for(Body body, void* context, int64_t count, int64_t grain, int max_threads)
    {
        if (count < 1)
            return;
        Loop loop{.body = body, .context = context, .cut = Cut::make(count, grain)};
        int most = max_threads < 1 ? thread_count() : std::min(max_threads, thread_count());
        loop.participants = static_cast<int>(std::min<int64_t>(most, loop.cut.chunks()));
        int slot = -1;
        if (loop.participants > 1 && !is_inside_ && start_workers(loop.participants - 1))
            slot = claim_slot();
        if (slot < 0)
            return run_alone(loop);
        run_together(loop, slot);
        busy_.fetch_and(~(uint64_t{1} << slot), orders::kFreeSlot);
    }

    // --- jobs. They run on as many workers as parallel_for has participants: who submits them need not work along.

    Submitted submit(Job job, const SubmitOptions& options)
    {
        if (exchange_.workers() == 0) [[unlikely]]
            if (Submitted refusal = open_exchange(); refusal != Submitted::ok)
                return refusal;
        return exchange_.submit(job, options);
    }

    template <class JobAt>
    int64_t submit_many(JobAt job_at, int64_t count, const SubmitOptions& options, Submitted& result)
    {
        if (exchange_.workers() == 0) [[unlikely]]
            if (result = open_exchange(); result != Submitted::ok)
                return 0;
        return exchange_.submit_many(job_at, count, options, result);
    }

    // Submit all jobs of a ticket: one for each worker that can help.
    Submitted submit(Ticket& ticket, const SubmitOptions& options)
    {
        if (exchange_.workers() == 0) [[unlikely]]
            if (Submitted refusal = open_exchange(); refusal != Submitted::ok)
                return refusal;
        auto wanted = static_cast<int64_t>(std::min<uint64_t>(ticket.count(), std::max(exchange_.workers(), 1)));
        SubmitOptions spread = options;
        Submitted result = Submitted::ok;
        for (int64_t helper = 0; helper < wanted && result == Submitted::ok; ++helper) {
            if (wanted > 1 && options.worker < 0)
                spread.worker = static_cast<int>(helper);
            Job job = ticket.job();
            result = exchange_.submit(job, spread);
            if (result != Submitted::ok)
                ticket.drop();
            if (result != Submitted::ok && helper > 0)
                return Submitted::ok;  // fewer help
        }
        return result;
    }

    // Start the workers that jobs would start. Returns how many there are.
    int start_for_jobs()
    {
        open_exchange();
        return workers_started();
    }

    // Somebody has bound the workers to CPUs: they stay there, wherever their wakers run.
    void set_pinned(bool is_pinned) { pinned_.store(is_pinned, std::memory_order_relaxed); }

    // From now on no job is taken. Those submitted before are run.
    void close_jobs()
    {
        std::lock_guard lock(starting_);
        closed_.store(true, std::memory_order_relaxed);
        exchange_.open(0);
    }
    void reopen_jobs()
    {
        std::lock_guard lock(starting_);
        closed_.store(false, std::memory_order_relaxed);
    }

    uint64_t pending_jobs() const { return exchange_.pending(); }
    uint32_t forks() const { return exchange_.forks(); }
    const Exchange<kMostParticipants - 1, kMostParticipants / 64>& exchange() const { return exchange_; }
    int workers_started() const { return started_.load(std::memory_order_acquire); }
    uint64_t sleeps_of(int worker) const { return workers_[worker].sleeps.get(); }

    Statistics statistics() const
    {
        Statistics sum;
        for (const auto& call : calls_) {
            sum.calls += call.calls.get();
            sum.wakes += call.wakes.get();
            sum.steals += call.steals.get();
        }
        sum.workers = started_.load(std::memory_order_acquire);
        for (int id = 0; id < sum.workers; ++id) {
            const Worker& worker = workers_[id];
            sum.joins += worker.joins.get();
            sum.wakes += worker.wakes.get();
            sum.steals += worker.steals.get();
            sum.sleeps += worker.sleeps.get();
            sum.moves += worker.moves.get();
        }
        return sum;
    }

    // Wait for all workers to end; jobs submitted before are run. No parallel_for may be running or come later.
    void stop()
    {
        std::lock_guard lock(starting_);
        stopping_.store(true, std::memory_order_release);
        int started = started_.exchange(0, std::memory_order_relaxed);
        for (int id = 0; id < started; ++id)
            board().wake_worker(id);
        for (int id = 0; id < started; ++id)
            pthread_join(workers_[id].thread, nullptr);
        exchange_.open(0);
        if (started > 0)
            exchange_.run_rest();
    }

    // Hold the lock across fork(), so that the child gets a whole one.
    void before_fork() { starting_.lock(); }
    void after_fork_in_parent() { starting_.unlock(); }

    // In the child no worker is left, and of the callers only the one that forked, if it was one.
    void after_fork_in_child()
    {
        int workers_before = started_.exchange(0, std::memory_order_relaxed);
        forks_.fetch_add(1, std::memory_order_relaxed);
        busy_.store(0, std::memory_order_relaxed);
        board().reset();
        exchange_.after_fork_in_child();
        pinned_.store(false, std::memory_order_relaxed);
        for (int id = 0; id < workers_before; ++id)
            workers_[id].forget();
        for (auto& call : calls_)
            if (call.calls.get() != 0)  // else never used: its page stays shared with the parent
                call.forget();
        starting_.unlock();
    }

private:
    struct alignas(kLine) Worker {
        Pool* pool = nullptr;
        int id = 0;
        pthread_t thread{};
        uint64_t fp_control = 0;   // its own, for jobs
        std::atomic<int> home{0};  // the only CPU it is bound to, and 1; 0: none
        Counter joins, wakes, steals, sleeps, moves;

        void forget()
        {
            for (Counter* counter : {&joins, &wakes, &steals, &sleeps, &moves})
                counter->set(0);
            home.store(0, std::memory_order_relaxed);
        }
    };

    static constexpr int kGroups = kMostParticipants / Eventcount<RealAtomics>::kSleepers;
    using Notices = Board<RealAtomics, kGroups>;

    Notices& board() { return exchange_.board(); }

    static int clamped(int count) { return std::clamp(count, 1, kMostParticipants); }

    int workers_allowed() const { return thread_count() - 1; }

    // --- the caller's side

    // Alone it makes the same cut, so a body can rely on it.
    void run_alone(const Loop& loop)
    {
        Spanned span(reinterpret_cast<const void*>(loop.body));
        int64_t chunks = loop.cut.chunks();
        for (int64_t chunk = 0; chunk < chunks; ++chunk)
            loop.run(chunk);
    }

    void run_together(Loop& loop, int slot)
    {
        auto& call = calls_[slot];
        loop.caller_cpu = sched_getcpu();
        loop.fp_control = fp_control();
        loop.forks = forks_.load(std::memory_order_relaxed);
        call.prepare(loop);
        is_inside_ = true;
        call.gate.open(loop.participants - 1);
        int woken = board().post(slot, std::min(loop.participants - 1, kWakesEach), workers_allowed());
        uint64_t stolen = call.work(0, [&] { demand_no_fork(loop); });
        board().withdraw(slot);
        call.gate.close();
        call.gate.wait_until_empty(call.crowded.load(std::memory_order_relaxed) != 0 ? 0 : kCallerSpinNs);
        is_inside_ = false;
        call.calls.add(1);
        call.wakes.add(woken);
        call.steals.add(stolen);
    }

    int claim_slot()
    {
        uint64_t busy = busy_.load(std::memory_order_relaxed);
        while (~busy != 0) {
            int slot = std::countr_one(busy);
            uint64_t taken = busy | uint64_t{1} << slot;
            if (busy_.compare_exchange_weak(busy, taken, orders::kClaimSlot, std::memory_order_relaxed))
                return slot;
        }
        return -1;  // 64 callers at once: who comes last works alone
    }

    // A child forked by a body has no helpers, and nobody knows which rows they had done.
    void demand_no_fork(const Loop& loop)
    {
        if (forks_.load(std::memory_order_relaxed) == loop.forks)
            return;
        std::fputs("dtact: a child made by fork() inside a parallel_for returned into it; it may only exec or exit\n",
                   stderr);
        std::abort();
    }

    // --- the workers' side

    void live(Worker& self)
    {
        is_inside_ = true;
        exchange_.enter(self.id);
        self.fp_control = fp_control();
        Placement placement;
        placement.settle();
        int64_t search_ns = 0, idle_since = 0;
        bool looks_hard = false;
        for (unsigned vain = 0;;) {
            if (int slot = wanted_slot(self); slot >= 0)
                search_ns = help(self, placement, slot) ? kSearchNs : 0;
            else if (exchange_.run_some(self.id, looks_hard))
                search_ns = 0;
            else if (stopping_.load(std::memory_order_acquire))
                return;
            else {
                looks_hard = rest(self, placement, search_ns, idle_since);
                search_ns = 0;
                if (++vain % 64 == 0)  // what is there is being taken by others
                    sched_yield();
                continue;
            }
            looks_hard = false;
            vain = 0;
            idle_since = 0;
        }
    }

    // Sleep until there is work, it seems. True: nobody has asked, but this worker should look behind the others.
    bool rest(Worker& self, Placement& placement, int64_t search_ns, int64_t& idle_since)
    {
        using Slept = Notices::Slept;
        auto has_work = [&] {
            return stopping_.load(std::memory_order_acquire) || wanted_slot(self) >= 0 || exchange_.has_work(self.id);
        };
        self.sleeps.add(search_ns == 0 ? 1 : 0);
        bool is_sentinel = search_ns == 0 && exchange_.stand_sentinel(self.id);
        int64_t limit_ns = is_sentinel ? exchange_.kSentinelNs : placement.is_displaced() ? kSettleNs : -1;
        if (placement.is_displaced() && idle_since == 0)
            idle_since = now_ns();
        Slept slept = board().rest(self.id, has_work, search_ns, limit_ns);
        if (slept != Slept::found_work)
            exchange_.refresh_pace(self.id);
        if (is_sentinel)
            exchange_.stand_down(slept == Slept::woken);
        int cpu = slept == Slept::woken ? exchange_.cpu_to_avoid(self.id) : exchange_.kUnknown;
        bool was_idle = slept == Slept::timed_out && now_ns() - idle_since >= kSettleNs;
        if (is_pinned())
            placement.forget();
        else if (cpu >= 0)
            avoid(self, placement, cpu);
        else if (placement.is_displaced() && (was_idle || cpu == exchange_.kStay))
            placement.settle();
        if (!placement.is_displaced())
            self.home.store(0, std::memory_order_relaxed);
        return slept == Slept::timed_out && is_sentinel;
    }

    bool avoid(Worker& self, Placement& placement, int cpu)
    {
        return placement.avoid(cpu, [&](int home) { return claim_home(self, home); });
    }

    // Of two that claim the same CPU at the same moment at least one sees the other.
    bool claim_home(Worker& self, int cpu)
    {
        int before = self.home.exchange(cpu + 1, std::memory_order_seq_cst);
        for (int id = 0, count = workers_started(); cpu != Placement::kAny && id < count; ++id)
            if (id != self.id && workers_[id].home.load(std::memory_order_seq_cst) == cpu + 1) {
                self.home.store(before, std::memory_order_relaxed);
                return false;
            }
        return true;
    }

    bool is_pinned() const { return pinned_.load(std::memory_order_relaxed); }

    // A slot that has a seat for this worker, or -1.
    int wanted_slot(const Worker& self)
    {
        if (self.id >= workers_allowed())
            return -1;
        for (uint64_t left = board().posted(); left != 0; left &= left - 1)
            if (calls_[std::countr_zero(left)].gate.has_seat())
                return std::countr_zero(left);
        return -1;
    }

    int seats_wanted()
    {
        int seats = 0;
        for (uint64_t left = board().posted(); left != 0 && seats < kWakesEach; left &= left - 1) {
            const auto& gate = calls_[std::countr_zero(left)].gate;
            seats += gate.has_seat() ? gate.seats_left() : 0;
        }
        return std::min(seats, kWakesEach);
    }

    // True if it may pay to search for the next call: this thread is not in its caller's way.
    bool help(Worker& self, Placement& placement, int slot)
    {
        auto& call = calls_[slot];
        if (!call.gate.join())
            return false;
        self.joins.add(1);
        bool was_displaced = placement.is_displaced();
        bool is_elsewhere = is_pinned() ? sched_getcpu() != call.loop.caller_cpu : avoid(self, placement, call.loop.caller_cpu);
        self.moves.add(placement.is_displaced() && !was_displaced ? 1 : 0);
        if (!is_elsewhere)
            call.crowded.store(1, std::memory_order_relaxed);
        if (workers_allowed() > 1)
            self.wakes.add(board().found([&] { return seats_wanted(); }, workers_allowed()));
        set_fp_control(call.loop.fp_control);
        const Loop& loop = call.loop;
        self.steals.add(call.work(call.claim_share(self.id + 1), [&] { demand_no_fork(loop); }));
        set_fp_control(self.fp_control);
        is_elsewhere = is_elsewhere && sched_getcpu() != loop.caller_cpu;
        call.gate.leave();
        return is_elsewhere;
    }

    // --- starting

    bool start_workers(int wanted)
    {
        if (started_.load(std::memory_order_acquire) >= wanted)
            return true;
        std::lock_guard lock(starting_);
        return start_workers_locked(wanted) > 0;
    }

    // Returns how many there are.
    int start_workers_locked(int wanted)
    {
        int started = started_.load(std::memory_order_relaxed);
        for (; started < wanted; started_.store(++started, std::memory_order_release)) {
            exchange_.know_workers(started + 1);
            if (!start_worker(workers_[started], started))
                break;
        }
        if (started < wanted)  // the system gives no more threads: say so, and don't ask on every call
            participants_.store(started + 1, std::memory_order_relaxed);
        return started;
    }

    [[gnu::noinline]] Submitted open_exchange()
    {
        std::lock_guard lock(starting_);
        if (closed_.load(std::memory_order_relaxed))
            return Submitted::closed;
        int wanted = std::min(thread_count(), kMostParticipants - 1);
        int workers = std::min(start_workers_locked(wanted), wanted);
        exchange_.open(workers);
        return workers > 0 ? Submitted::ok : Submitted::no_workers;
    }

    // Signals stay with the threads of the user; those that a fault raises can't be kept away.
    bool start_worker(Worker& worker, int id)
    {
        worker.pool = this;
        worker.id = id;
        sigset_t blocked, before;
        sigfillset(&blocked);
        for (int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS})
            sigdelset(&blocked, fault);
        pthread_sigmask(SIG_SETMASK, &blocked, &before);
        bool is_started = pthread_create(&worker.thread, nullptr, &Pool::thread_main, &worker) == 0;
        pthread_sigmask(SIG_SETMASK, &before, nullptr);
        return is_started;
    }

    // Not noexcept, and nothing is caught below: a body may be Python code whose thread the dying interpreter ends by
    // unwinding it.
    static void* thread_main(void* argument)
    {
        Worker& self = *static_cast<Worker*>(argument);
        char name[16];
        std::snprintf(name, sizeof name, "dtact-%d", self.id % 1000);
        pthread_setname_np(pthread_self(), name);
        self.pool->live(self);
        return nullptr;
    }

    inline static thread_local bool is_inside_ = false;  // a worker, or a caller within its own parallel_for

    std::atomic<int> participants_{0};  // 0: not set, which counts as 1
    std::atomic<int> started_{0};
    std::atomic<bool> stopping_{false};
    std::atomic<uint32_t> forks_{0};
    std::mutex starting_;
    alignas(kLine) std::atomic<uint64_t> busy_{0};
    std::atomic<bool> closed_{false};  // to jobs
    std::atomic<bool> pinned_{false};
    Exchange<kMostParticipants - 1, kGroups> exchange_;
    Worker workers_[kMostParticipants - 1];
    Call<RealAtomics, kMostParticipants> calls_[Notices::kSlots];
};

}  // namespace dtact::mesh
