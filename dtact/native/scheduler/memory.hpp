// How large the process is and may stay, and a clock that costs next to nothing.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#ifdef __linux__
#include <fcntl.h>
#include <unistd.h>
#endif

namespace dtact::scheduler {

// Bytes in memory, or 0 where the system does not tell.
inline int64_t resident_bytes() {
#ifdef __linux__
    static const int64_t page = sysconf(_SC_PAGESIZE);
    char text[128];
    int file = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return 0;
    }
    auto length = read(file, text, sizeof text - 1);
    close(file);
    if (length <= 0) {
        return 0;
    }
    text[length] = 0;
    long long total = 0, resident = 0;
    return std::sscanf(text, "%lld %lld", &total, &resident) == 2 ? resident * page : 0;
#else
    return 0;
#endif
}

// Let the C heap keep up to 8 MB that are free. As it starts, it gives 128 KB at its top back to the system at once, so
// that a server pays for new pages with every body of that size: a third of its time. glibc learns otherwise when a
// larger block is freed, and so it does here; where the environment has set its limits, they stay.
inline void keep_heap() {
    void *volatile block = std::malloc(4 << 20);  // volatile, or the compiler takes the pair away
    std::free(block);
}

// Nanoseconds of the monotonic clock, some milliseconds coarse.
inline int64_t coarse_ns() {
#ifdef CLOCK_MONOTONIC_COARSE
    constexpr clockid_t clock = CLOCK_MONOTONIC_COARSE;
#else
    constexpr clockid_t clock = CLOCK_MONOTONIC;
#endif
    timespec now;
    clock_gettime(clock, &now);
    return static_cast<int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

}  // namespace dtact::scheduler
