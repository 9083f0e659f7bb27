// How jobs get from who submits them to who runs them. Start reading at submit() and run_some().
//
// A worker keeps what it submits in a ring to itself while that is short, and sends the rest to others; an outside
// thread sends to one worker until that has enough. What does not fit is run by the submitting thread itself, or
// lies in the queue that all share. An idle worker takes what waits at others, if that is worth it.
//
// No job is forgotten: its receiver is awake and looks at all its rings before it sleeps, or is woken. None waits long:
// while a worker is awake, one of those asleep is the sentinel, which looks every millisecond whether something waits
// behind a long job.
#pragma once

#include <new>

#include "mesh/lane.hpp"
#include "mesh/mailbox.hpp"
#include "mesh/overflow.hpp"
#include "mesh/pace.hpp"
#include "mesh/submission.hpp"
#include "mesh/ticket.hpp"
#include "mesh/waker.hpp"

namespace dtact::mesh {

template <int kWorkers, int kGroups>
class Exchange {
public:
    static constexpr int kLanes = kOutsideLanes + kWorkers;
    static constexpr int kMostDepth = 4;            // jobs within jobs by helping
    static constexpr int kHops = 4;                 // workers whose ring is tried before a job counts as having no room
    static constexpr uint32_t kQuiet = 16;          // pushes between two looks whether the receiver sleeps
    static constexpr uint32_t kHelped = 64;         // jobs that a submitting thread runs when all is full
    static constexpr uint32_t kShared = 4096;       // jobs in the queue that all share
    static constexpr int64_t kSentinelNs = 1'000'000;
    static constexpr int64_t kNapNs = 50'000;       // who must not help waits so long for room

    using WakerOf = Waker<kWorkers, kGroups>;
    using Sleepers = typename WakerOf::Sleepers;

    constexpr Exchange() = default;
    ~Exchange()
    {
        for (auto& box : boxes_)
            box.for_each_ring([](JobRing& ring) { delete &ring; });
        if (own_.exchange == this)
            own_.exchange = nullptr;
    }

    // Who sleeps; the workers' sleep is one, whether they wait for jobs or for a parallel_for.
    auto& board() { return waker_.board(); }

    // --- opening and closing

    // Workers that may be sent to; 0: none yet, or closed.
    int workers() const { return workers_.load(std::memory_order_acquire); }
    void open(int workers) { workers_.store(workers, std::memory_order_release); }

    // How many workers have ever been started: their boxes may hold something.
    void know_workers(int count) { known_workers_.store(count, std::memory_order_release); }

    // The thread of a worker introduces itself.
    void enter(int worker)
    {
        Lane& lane = lanes_[kOutsideLanes + worker];
        lane.number = kOutsideLanes + worker;
        lane.worker = worker;
        lane.target = worker;
        own_.lane = &lane;
        own_.exchange = this;
        own_.forks = forks_.load(std::memory_order_relaxed);
    }

    // --- sending

    Submitted submit(Job job, const SubmitOptions& options)
    {
        Lane* lane = own_lane();
        if (lane == nullptr)
            return submit_shared(job, options);
        Submitted result = send(*lane, job, options);
        if (lane->is_outside())
            flush(*lane, options);
        return result;
    }

    // Several at once, each like submit(). Returns how many were taken; `result` tells about the one after those.
    template <class JobAt>
    int64_t submit_many(JobAt job_at, int64_t count, const SubmitOptions& options, Submitted& result)
    {
        Lane* lane = own_lane();
        result = Submitted::ok;
        int64_t taken = 0;
        for (; taken < count && result == Submitted::ok; ++taken)
            result = lane != nullptr ? send(*lane, job_at(taken), options) : submit_shared(job_at(taken), options);
        if (lane != nullptr)
            flush(*lane, options);
        return result == Submitted::ok ? taken : taken - 1;
    }

    // --- receiving

