// The loops of bench_jobs.py: jobs of 41 ns through dtact's pool and in the submitting thread, chains, long jobs, wakes.
#include <algorithm>
#include <atomic>
#include <cstdint>
#include <ctime>
#include <vector>

#include <dtact/pool.h>
#include <sched.h>
#include <unistd.h>

namespace {

int64_t now_ns()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

// One counter a thread, so that counting costs nothing.
constexpr int kMostThreads = 300;
struct alignas(128) Count {
    std::atomic<int64_t> value{0};
};
Count counts[kMostThreads];
std::atomic<int> threads_seen{0};
thread_local Count* own_count = nullptr;

void count_one()
{
    if (own_count == nullptr)
        own_count = &counts[threads_seen.fetch_add(1)];
    own_count->value.store(own_count->value.load(std::memory_order_relaxed) + 1, std::memory_order_release);
}

int64_t counted()
{
    int64_t sum = 0;
    for (int thread = 0; thread < threads_seen.load(); ++thread)
        sum += counts[thread].value.load(std::memory_order_acquire);
    return sum;
}

// The sum of 0..99, which the compiler may not shorten: about 41 ns.
void small_job(void*)
{
    int64_t sum = 0;
    for (int64_t number = 0; number < 100; ++number) {
        sum += number;
        asm volatile("" : "+r"(sum));
    }
    count_one();
}

void spin_job(void* argument)
{
    int64_t end = now_ns() + reinterpret_cast<intptr_t>(argument);
    while (now_ns() < end) {
    }
    count_one();
}

struct Producer {
    const dtact_pool_api* pool;
    int64_t count;
    int64_t start = 0;
};

void produce(void* argument)
{
    auto& self = *static_cast<Producer*>(argument);
    self.start = now_ns();
    for (int64_t job = 0; job < self.count; ++job)
        self.pool->submit(small_job, nullptr, DTACT_WAIT);
}

double wait_until(int64_t wanted, int64_t start, bool sleeps)
{
    while (counted() < wanted)
        if (sleeps)
            usleep(50);
        else
            sched_yield();
    return static_cast<double>(now_ns() - start);
}

struct Chain {
    const dtact_pool_api* pool;
    std::atomic<int64_t> left;
};

void chain_job(void* argument)
{
    auto& chain = *static_cast<Chain*>(argument);
    small_job(nullptr);
    if (chain.left.fetch_sub(1) > 1)
        chain.pool->submit(chain_job, argument, DTACT_WAIT);
}

std::atomic<int64_t> woken_at{0};
void note_time(void*) { woken_at.store(now_ns(), std::memory_order_release); }

}  // namespace

extern "C" {

// Nanoseconds for `count` small jobs in this thread.
double inline_jobs(int64_t count)
{
    int64_t start = now_ns();
    for (int64_t job = 0; job < count; ++job)
        small_job(nullptr);
    return static_cast<double>(now_ns() - start);
}

// Submitted by a job (from_job != 0) or by this thread, from its first submission until all have run. Who waits sleeps
// while a job submits, because there are as many workers as CPUs.
double hot_core(const dtact_pool_api* pool, int64_t count, int from_job)
{
    int64_t before = counted();
    Producer producer{pool, count};
    if (from_job == 0) {
        produce(&producer);
        return wait_until(before + count, producer.start, false);
    }
    dtact_ticket* ticket = pool->ticket_submit(produce, &producer, 0, 1, 0, DTACT_THEN_WAIT, nullptr);
    pool->ticket_wait(ticket, -1);
    double time = wait_until(before + count, producer.start, false);
    pool->ticket_free(ticket);
    return time;
}

// The least and most that a thread has run since `reset`, as a share of all.
double least_share(int64_t* before, int threads)
{
    int64_t sum = 0, least = INT64_MAX;
    std::vector<int64_t> ran;
    for (int thread = 0; thread < threads_seen.load(); ++thread)
        ran.push_back(counts[thread].value.load() - before[thread]);
    std::sort(ran.rbegin(), ran.rend());
    ran.resize(static_cast<size_t>(threads));
    for (int64_t one : ran)
        sum += one, least = std::min(least, one);
    return sum == 0 ? 0 : static_cast<double>(least) / static_cast<double>(sum);
}

void read_counts(int64_t* into)
{
    for (int thread = 0; thread < kMostThreads; ++thread)
        into[thread] = counts[thread].value.load();
}

// `count` jobs one after the other, each submitted by the one before it.
double chain(const dtact_pool_api* pool, int64_t count)
{
    Chain state{pool, {count}};
    int64_t before = counted(), start = now_ns();
    pool->submit(chain_job, &state, DTACT_WAIT);
    return wait_until(before + count, start, true);
}

// `count` jobs of `each_ns`, submitted one by one by this thread, which then sleeps.
double long_jobs(const dtact_pool_api* pool, int64_t count, int64_t each_ns)
{
    int64_t before = counted(), start = now_ns();
    for (int64_t job = 0; job < count; ++job)
        pool->submit(spin_job, reinterpret_cast<void*>(static_cast<intptr_t>(each_ns)), DTACT_WAIT);
    return wait_until(before + count, start, true);
}

// From submitting to the first line of the job, after a pause.
double wake(const dtact_pool_api* pool, int64_t pause_ns, uint32_t options)
{
    woken_at.store(0);
    timespec time{pause_ns / 1'000'000'000, pause_ns % 1'000'000'000};
    nanosleep(&time, nullptr);
    int64_t start = now_ns();
    pool->submit(note_time, nullptr, options);
    while (woken_at.load(std::memory_order_acquire) == 0) {
    }
    return static_cast<double>(woken_at.load() - start);
}

// For peers and for submit_many from Python.
void small_job_c(void* argument) { small_job(argument); }
int64_t counted_c() { return counted(); }
}
