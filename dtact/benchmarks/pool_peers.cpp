// The loops that bench_pool.py times: the same bodies through dtact's pool, through OpenMP, and on one thread. Times in
// nanoseconds.
#include <algorithm>
#include <cstdint>
#include <ctime>

#include <dtact/pool.h>
#include <omp.h>

namespace {

struct Arrays {
    const double *a, *b;
    double* c;
};

int64_t now_ns()
{
    timespec time{};
    clock_gettime(CLOCK_MONOTONIC, &time);
    return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

void nothing(void*, int64_t, int64_t) { asm volatile("" ::: "memory"); }

void twenty_us(void*, int64_t begin, int64_t end)
{
    for (; begin < end; ++begin)
        for (int64_t start = now_ns(); now_ns() - start < 20'000;) {
        }
}

__attribute__((noinline)) void add(void* context, int64_t begin, int64_t end)
{
    auto [a, b, c] = *static_cast<Arrays*>(context);
    for (; begin < end; ++begin)
        c[begin] = a[begin] + b[begin];
}

// One way to run a body over rows.
enum Way { kDtact, kOpenMP, kSerial };

void run(const dtact_pool_api* pool, Way way, dtact_body body, void* context, int64_t count, int64_t grain)
{
    if (way == kDtact) {
        pool->parallel_for(body, context, count, grain, 0);
    } else if (way == kSerial) {
        body(context, 0, count);
    } else {
#pragma omp parallel
        {
            int64_t own = omp_get_thread_num(), threads = omp_get_num_threads();
            int64_t begin = count * own / threads, end = count * (own + 1) / threads;
            if (begin < end)
                body(context, begin, end);
        }
    }
}

void idle(int64_t time_ns)
{
    timespec time{time_ns / 1'000'000'000, time_ns % 1'000'000'000};
    nanosleep(&time, nullptr);
}

}  // namespace

extern "C" {

void set_openmp_threads(int threads) { omp_set_num_threads(threads); }

// Time `calls` calls one after another, after as many untimed ones, or a single one after idle_ns; per call.
// work: 0 nothing, 1 two pieces of 20 us, 2 c = a + b.
double time_calls(const dtact_pool_api* pool, int way, int work, Arrays* arrays, int64_t rows, int calls,
                  int64_t idle_ns)
{
    dtact_body bodies[] = {nothing, twenty_us, add};
    int64_t count = work == 2 ? rows : 2, grain = work == 2 ? 0 : 1;
    auto batch = [&] {
        for (int call = 0; call < calls; ++call)
            run(pool, static_cast<Way>(way), bodies[work], arrays, count, grain);
    };
    if (idle_ns > 0)
        idle(idle_ns);
    else
        batch();
    int64_t start = now_ns();
    batch();
    return static_cast<double>(now_ns() - start) / calls;
}
}