    // Run what there is for this worker, one batch. `looks_hard`: take also what would not be worth it.
    bool run_some(int worker, bool looks_hard)
    {
        Lane& lane = lanes_[kOutsideLanes + worker];
        Job jobs[Pace::kMostTaken];
        // What is copied out, others can't have: after a sleep jobs may be of another kind, so the first is timed alone.
        uint32_t most = lane.is_fresh ? 1 : pace_.batch(), taken = 0;
        if (++lane.turns % 64 == 0)
            taken = take_shared(lane, jobs, most);
        if (taken == 0)
            taken = boxes_[worker].take(jobs, most);
        if (taken == 0)
            taken = take_shared(lane, jobs, most);
        if (taken == 0 && worker < workers())
            taken = steal(lane, jobs, most, looks_hard);
        if (taken == 0) {
            boxes_[worker].refresh(lane_limit());
            taken = boxes_[worker].take(jobs, most);
        }
        if (taken > 0)
            run(lane, jobs, taken);
        return taken > 0;
    }

    // The look of a worker that has announced its sleep.
    bool has_work(int worker) const
    {
        return boxes_[worker].has_mail(lane_limit()) || shared_.has_items() || is_worth_stealing(worker);
    }

    // Before a sleep: true if this worker is to look after the others meanwhile.
    bool stand_sentinel(int worker) { return worker < workers() && waker_.stand_sentinel(worker, workers()); }

    // After it. If it was woken for work another one takes over.
    void stand_down(bool was_woken)
    {
        waker_.stand_down();
        if (was_woken && own_.lane != nullptr)
            wake_anyone(*own_.lane, false);
    }

    // It has slept.
    void refresh_pace(int worker) { lanes_[kOutsideLanes + worker].is_fresh = true; }

    static constexpr int kUnknown = WakerOf::kUnknown, kStay = WakerOf::kStay;
    int cpu_to_avoid(int worker) { return waker_.cpu_to_avoid(worker); }

    // --- the whole

    // Jobs submitted and not yet run, shed included. 0 means that there was a moment without any.
    uint64_t pending() const
    {
        uint64_t ran = shed_.load(std::memory_order_acquire);
        for (const Lane& lane : lanes_)
            ran += lane.ran.get();
        std::atomic_signal_fence(std::memory_order_seq_cst);
        uint64_t submitted = homeless_.load(std::memory_order_relaxed);
        for (const Lane& lane : lanes_)
            submitted += lane.submitted.get();
        return submitted - ran;
    }

    const Lane& lane_of(int worker) const { return lanes_[kOutsideLanes + worker]; }
    const Lane& outside_lane(int number) const { return lanes_[number]; }
    uint64_t shed_count() const { return shed_.load(std::memory_order_relaxed); }
    uint32_t forks() const { return forks_.load(std::memory_order_relaxed); }

    // When all workers have ended: what is left is run here.
    void run_rest()
    {
        enter_as_last();
        for (bool found = true; found;) {
            found = false;
            Job job;
            for (auto& box : boxes_) {
                box.refresh(kLanes);
                for (; box.take(&job, 1) != 0; found = true)
                    job.run();
            }
            for (; shared_.take(job); found = true)
                job.run();
        }
        own_.lane = nullptr;
    }

    // In a child made by fork() nothing is left of all this, and its only thread has no lane.
    void after_fork_in_child()
    {
        forks_.fetch_add(1, std::memory_order_relaxed);
        workers_.store(0, std::memory_order_relaxed);
        for (int worker = 0; worker < known_workers_.load(std::memory_order_relaxed); ++worker) {
            boxes_[worker].for_each_ring([](JobRing& ring) { ring.reset(); });
            boxes_[worker].forget_marks();
            lanes_[kOutsideLanes + worker].forget();
        }
        for (int lane = 0; lane < outside_used_.load(std::memory_order_relaxed); ++lane)
            lanes_[lane].forget();
        shared_.reset();
        outside_.reset();
        searching_.store(0, std::memory_order_relaxed);
        waker_.stand_down();
        shed_.store(0, std::memory_order_relaxed);
        homeless_.store(0, std::memory_order_relaxed);
    }

private:
    using Box = Mailbox<RealAtomics, JobRing, Job, kLanes>;

    // --- lanes

    Lane* own_lane()
    {
        if (own_.exchange == this && own_.forks == forks_.load(std::memory_order_relaxed)) [[likely]]
            return own_.lane;
        if (own_.exchange != nullptr && own_.exchange != this)
            return nullptr;  // this thread works for another pool
        return borrow_lane();
    }

