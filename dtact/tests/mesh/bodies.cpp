// Bodies for parallel_for, called from the tests through ctypes.
#include <atomic>
#include <cstdint>
#include <ctime>

#include <sys/syscall.h>
#include <unistd.h>

namespace {

void sleep_ns(int64_t time_ns)
{
    timespec time{time_ns / 1'000'000'000, time_ns % 1'000'000'000};
    nanosleep(&time, nullptr);
}

}  // namespace

extern "C" {

// context: one 32-bit counter a row.
void count_row(void* context, int64_t begin, int64_t end)
{
    auto* runs = static_cast<int32_t*>(context);
    for (; begin < end; ++begin)
        ++runs[begin];
}

// context: one 64-bit number a row, which becomes the end of the piece that the row was in.
void mark_piece(void* context, int64_t begin, int64_t end)
{
    auto* ends = static_cast<int64_t*>(context);
    for (; begin < end; ++begin)
        ends[begin] = end;
}

// context: one 64-bit number a row, which becomes the id of the thread. Takes 2 ms a row.
void mark_thread(void* context, int64_t begin, int64_t end)
{
    auto* threads = static_cast<int64_t*>(context);
    for (; begin < end; ++begin) {
        threads[begin] = syscall(SYS_gettid);
        sleep_ns(2'000'000);
    }
}

// context: four 64-bit sums: calls, rows, the largest end, the smallest begin (as its negative).
void sum_up(void* context, int64_t begin, int64_t end)
{
    auto* sums = static_cast<std::atomic<int64_t>*>(context);
    sums[0] += 1;
    sums[1] += end - begin;
    for (int64_t seen = sums[2]; seen < end && !sums[2].compare_exchange_weak(seen, end);) {
    }
}

// Ten seconds a row.
void sleep_long(void*, int64_t begin, int64_t end)
{
    for (; begin < end; ++begin)
        sleep_ns(10'000'000'000);
}
}

extern "C" {

// Jobs. argument: a 64-bit number that grows by one.
void add_one(void* argument) { static_cast<std::atomic<int64_t>*>(argument)->fetch_add(1); }

// argument: a 64-bit number that becomes the id of the thread, after 2 ms.
void note_thread(void* argument)
{
    sleep_ns(2'000'000);
    *static_cast<int64_t*>(argument) = syscall(SYS_gettid);
}

// argument: two 64-bit numbers; adds one to the second, returns once the first is not 0.
void wait_for_it(void* argument)
{
    auto* cells = static_cast<std::atomic<int64_t>*>(argument);
    cells[1].fetch_add(1);
    while (cells[0].load() == 0)
        sleep_ns(100'000);
}

// A chunk of doubles, each doubled.
void double_all(void* data, int64_t count)
{
    for (auto* values = static_cast<double*>(data); count > 0; --count)
        *values++ *= 2;
}
}
