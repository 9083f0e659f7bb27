// Two processes over one channel, frames of all sizes both ways, checked byte by byte; then the same by two threads, so
// that ThreadSanitizer can follow. Usage: stress [seconds] [threads]
#include "processes/channel.hpp"

#include <cstdio>
#include <cstdlib>
#include <sched.h>
#include <sys/wait.h>
#include <thread>

using namespace dtact::processes;

namespace {

uint32_t next_random(uint32_t& state) { return state = state * 1664525 + 1013904223; }

void pin(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    sched_setaffinity(0, sizeof set, &set);
}

template <class Condition>
void wait(Bell<SharedAtomics>& bell, Condition condition)
{
    while (!condition())
        if (bell.announce(Sleep::spinning, condition) &&
            bell.sleep(2000, 5'000'000'000) != Bell<SharedAtomics>::Slept::rung) {
            bell.wake_up();
            if (!condition())
                continue;
            std::puts("a wake-up was lost");
            std::abort();
        }
}

void fill(Frame* frame, uint32_t size, uint32_t number)
{
    *frame = {};
    frame->bytes = size;
    frame->kind = static_cast<uint32_t>(Kind::job);
    frame->payload_bytes = size - static_cast<uint32_t>(sizeof(Frame));
    frame->generation = number;
    std::memset(frame + 1, static_cast<int>(number & 0xff), frame->payload_bytes);
}

bool is_right(const Frame* frame, uint32_t number)
{
    auto* bytes = reinterpret_cast<const unsigned char*>(frame + 1);
    for (uint32_t at = 0; at < frame->payload_bytes; ++at)
        if (bytes[at] != (number & 0xff))
            return false;
    return frame->generation == number;
}

// Send what comes back: every frame that arrives goes out again.
void echo(Channel& channel, Bell<SharedAtomics>& other)
{
    uint32_t state = 2;
    for (;;) {
        wait(channel.control().worker_bell, [&] { return channel.has_frame(); });
        bool is_sound;
        const Frame* frame = channel.front(is_sound);
        if (!is_sound)
            std::abort();
        if (frame->slot == 1)
            return;
        wait(channel.control().worker_bell, [&] { return channel.begin(frame->bytes) != nullptr; });
        std::memcpy(channel.begin(frame->bytes), frame, frame->bytes);
        uint32_t bytes = frame->bytes;
        channel.publish(bytes);
        channel.release(bytes);
        other.ring();
        if (next_random(state) % 4096 == 0)
            usleep(next_random(state) % 300);
    }
}

uint64_t drive(Channel& channel, Bell<SharedAtomics>& bell, int64_t until_ns)
{
    uint32_t state = 1, sent = 0, seen = 0;
    auto size = [&] {
        uint32_t most = next_random(state) % 64 == 0 ? 60000 : 500;
        return static_cast<uint32_t>(sizeof(Frame)) + next_random(state) % most / 8 * 8;
    };
    bool is_over = false;
    while (!is_over || seen < sent) {
        is_over = dtact::mesh::now_ns() > until_ns;
        uint32_t bytes = size();
        Frame* place;
        while (!is_over && sent - seen < 64 && (place = channel.begin(bytes)) != nullptr) {
            fill(place, bytes, sent++);
            channel.publish(bytes);
            channel.control().worker_bell.ring();
            bytes = size();
        }
        if (seen < sent)
            wait(bell, [&] { return channel.has_frame(); });
        bool is_sound;
        while (const Frame* frame = channel.front(is_sound)) {
            if (!is_right(frame, seen++)) {
                std::puts("a frame was torn");
                std::abort();
            }
            channel.release(frame->bytes);
        }
        channel.control().worker_bell.ring();
    }
    Frame* place = channel.begin(sizeof(Frame));
    fill(place, sizeof(Frame), 0);
    place->slot = 1;
    channel.publish(sizeof(Frame));
    channel.control().worker_bell.ring();
    return sent;
}

void run(double seconds, bool is_threaded, bool is_one_cpu)
{
    int memory = memfd_create("stress", 0), page = memfd_create("stress-bell", 0);
    if (ftruncate(memory, kChannelBytes) != 0 || ftruncate(page, 4096) != 0)
        std::abort();
    auto* bell =
        static_cast<Bell<SharedAtomics>*>(mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, page, 0));
    Channel* parent = Channel::open(memory, true);
    Channel* worker = Channel::open(memory, false);
    int64_t until = dtact::mesh::now_ns() + static_cast<int64_t>(seconds * 1e9);
    uint64_t count;
    if (is_threaded) {
        std::thread thread([&] { echo(*worker, *bell); });
        count = drive(*parent, *bell, until);
        thread.join();
    } else {
        pid_t child = fork();
        if (child == 0) {
            pin(is_one_cpu ? 0 : 1);
            echo(*worker, *bell);
            _exit(0);
        }
        if (is_one_cpu)
            pin(0);
        count = drive(*parent, *bell, until);
        int status = 0;
        waitpid(child, &status, 0);
        if (status != 0)
            std::exit(1);
    }
    std::printf("%llu frames there and back, %s%s\n", static_cast<unsigned long long>(count),
                is_threaded ? "threads" : "processes", is_one_cpu ? ", one CPU" : "");
    delete parent;
    delete worker;
}

}  // namespace

int main(int count, char** words)
{
    double seconds = count > 1 ? std::atof(words[1]) : 2;
    run(seconds, true, false);
    if (count > 2)
        return 0;
    run(seconds, false, false);
    run(seconds, false, true);
}