    [[gnu::noinline]] Lane* borrow_lane()
    {
        int number = outside_.borrow();
        own_.exchange = this;
        own_.forks = forks_.load(std::memory_order_relaxed);
        own_.lane = number < 0 ? nullptr : &lanes_[number];
        if (own_.lane == nullptr)
            return nullptr;
        own_.lane->number = number;
        own_.lane->worker = -1;
        for (int used = outside_used_.load(std::memory_order_relaxed); used <= number;)
            outside_used_.compare_exchange_weak(used, number + 1, std::memory_order_relaxed);
        static thread_local Returner returner;
        returner.arm();
        return own_.lane;
    }

    // Gives the lane back when its thread ends.
    struct Returner {
        bool is_armed = false;
        void arm() { is_armed = true; }
        ~Returner()
        {
            if (is_armed && own_.exchange != nullptr && own_.lane != nullptr &&
                own_.forks == own_.exchange->forks_.load(std::memory_order_relaxed) && own_.lane->is_outside())
                own_.exchange->outside_.give_back(own_.lane->number);
            own_.exchange = nullptr;
            own_.lane = nullptr;
        }
    };

    void enter_as_last()
    {
        own_.exchange = this;
        own_.lane = nullptr;
        own_.forks = forks_.load(std::memory_order_relaxed);
    }

    int lane_limit() const { return kOutsideLanes + std::max(known_workers_.load(std::memory_order_relaxed), 1); }

    // --- sending

    Submitted send(Lane& lane, Job job, const SubmitOptions& options)
    {
        if (workers() == 0)
            return Submitted::no_workers;
        if (try_rings(lane, job, options)) {
            lane.submitted.add(1);
            return Submitted::ok;
        }
        return when_full(&lane, job, options);
    }

    bool try_rings(Lane& lane, Job job, const SubmitOptions& options)
    {
        int count = workers();
        bool is_free = options.worker < 0;
        if (is_free && !lane.is_outside() && keeps(lane) && push(lane, lane.worker, job))
            return true;
        if (lane.shut > 0 && --lane.shut > 0 && is_free)
            return push(lane, lane.worker, job);
        int to = is_free ? aim(lane, count) : options.worker % count;
        for (int hop = 0; hop < std::min(kHops, count); ++hop, to = after(to, count))
            if (push(lane, to, job))
                return true;
        lane.shut = lane.is_outside() ? 0 : kQuiet;
        return !lane.is_outside() && push(lane, lane.worker, job);
    }

    static int after(int worker, int count) { return worker + 1 < count ? worker + 1 : 0; }

    // Whether a worker keeps a job to itself.
    bool keeps(Lane& lane) { return lane.local == nullptr || lane.local->waiting(pace_.kept() - 1) < pace_.kept(); }

    // The worker to send to. The same for a while, because looking how much it has costs as much as sending.
    int aim(Lane& lane, int count)
    {
        if (lane.target >= count || (lane.target == lane.worker && count > 1))
            lane.target = after(lane.target < count ? lane.target : 0, count);
        else if (count > (lane.is_outside() ? 1 : 2) && ++lane.aimed > std::min(pace_.worth(), kQuiet)) {
            lane.aimed = 0;
            if (load(lane, lane.target) > pace_.worth())
                lane.target = next_target(lane, count);
        }
        return lane.target;
    }

    // What waits at a worker from this lane, and one for the job it is busy with, if jobs are not short.
    uint32_t load(Lane& lane, int worker)
    {
        JobRing* ring = boxes_[worker].ring(lane.number);
        uint32_t worth = pace_.worth(), waiting = ring == nullptr ? 0 : ring->waiting(worth);
        return worth == 0 && !waker_.may_sleep(worker) ? waiting + 1 : waiting;
    }

    // One who sleeps, else the next in turn.
    int next_target(const Lane& lane, int count)
    {
        int next = after(lane.target, count);
        for (int step = 0, worker = next; step < count; ++step, worker = after(worker, count))
            if (worker != lane.worker && waker_.may_sleep(worker))
                return worker;
        return next == lane.worker ? after(next, count) : next;
    }

    bool push(Lane& lane, int to, Job job)
    {
        Box& box = boxes_[to];
        JobRing* ring = box.ring(lane.number);
        if (ring == nullptr && (ring = make_ring(lane, to)) == nullptr)
            return false;
        if (!ring->push(job))
            return false;
        box.mark(lane.number);
        if (to != lane.worker)
            lane.deflected.add(1);
        if (lane.quiet_to != to) {
            flush(lane, {});
            lane.quiet_to = to;
        }
        uint32_t few = to == lane.worker ? 1 : kQuiet;  // the first of a burst wakes at once
        ++lane.quiet;
        if (lane.quiet >= kQuiet || (lane.quiet == 1 && !lane.is_outside() && ring->waiting(few) <= few))
            flush(lane, {});
        return true;
    }

