// The eventcount alone, two threads bound to two CPUs, tuned to lose wake-ups if the protocol can: the sleep in the kernel
// is replaced by a spin on the bell (a round takes 0.2 us instead of 4), the producer dirties 32 cache lines that the
// consumer holds before it publishes (a slow store buffer), and a changing delay between rounds moves the two past each
// other. A wake-up is lost if the producer has published and notified, and the bell is silent: no time limit is involved,
// so a thread that is pushed aside by others is not taken for a loss.
//
// Usage: stress [seconds]            exits with 1 after a loss
//        stress seconds must-lose    for a mutant: ends at the first loss, exits with 1 if none comes in enough rounds
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <pthread.h>

#include "mesh/eventcount.hpp"
#include "mesh/placement.hpp"

namespace {

using dtact::mesh::now_ns;
using dtact::mesh::pause_briefly;

constexpr int kLines = 32;
constexpr uint64_t kEnoughRounds = 5'000'000;  // a mutant loses one in half a million

alignas(128) std::atomic<uint64_t> tail{0};      // published rounds
alignas(128) std::atomic<uint64_t> notified{0};  // rounds that are published and notified
alignas(128) std::atomic<uint64_t> head{0};      // consumed rounds
alignas(128) std::atomic<bool> stop{false};
alignas(128) volatile char payload[kLines * 64] = {};
std::atomic<uint64_t> losses{0};

struct SpinningAtomics : dtact::mesh::RealAtomics {
    // Returns true after a loss, as if the time were up, so that the consumer goes on.
    static bool futex_wait(const Atomic<uint32_t>& bell, uint32_t silent, int64_t)
    {
        for (unsigned turn = 1; bell.load(std::memory_order_acquire) == silent; ++turn) {
            pause_briefly();
            if (turn % 256 != 0)
                continue;
            if (stop.load(std::memory_order_relaxed))
                return true;
            uint64_t rounds = notified.load(std::memory_order_acquire);
            if (rounds > head.load(std::memory_order_relaxed) && bell.load(std::memory_order_acquire) == silent) {
                losses.fetch_add(1, std::memory_order_relaxed);
                return true;
            }
        }
        return false;
    }
    static void futex_wake(const Atomic<uint32_t>&) {}
};

dtact::mesh::Eventcount<SpinningAtomics> events;

void bind_to(int index)
{
    cpu_set_t all, one;
    sched_getaffinity(0, sizeof all, &all);
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &all) && index-- == 0)
            CPU_SET(cpu, &one);
    pthread_setaffinity_np(pthread_self(), sizeof one, &one);
}

void consume()
{
    bind_to(1);
    uint64_t seen = 0;
    auto has_work = [&] { return tail.load(std::memory_order_acquire) != seen; };
    while (!stop.load(std::memory_order_relaxed)) {
        if (!has_work())
            events.sleep(0, has_work, 1);
        if (has_work()) {
            for (int line = 0; line < kLines; ++line)
                (void)payload[line * 64];  // takes the lines away from the producer, whose next stores then wait
            head.store(++seen, std::memory_order_release);
        }
    }
}

uint64_t produce(double seconds, bool must_lose)
{
    bind_to(0);
    uint64_t round = 0;
    uint32_t random = 12345;
    int64_t end = now_ns() + static_cast<int64_t>(seconds * 1e9);
    while ((round % 64 != 0 || now_ns() < end) && !(must_lose && losses.load(std::memory_order_relaxed) > 0)) {
        random = random * 1664525 + 1013904223;
        for (volatile uint32_t delay = (random >> 16) % 200; delay > 0;)
            delay = delay - 1;
        for (int line = 0; line < kLines; ++line)
            payload[line * 64] = static_cast<char>(round);
        tail.store(++round, std::memory_order_release);
        if (events.observe() & 1)
            events.wake(0);
        notified.store(round, std::memory_order_release);
        while (head.load(std::memory_order_acquire) != round)
            pause_briefly();
    }
    stop.store(true, std::memory_order_relaxed);
    return round;
}

}  // namespace

int main(int count, char** arguments)
{
    dtact::mesh::CpuSet mask;
    mask.load_own_mask();
    if (mask.count() < 2) {
        std::puts("stress   NOT RUN: it needs two CPUs");
        return 0;
    }
    bool must_lose = count > 2;
    std::thread consumer(consume);
    uint64_t rounds = produce(count > 1 ? std::atof(arguments[1]) : 4, must_lose);
    consumer.join();
    std::printf("stress   %lu rounds, %lu wake-ups lost\n", static_cast<unsigned long>(rounds),
                static_cast<unsigned long>(losses.load()));
    if (!must_lose)
        return losses.load() == 0 ? 0 : 1;
    if (losses.load() == 0 && rounds < kEnoughRounds)
        std::puts("stress   INCONCLUSIVE: the machine is too busy for enough rounds");
    return losses.load() == 0 && rounds >= kEnoughRounds ? 1 : 0;
}
