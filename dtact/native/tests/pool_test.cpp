// The whole pool, with real threads: plain, under ThreadSanitizer, under AddressSanitizer and UBSan.
//
// Usage: pool_test [seconds for the random part]. Prints one line a test, stops at the first that fails.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include <sys/wait.h>

#include "mesh/process_pool.hpp"

namespace {

using namespace dtact::mesh;

void demand(bool holds, const char* what)
{
    if (holds)
        return;
    std::printf("pool     FAILED: %s\n", what);
    std::fflush(stdout);
    std::_Exit(1);
}

// The cut, at compile time: whole grains, the last one shorter, no overflow at the largest counts.
constexpr int64_t kMost = INT64_MAX;
static_assert(Cut::make(10, 3).chunks() == 4 && Cut::make(10, 3).begin(3) == 9 && Cut::make(10, 3).end(3) == 10);
static_assert(Cut::make(1000, 0).grain == 8 && Cut::make(5, 0).chunks() == 5);
static_assert(Cut::make(kMost, kMost).chunks() == 1 && Cut::make(kMost, 1).chunks() <= Cut::kMostChunks);
static_assert(Cut::make(kMost, 1).end(Cut::make(kMost, 1).chunks() - 1) == kMost);
static_assert(Cut::make(kMost, 7).grain % 7 == 0);

// Plain counters: a row run twice at once, or not visible to the caller, is a data race that ThreadSanitizer sees.
struct Rows {
    std::vector<int> runs;
    int64_t grain = 0;
    unsigned delay = 0;

    static void run(void* context, int64_t begin, int64_t end)
    {
        auto& rows = *static_cast<Rows*>(context);
        if (rows.grain > 0)
            demand(begin % rows.grain == 0 && end - begin <= rows.grain, "a piece is not what the cut promises");
        dawdle(static_cast<unsigned>(begin) * rows.delay);
        for (; begin < end; ++begin)
            ++rows.runs[static_cast<size_t>(begin)];
    }