    [[gnu::noinline]] JobRing* make_ring(Lane& lane, int to)
    {
        auto* ring = new (std::nothrow) JobRing;
        if (ring == nullptr)
            return nullptr;
        boxes_[to].add_ring(lane.number, ring);
        if (to == lane.worker)
            lane.local = ring;
        return ring;
    }

    [[gnu::noinline]] Submitted submit_shared(Job job, const SubmitOptions& options)
    {
        if (workers() == 0)
            return Submitted::no_workers;
        return when_full(nullptr, job, options);
    }

    // --- no room in the rings

    [[gnu::noinline]] Submitted when_full(Lane* lane, Job job, const SubmitOptions& options)
    {
        using WhenFull = SubmitOptions::WhenFull;
        for (;;) {
            bool helps = lane != nullptr && options.when_full == WhenFull::wait && options.may_help;
            if (helps && help(*lane)) {
                if (try_rings(*lane, job, options))
                    break;
                continue;
            }
            if (shared_.push(job)) {
                Lane nobody;
                Lane& self = lane != nullptr ? *lane : nobody;
                self.shared.add(1);
                wake_anyone(self, !options.then_waits);
                break;
            }
            if (options.when_full == WhenFull::reject)
                return Submitted::full;
            if (options.when_full == WhenFull::shed)
                shed_oldest();
            else
                nap();
            if (workers() == 0)
                return Submitted::closed;
            if (lane != nullptr && try_rings(*lane, job, options))
                break;
        }
        if (lane != nullptr)
            lane->submitted.add(1);
        else
            homeless_.fetch_add(1, std::memory_order_relaxed);
        return Submitted::ok;
    }

    // Run jobs that this thread has submitted. False if it is not to, or there are none.
    bool help(Lane& lane)
    {
        if (lane.depth >= kMostDepth)
            return false;
        flush(lane, {});
        JobRing* ring = lane.worker >= 0 ? lane.local : boxes_[lane.target].ring(lane.number);
        uint32_t total = 0;
        for (uint32_t taken = 1; ring != nullptr && taken > 0 && total < kHelped; total += taken) {
            Job jobs[Pace::kMostTaken];
            taken = ring->take(jobs, pace_.batch());
            if (taken > 0)
                run(lane, jobs, taken);
        }
        lane.helped.add(total);
        return total > 0;
    }

    void shed_oldest()
    {
        Job oldest;
        if (!shared_.take(oldest))
            return;
        Ticket::shed(oldest);
        shed_.fetch_add(1, std::memory_order_release);
    }

    static void nap()
    {
        timespec time{0, kNapNs};
        nanosleep(&time, nullptr);
    }

    // --- running

    void run(Lane& lane, const Job* jobs, uint32_t count)
    {
        bool is_timed = lane.is_fresh || pace_.is_worth_timing() || lane.batches++ % 16 == 0;
        lane.is_fresh = false;
        int64_t start = is_timed ? now_ns() : 0;
        uint32_t forks = forks_.load(std::memory_order_relaxed);
        bool is_recorded = Spans::is_on();
        ++lane.depth;
        for (uint32_t job = 0; job < count; ++job) {
            if (is_recorded) [[unlikely]]
                run_recorded(jobs[job]);
            else
                jobs[job].run();
            if (lane.quiet != 0)
                flush(lane, {});
            if (forks != forks_.load(std::memory_order_relaxed)) [[unlikely]]
                give_up_after_fork();
        }
        --lane.depth;
        lane.ran.add(count);
        if (is_timed)
            pace_.ran(count, now_ns() - start);
    }

    [[gnu::noinline]] static void run_recorded(const Job& job)
    {
        if (Ticket::is_of_ticket(job))
            return job.run();  // which makes a span of each chunk
        Spanned span(reinterpret_cast<const void*>(job.function));
        job.run();
    }

    [[noreturn]] static void give_up_after_fork()
    {
        std::fputs("dtact: a child made by fork() inside a job returned into it; it may only exec or exit\n", stderr);
        std::abort();
    }

