// Jobs on the whole pool, with real threads: plain, under ThreadSanitizer, under AddressSanitizer and UBSan.
//
// Usage: job_test [seconds for the random part]. Prints one line a test, stops at the first that fails.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <sys/eventfd.h>
#include <sys/wait.h>

#include "mesh/process_pool.hpp"

namespace {

using namespace dtact::mesh;
using WhenFull = SubmitOptions::WhenFull;

void demand(bool holds, const char* what)
{
    if (holds)
        return;
    std::printf("jobs     FAILED: %s\n", what);
    std::fflush(stdout);
    std::_Exit(1);
}

std::unique_ptr<Pool> pool_of(int threads)
{
    auto pool = std::make_unique<Pool>();
    pool->set_thread_count(threads);
    return pool;
}

void wait_for(const std::atomic<int64_t>& counter, int64_t value)
{
    while (counter.load(std::memory_order_acquire) != value)
        usleep(100);
}

// Plain counters, one a job: a job run twice at once, or not visible to who waits, is a data race.
struct Counted {
    std::vector<int> runs;
    std::atomic<int64_t> done{0};
    unsigned delay = 0;

    struct One {
        Counted* all;
        size_t index;
    };
    std::vector<One> ones;

    explicit Counted(size_t count, unsigned slow = 0) : runs(count), delay(slow)
    {
        for (size_t index = 0; index < count; ++index)
            ones.push_back({this, index});
    }

    static void run(void* argument)
    {
        auto& one = *static_cast<One*>(argument);
        ++one.all->runs[one.index];
        if (one.all->delay != 0 && one.index % 31 == one.all->delay)
            usleep(static_cast<unsigned>(one.index) % 60);
        if (one.all->delay != 0 && one.index % 7 == 1)
            std::this_thread::yield();
        one.all->done.fetch_add(1, std::memory_order_release);
    }

    Job job(size_t index) { return {&Counted::run, &ones[index]}; }

    void check()
    {
        wait_for(done, static_cast<int64_t>(runs.size()));
        for (int times : runs)
            demand(times == 1, "a job was not run exactly once");
    }
};

void submit_and_check(Pool& pool, size_t count, unsigned delay, bool many, const SubmitOptions& options = {})
{
    Counted counted(count, delay);
    Submitted result = Submitted::ok;
    if (many)
        demand(pool.submit_many([&](int64_t at) { return counted.job(static_cast<size_t>(at)); },
                                static_cast<int64_t>(count), options, result) == static_cast<int64_t>(count),
               "submit_many took less than all");
    else
        for (size_t index = 0; index < count; ++index)
            demand(pool.submit(counted.job(index), options) == Submitted::ok, "a job was refused");
    counted.check();
}

void random_jobs(Pool& pool, double seconds, unsigned seed)
{
    std::minstd_rand random(seed);
    for (int64_t end = now_ns() + static_cast<int64_t>(seconds * 1e9); now_ns() < end;) {
        auto below = [&](unsigned limit) { return static_cast<unsigned>(random() % limit); };
        SubmitOptions options{.may_help = below(4) != 0, .then_waits = below(2) == 0};
        options.worker = below(3) == 0 ? static_cast<int>(below(9)) : -1;
        submit_and_check(pool, below(5) == 0 ? below(6000) : below(20), below(4), below(2) == 0, options);
        if (below(20) == 0)
            usleep(below(300));
    }
}

void senders_at_once(int threads, unsigned senders, double seconds)
{
    auto pool = pool_of(threads);
    std::vector<std::thread> all;
    for (unsigned sender = 0; sender < senders; ++sender)
        all.emplace_back([&, sender] { random_jobs(*pool, seconds, sender + 7); });
    for (std::thread& thread : all)
        thread.join();
    demand(pool->pending_jobs() == 0, "jobs are counted as pending when none is left");
}

// A job that submits the rest, as in the hot core; each of those adds one.
struct Tree {
    Pool* pool;
    int64_t children;
    std::atomic<int64_t> done{0};

