// The eventcount alone, two threads bound to two CPUs, tuned to lose wake-ups if the protocol can: the sleep in the
// kernel is replaced by a spin on the bell (a round takes 0.2 us instead of 4), the producer dirties 32 cache lines
// that the consumer holds before it publishes (a slow store buffer), and a changing delay between rounds moves the two
// past each other. A round counts as lost only if the work is there and the bell has not rung after 20 ms: any less and
// the host's own pauses look like losses.
//
// Usage: stress [seconds]. Exits with 1 after a loss.
#include <cstdio>
#include <cstdlib>
#include <pthread.h>
#include <thread>

#include "mesh/eventcount.hpp"
#include "mesh/placement.hpp"

namespace {

using dtact::mesh::now_ns;
using dtact::mesh::pause_briefly;

constexpr int kLines = 32;
constexpr int64_t kPatienceNs = 20'000'000;

std::atomic<uint64_t> losses{0};

struct SpinningAtomics : dtact::mesh::RealAtomics {
    static bool futex_wait(const Atomic<uint32_t>& word, uint32_t expected, int64_t = -1)
    {
        int64_t start = now_ns();
        for (unsigned turn = 1; word.load(std::memory_order_relaxed) == expected; ++turn) {
            pause_briefly();
            if (turn % 1024 == 0 && now_ns() - start > kPatienceNs)
                return true;
        }
        return false;
    }
    static void futex_wake(const Atomic<uint32_t>&) {}
};

struct Ground {
    dtact::mesh::Eventcount<SpinningAtomics> events;
    alignas(128) std::atomic<uint64_t> tail{0};
    alignas(128) std::atomic<uint64_t> head{0};
    alignas(128) std::atomic<bool> stop{false};
    alignas(128) volatile char payload[kLines * 64] = {};
};

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

void consume(Ground& ground)
{
    bind_to(1);
    uint64_t seen = 0;
    auto has_work = [&] { return ground.tail.load(std::memory_order_acquire) != seen; };
    while (!ground.stop.load(std::memory_order_relaxed)) {
        if (!has_work()) {
            auto slept = ground.events.sleep(0, has_work, 1);
            if (slept == decltype(ground.events)::Slept::timed_out && has_work())
                losses.fetch_add(1);
        }
        if (has_work()) {
            for (int line = 0; line < kLines; ++line)
                (void)ground.payload[line * 64];  // takes the lines away from the producer, whose next stores then wait
            ground.head.store(++seen, std::memory_order_release);
        }
    }
}

uint64_t produce(Ground& ground, double seconds)
{
    bind_to(0);
    uint64_t round = 0;
    uint32_t random = 12345;
    for (int64_t end = now_ns() + static_cast<int64_t>(seconds * 1e9); round % 64 != 0 || now_ns() < end;) {
        random = random * 1664525 + 1013904223;
        for (volatile uint32_t delay = (random >> 16) % 200; delay > 0;)
            delay = delay - 1;
        for (int line = 0; line < kLines; ++line)
            ground.payload[line * 64] = static_cast<char>(round);
        ground.tail.store(++round, std::memory_order_release);
        if (ground.events.observe() & 1)
            ground.events.wake(0);
        while (ground.head.load(std::memory_order_acquire) != round)
            pause_briefly();
    }
    ground.stop.store(true, std::memory_order_relaxed);
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
    static Ground ground;
    std::thread consumer([] { consume(ground); });
    uint64_t rounds = produce(ground, count > 1 ? std::atof(arguments[1]) : 4);
    ground.events.wake(0);
    consumer.join();
    std::printf("stress   %lu rounds, %lu wake-ups lost\n", static_cast<unsigned long>(rounds),
                static_cast<unsigned long>(losses.load()));
    return losses.load() == 0 ? 0 : 1;
}