    uint32_t take_shared(Lane& lane, Job* into, uint32_t most)
    {
        uint32_t taken = 0;
        while (taken < most && shared_.take(into[taken]))
            ++taken;
        lane.shared.add(taken);
        return taken;
    }

    // --- taking from others

    // Fewer jobs than this are left to their receiver, which is awake.
    uint32_t least_to_steal() const { return pace_.jobs_are_long() ? 1 : pace_.kept() + 1; }

    bool is_worth_stealing(int worker) const
    {
        if (worker >= workers())
            return false;
        for (int victim = 0, count = known_workers_.load(std::memory_order_relaxed); victim < count; ++victim)
            if (victim != worker && boxes_[victim].has_at_least(least_to_steal()))
                return true;
        return false;
    }

    // At most one worker searches. It passes the search on when it has found something and there is more.
    uint32_t steal(Lane& lane, Job* into, uint32_t most, bool looks_hard)
    {
        if (searching_.load(std::memory_order_relaxed) != 0 || searching_.exchange(1, std::memory_order_relaxed) != 0)
            return 0;
        uint32_t taken = 0, least = looks_hard ? 1 : least_to_steal();
        int count = known_workers_.load(std::memory_order_relaxed);
        for (int step = 1; step < count && taken == 0; ++step)
            taken = boxes_[(lane.worker + step) % count].steal(into, (most + 1) / 2, least);
        searching_.store(0, std::memory_order_relaxed);
        lane.stolen.add(taken);
        if (taken > 0 && count > 2) {
            Sleepers sleepers = {};
            waker_.board().observe(sleepers, workers());
            if (shared_.has_items() || is_worth_stealing(lane.worker))
                waker_.ring_one(lane, pace_, sleepers, -1, true);
        }
        return taken;
    }

    // --- waking

    // After pushes: wake their receiver if it sleeps, or somebody else if it has more than enough.
    void flush(Lane& lane, const SubmitOptions& options)
    {
        if (lane.quiet == 0)
            return;
        lane.quiet = 0;
        int to = lane.quiet_to;
        Sleepers sleepers = {};
        waker_.board().observe(sleepers, std::max(workers(), to + 1));
        if (!WakerOf::Notices::any(sleepers))
            return;
        if (to != lane.worker && WakerOf::Notices::has(sleepers, to))
            return waker_.wake(lane, pace_, to, !options.then_waits);
        if (searching_.load(std::memory_order_relaxed) == 0 && needs_another(lane, to))
            waker_.ring_one(lane, pace_, sleepers, to, !options.then_waits);
    }

    bool needs_another(Lane& lane, int to)
    {
        if (to != lane.worker)
            return load(lane, to) > pace_.worth();
        return !waker_.has_sentinel() || pace_.jobs_are_long() ||
               lane.local->waiting(pace_.kept()) > pace_.kept();
    }

    void wake_anyone(Lane& lane, bool works_on)
    {
        Sleepers sleepers = {};
        waker_.board().observe(sleepers, workers());
        if (searching_.load(std::memory_order_relaxed) == 0)
            waker_.ring_one(lane, pace_, sleepers, -1, works_on);
    }

    // Which lane this thread sends on, and in which pool. The model of access is the one that costs next to nothing; it
    // asks the loader of a shared library for a few words of a space kept for such uses.
    struct Own {
        Exchange* exchange = nullptr;
        Lane* lane = nullptr;
        uint32_t forks = 0;
    };
    [[gnu::tls_model("initial-exec")]] inline static thread_local constinit Own own_{};

    WakerOf waker_;
    alignas(kLine) std::atomic<int> workers_{0};
    std::atomic<int> known_workers_{0};
    std::atomic<uint32_t> forks_{0};
    alignas(kLine) std::atomic<uint32_t> searching_{0};
    alignas(kLine) std::atomic<uint64_t> shed_{0};
    std::atomic<uint64_t> homeless_{0};  // jobs submitted by threads without a lane
    LaneBook outside_;
    std::atomic<int> outside_used_{0};
    Pace pace_;
    Lane lanes_[kLanes];
    Box boxes_[kWorkers];
    Overflow<RealAtomics, Job, kShared> shared_;
};

}  // namespace dtact::mesh