    static void dawdle(unsigned seed)
    {
        if (seed % 7 == 1)
            std::this_thread::yield();
        if (seed % 61 == 5)
            usleep(seed % 50);
    }
};

void run_and_check(Pool& pool, int64_t count, int64_t grain, int threads, unsigned delay = 0)
{
    Rows rows{.runs = std::vector<int>(static_cast<size_t>(count)), .grain = grain, .delay = delay};
    pool.parallel_for(&Rows::run, &rows, count, grain, threads);
    for (int times : rows.runs)
        demand(times == 1, "a row was not run exactly once");
}

void random_calls(Pool& pool, double seconds, unsigned seed)
{
    std::minstd_rand random(seed);
    for (int64_t end = now_ns() + static_cast<int64_t>(seconds * 1e9); now_ns() < end;) {
        auto below = [&](unsigned limit) { return static_cast<int>(random() % limit); };
        int count = below(below(4) == 0 ? 3000 : 12), grain = below(3) == 0 ? 0 : 1 + below(40);
        run_and_check(pool, count, grain, below(10), static_cast<unsigned>(below(5)));
        if (below(40) == 0)
            usleep(static_cast<unsigned>(below(200)));
    }
}

void callers_at_once(int threads, int callers, double seconds)
{
    auto pool = std::make_unique<Pool>();
    pool->set_thread_count(threads);
    std::vector<std::thread> all;
    for (int caller = 0; caller < callers; ++caller)
        all.emplace_back([&, caller] { random_calls(*pool, seconds, static_cast<unsigned>(caller + 17)); });
    for (std::thread& thread : all)
        thread.join();
}

void resized_while_used()
{
    auto pool = std::make_unique<Pool>();
    std::thread caller([&] { random_calls(*pool, 0.3, 5); });
    for (int turn = 0; turn < 300; ++turn) {
        pool->set_thread_count(1 + turn % 6);
        usleep(1000);
    }
    caller.join();
}

void more_callers_than_slots()
{
    auto pool = std::make_unique<Pool>();
    pool->set_thread_count(3);
    std::vector<std::thread> all;
    for (int caller = 0; caller < 80; ++caller)
        all.emplace_back([&] {
            for (int turn = 0; turn < 10; ++turn)
                run_and_check(*pool, 200, 5, 0, 3);
        });
    for (std::thread& thread : all)
        thread.join();
}

void nested()
{
    struct Outer {
        Pool* pool;
        std::atomic<int64_t> rows{0};
    };
    auto pool = std::make_unique<Pool>();
    pool->set_thread_count(4);
    Outer outer{pool.get()};
    auto inner = [](void* context, int64_t begin, int64_t end) { static_cast<Outer*>(context)->rows += end - begin; };
    static Body inner_body = inner;
    pool->parallel_for(
        [](void* context, int64_t begin, int64_t end) {
            for (; begin < end; ++begin)
                static_cast<Outer*>(context)->pool->parallel_for(inner_body, context, 100, 7, 0);
        },
        &outer, 50, 1, 0);
    demand(outer.rows == 5000, "nested calls lost rows");
}

void started_and_stopped()
{
    for (int turn = 0; turn < 40; ++turn) {
        auto pool = std::make_unique<Pool>();
        pool->set_thread_count(1 + turn % 5);
        for (int call = 0; call < turn % 4; ++call)
            run_and_check(*pool, 100, 3, 0);
        usleep(turn % 3 == 0 ? 300 : 0);
    }
}

void helped_after_idling()
{
    auto pool = std::make_unique<Pool>();
    pool->set_thread_count(2);
    uint64_t before = 0;
    for (int turn = 0; turn < 20; ++turn) {
        usleep(turn == 10 ? 150'000 : 1000);  // once long enough for a displaced worker to settle
        pool->parallel_for([](void*, int64_t, int64_t) { usleep(2000); }, nullptr, 4, 1, 0);
        before += pool->statistics().joins > before ? 1 : 0;
    }
    demand(before >= 5, "sleeping workers do not come");
}

// Two threads on one CPU: the caller must not spin for long, nobody may starve.
void on_one_cpu(double seconds)
{
    cpu_set_t before, one;
    sched_getaffinity(0, sizeof before, &before);
    CPU_ZERO(&one);
    for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu)
        if (CPU_ISSET(cpu, &before))
            CPU_SET(cpu, &one);
    sched_setaffinity(0, sizeof one, &one);
    callers_at_once(3, 2, seconds);
    sched_setaffinity(0, sizeof before, &before);
}

void forked()
{
    ProcessPool::set_thread_count(3);
    Pool& pool = ProcessPool::get();
    run_and_check(pool, 1000, 10, 0);
    for (int turn = 0; turn < 10; ++turn) {
        pid_t child = fork();
        if (child == 0) {
            run_and_check(pool, 1000, 10, 0);
            std::_Exit(pool.statistics().calls == 1 ? 0 : 2);
        }
        int status = 0;
        waitpid(child, &status, 0);
        demand(status == 0, "the pool does not work in a child made by fork");
        run_and_check(pool, 1000, 10, 0);
    }
}

#if defined(__SANITIZE_THREAD__)
constexpr bool kCanFork = false;  // ThreadSanitizer does not follow threads started in a forked child
#else
constexpr bool kCanFork = true;
#endif

void announce(const char* name)
{
    std::printf("pool     %s\n", name);
    std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments)
{
    double seconds = count > 1 ? std::atof(arguments[1]) : 1;
    alarm(static_cast<unsigned>(60 + 20 * seconds));  // a hang is a failure
    announce("random calls, 2 threads");
    callers_at_once(2, 1, seconds);
    announce("random calls, 4 threads, 3 callers at once");
    callers_at_once(4, 3, seconds);
    announce("random calls, all on one CPU");
    on_one_cpu(seconds);
    announce("resized while used");
    resized_while_used();
    announce("more callers than slots");
    more_callers_than_slots();
    announce("nested");
    nested();
    announce("started and stopped");
    started_and_stopped();
    announce("helped after idling");
    helped_after_idling();
    if (kCanFork) {
        announce("forked");
        forked();
    }
    announce("all passed");
    return 0;
}