    static void leaf(void* argument)
    {
        static_cast<Tree*>(argument)->done.fetch_add(1, std::memory_order_release);
    }
    static void root(void* argument)
    {
        auto& tree = *static_cast<Tree*>(argument);
        for (int64_t child = 0; child < tree.children; ++child)
            demand(tree.pool->submit({&Tree::leaf, argument}, {}) == Submitted::ok, "a job was refused to a job");
        leaf(argument);
    }
};

void submitted_by_a_job(int threads)
{
    auto pool = pool_of(threads);
    for (int64_t children : {0, 1, 10, 1000, 100'000}) {
        Tree tree{pool.get(), children};
        pool->submit({&Tree::root, &tree}, {});
        wait_for(tree.done, children + 1);
    }
}

// Each job submits the next: nobody but the receiver is ever told.
void chained()
{
    struct Chain {
        Pool* pool;
        int left;
        std::atomic<int64_t> is_done{0};
        static void run(void* argument)
        {
            auto& chain = *static_cast<Chain*>(argument);
            if (--chain.left == 0)
                chain.is_done.store(1, std::memory_order_release);
            else
                chain.pool->submit({&Chain::run, argument}, {.worker = chain.left % 3 == 0 ? chain.left % 5 : -1});
        }
    };
    auto pool = pool_of(3);
    Chain chain{pool.get(), 20'000};
    pool->submit({&Chain::run, &chain}, {});
    wait_for(chain.is_done, 1);
}

// What a job submits and then sits on is found by others, though there are too few to be worth a wake-up.
void behind_a_long_job()
{
    struct Long {
        Pool* pool;
        std::atomic<int64_t> done{0};
        static void run(void* argument)
        {
            auto& self = *static_cast<Long*>(argument);
            for (int child = 0; child < 3; ++child)
                self.pool->submit({[](void* more) { static_cast<Long*>(more)->done.fetch_add(1); }, argument}, {});
            int64_t start = now_ns();
            while (self.done.load() != 3)
                demand(now_ns() - start < 5'000'000'000, "jobs behind a long one wait for it");
            self.done.store(4);
        }
    };
    auto pool = pool_of(2);
    submit_and_check(*pool, 50'000, 0, true);  // jobs are known to be short
    for (int turn = 0; turn < 20; ++turn) {
        Long task{pool.get()};
        pool->submit({&Long::run, &task}, {});
        wait_for(task.done, 4);
        usleep(turn % 2 == 0 ? 2000 : 0);
    }
}

struct Blocker {
    std::atomic<int64_t> entered{0};
    std::atomic<bool> leave{false};
    static void run(void* argument)
    {
        auto& self = *static_cast<Blocker*>(argument);
        self.entered.fetch_add(1);
        while (!self.leave.load())
            usleep(100);
    }
};

// With all workers busy the queues fill up: one policy says so, one drops the oldest, one waits.
void bounded()
{
    auto pool = pool_of(2);
    Blocker blocker;
    for (int worker = 0; worker < 2; ++worker)
        pool->submit({&Blocker::run, &blocker}, {.worker = worker});
    wait_for(blocker.entered, 2);
    std::atomic<int64_t> ran{0};
    Job job{[](void* counter) { static_cast<std::atomic<int64_t>*>(counter)->fetch_add(1); }, &ran};
    int64_t taken = 0;
    while (pool->submit(job, {.when_full = WhenFull::reject}) == Submitted::ok)
        demand(++taken < 100'000, "the queues are not bounded");
    demand(taken >= 4096, "the queues are smaller than they should be");
    Ticket* ticket = new Ticket({.function = job.function, .base = reinterpret_cast<char*>(&ran)}, 0);
    for (int turn = 0; turn < 4000; ++turn)
        demand(pool->submit(job, {.when_full = WhenFull::shed}) == Submitted::ok, "a job was refused, not another shed");
    demand(pool->submit(*ticket, {.when_full = WhenFull::reject}) == Submitted::full, "a full queue took a ticket");
    demand(pool->exchange().shed_count() == 4000, "the number of jobs shed is wrong");
    demand(pool->submit(*ticket, {.when_full = WhenFull::shed}) == Submitted::ok, "a ticket was refused");
    for (int turn = 0; turn < 4096; ++turn)
        pool->submit(job, {.when_full = WhenFull::shed});
    demand(ticket->is_shed() && ticket->wait(-1), "a ticket that was shed is not done");
    ticket->drop();
    std::thread waiting([&] { demand(pool->submit(job, {.may_help = false}) == Submitted::ok, "waiting failed"); });
    usleep(5000);
    demand(ran.load() == 0, "a job ran though all workers are busy");
    blocker.leave.store(true);
    waiting.join();
    int64_t all = taken + 4000 + 1 + 4096 + 1 - static_cast<int64_t>(pool->exchange().shed_count());
    wait_for(ran, all);
    while (pool->pending_jobs() != 0)
        usleep(100);
}

// A sender that may help runs what it has sent when there is no room.
void helped()
{
    auto pool = pool_of(1);
    Blocker blocker;
    pool->submit({&Blocker::run, &blocker}, {});
    wait_for(blocker.entered, 1);
    std::thread([&] { submit_and_check(*pool, 256 + 64, 0, true); }).detach();
    usleep(20'000);
    blocker.leave.store(true);
    submit_and_check(*pool, 10'000, 0, false);
    demand(pool->exchange().outside_lane(0).helped.get() + pool->exchange().outside_lane(1).helped.get() > 0,
           "nobody helped");
}

void tickets(int threads)
{
    auto pool = pool_of(threads);
    auto& outlet = *new Outlet(eventfd(0, EFD_CLOEXEC));
    for (uint64_t count : {1, 2, 3, 100, 30'000}) {
        std::vector<int64_t> values(count);
        auto* ticket = new Ticket({.function = [](void* value) { ++*static_cast<int64_t*>(value); },
                                   .base = reinterpret_cast<char*>(values.data()),
                                   .stride = sizeof(int64_t),
                                   .count = count},
                                  0);
        demand(pool->submit(*ticket, {}) == Submitted::ok, "a ticket was refused");
        if (ticket->notify(outlet)) {
            uint64_t rung = 0;
            demand(read(outlet.fd, &rung, sizeof rung) == sizeof rung && rung == 1, "rung more than once");
            demand(outlet.take() == ticket, "another ticket came out");
            ticket->drop();
            demand(outlet.take() == nullptr, "something is left in the port");
        }
        demand(ticket->wait(-1) && ticket->is_done(), "a ticket is not done");
        for (int64_t value : values)
            demand(value == 1, "an item was not run exactly once");
        ticket->drop();
    }
    Blocker blocker;
    auto* ticket = new Ticket({.function = &Blocker::run, .base = reinterpret_cast<char*>(&blocker)}, 0);
    pool->submit(*ticket, {});
    demand(ticket->notify(outlet), "a blocked job is done");
    demand(!ticket->wait(1'000'000), "a wait for a job that is not done ended well");
    blocker.leave.store(true);
    demand(ticket->wait(-1), "a wait did not end");
    ticket->drop();
    outlet.drop();
}

void beside_parallel_for()
{
    auto pool = pool_of(3);
    std::thread jobs([&] { random_jobs(*pool, 0.4, 3); });
    for (int64_t end = now_ns() + 400'000'000; now_ns() < end;) {
        std::vector<int> rows(3000);
        auto body = [](void* context, int64_t begin, int64_t last) {
            for (; begin < last; ++begin)
                ++static_cast<int*>(context)[begin];
        };
        pool->parallel_for(body, rows.data(), 3000, 7, 0);
        for (int times : rows)
            demand(times == 1, "a row was not run exactly once");
    }
    jobs.join();
}

void resized_while_used()
{
    auto pool = pool_of(2);
    std::thread sender([&] { random_jobs(*pool, 0.4, 5); });
    for (int turn = 0; turn < 400; ++turn) {
        pool->set_thread_count(1 + turn % 6);
        usleep(1000);
    }
    sender.join();
}

void more_senders_than_lanes()
{
    auto pool = pool_of(3);
    std::vector<std::thread> all;
    for (int sender = 0; sender < 80; ++sender)
        all.emplace_back([&] {
            for (int turn = 0; turn < 5; ++turn)
                submit_and_check(*pool, 100, 3, turn % 2 == 0);
            usleep(30'000);
        });
    for (std::thread& thread : all)
        thread.join();
}

void stopped_with_jobs_left()
{
    for (int turn = 0; turn < 30; ++turn) {
        std::atomic<int64_t> ran{0};
        {
            auto pool = pool_of(1 + turn % 4);
            for (int job = 0; job < 500; ++job)
                pool->submit({[](void* counter) { static_cast<std::atomic<int64_t>*>(counter)->fetch_add(1); }, &ran}, {});
        }
        demand(ran.load() == 500, "jobs were left when the pool stopped");
    }
}

void closed()
{
    auto pool = pool_of(2);
    submit_and_check(*pool, 100, 0, false);
    pool->close_jobs();
    demand(pool->submit({}, {}) == Submitted::closed, "a closed pool took a job");
    pool->reopen_jobs();
    submit_and_check(*pool, 100, 0, false);
}

void on_one_cpu(double seconds)
{
    cpu_set_t before, one;
    sched_getaffinity(0, sizeof before, &before);
    CPU_ZERO(&one);
    for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu)
        if (CPU_ISSET(cpu, &before))
            CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    senders_at_once(3, 2, seconds);
    submitted_by_a_job(2);
    sched_setaffinity(0, sizeof before, &before);
}

void forked()
{
    ProcessPool::set_thread_count(3);
    Pool& pool = ProcessPool::get();
    submit_and_check(pool, 1000, 0, false);
    for (int turn = 0; turn < 10; ++turn) {
        Blocker blocker;
        pool.submit({&Blocker::run, &blocker}, {});
        wait_for(blocker.entered, 1);
        pid_t child = fork();
        if (child == 0) {
            demand(pool.pending_jobs() == 0, "jobs of the parent are pending in the child");
            submit_and_check(pool, 1000, 0, true);
            std::_Exit(0);
        }
        int status = 0;
        waitpid(child, &status, 0);
        demand(status == 0, "jobs do not work in a child made by fork");
        blocker.leave.store(true);
        submit_and_check(pool, 1000, 0, false);
        while (pool.pending_jobs() != 0)
            usleep(100);
    }
}

// A worker leaves the CPU of its waker, but not for the only CPU that another is bound to.
void placed()
{
    cpu_set_t all;
    if (sched_getaffinity(getpid(), sizeof all, &all) != 0 || CPU_COUNT(&all) < 2)
        return;
    std::thread([&] {
        Placement placement;
        cpu_set_t mask;
        int asked = -2;
        auto refuse = [&](int cpu) { return asked = cpu, false; };
        auto agree = [&](int cpu) { return asked = cpu, true; };
        for (int turn = 0; turn < 100 && !placement.is_displaced(); ++turn) {
            placement.avoid(sched_getcpu(), refuse);
            sched_getaffinity(0, sizeof mask, &mask);
            demand(CPU_EQUAL(&all, &mask) && !placement.is_displaced(), "it stays where it is refused");
            int here = sched_getcpu();
            if (placement.avoid(here, agree) && placement.is_displaced())
                demand(sched_getcpu() != here, "it leaves");
        }
        demand(placement.is_displaced(), "it has left");
        demand(CPU_COUNT(&all) == 2 ? CPU_ISSET(asked, &all) : asked == Placement::kAny, "it has asked for one CPU");
        placement.settle();
        sched_getaffinity(0, sizeof mask, &mask);
        demand(CPU_EQUAL(&all, &mask) && !placement.is_displaced(), "it may run anywhere again");
    }).join();
}

// Every job is one span, taken once or counted as lost, whoever reads meanwhile; threads come and go.
void recorded()
{
    constexpr int64_t kChildren = 50'000;
    int64_t seen = 0, expected = 0;
    auto visit = [&](const Span& span) {
        bool is_ours = span.function == reinterpret_cast<const void*>(&Tree::leaf) ||
                       span.function == reinterpret_cast<const void*>(&Tree::root);
        demand(is_ours && span.began_ns <= span.ended_ns && span.thread > 0, "a span is whole");
        ++seen;
    };
    auto take = [&] { seen += static_cast<int64_t>(Spans::take(visit)); };
    take();
    seen = 0;
    Spans::turn(true);
    for (int threads : {1, 3, 2}) {
        auto pool = pool_of(threads);
        Tree tree{pool.get(), kChildren};
        pool->submit({&Tree::root, &tree}, {});
        expected += kChildren + 1;
        while (tree.done.load(std::memory_order_acquire) != kChildren + 1)
            if (threads != 2)  // the last time nobody reads: more than a ring holds
                take();
        while (seen != expected) {  // a span ends after its job
            take();
            demand(seen <= expected, "no span is taken twice");
        }
    }
    std::atomic<bool> is_over{false};
    std::thread switching([&] {
        for (bool on = false; !is_over.load(std::memory_order_relaxed); on = !on)
            Spans::turn(on);
    });
    submitted_by_a_job(2);
    is_over.store(true, std::memory_order_relaxed);
    switching.join();
    Spans::turn(false);
    take();
}

#if defined(__SANITIZE_THREAD__)
constexpr bool kCanFork = false;  // ThreadSanitizer does not follow threads started in a forked child
#else
constexpr bool kCanFork = true;
#endif

template <class Test>
void announce(const char* name, Test test)
{
    int64_t start = now_ns();
    test();
    std::printf("jobs     %-40s %6.2f s\n", name, static_cast<double>(now_ns() - start) * 1e-9);
    std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments)
{
    double seconds = count > 1 ? std::atof(arguments[1]) : 1;
    alarm(static_cast<unsigned>(100 + 30 * seconds));  // a hang is a failure
    announce("random jobs, 2 workers", [&] { senders_at_once(2, 1, seconds); });
    announce("random jobs, 4 workers, 3 senders", [&] { senders_at_once(4, 3, seconds); });
    announce("random jobs, all on one CPU", [&] { on_one_cpu(seconds); });
    announce("submitted by a job, 1 worker", [] { submitted_by_a_job(1); });
    announce("submitted by a job, 2 workers", [] { submitted_by_a_job(2); });
    announce("submitted by a job, 5 workers", [] { submitted_by_a_job(5); });
    announce("chained", chained);
    announce("placed", placed);
    announce("behind a long job", behind_a_long_job);
    announce("bounded", bounded);
    announce("helped", helped);
    announce("tickets, 1 worker", [] { tickets(1); });
    announce("tickets, 3 workers", [] { tickets(3); });
    announce("beside parallel_for", beside_parallel_for);
    announce("resized while used", resized_while_used);
    announce("more senders than lanes", more_senders_than_lanes);
    announce("stopped with jobs left", stopped_with_jobs_left);
    announce("closed", closed);
    announce("recorded", recorded);
    if (kCanFork)
        announce("forked", forked);
    std::puts("jobs     all passed");
    return 0;
}
