// A timer that a backend can watch as a file, with the resolution of the clock.
#pragma once

#include <cerrno>
#include <cmath>
#include <cstdint>

#ifdef __linux__
#include <sys/timerfd.h>
#include <unistd.h>
#endif

namespace dtact::scheduler {

// A new descriptor, or -1 where the system has none.
inline int alarm_open() {
#ifdef __linux__
    return timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
#else
    return -1;
#endif
}

// Ring at `when`, in seconds of the monotonic clock; rounded up, never early.
inline void alarm_set(int descriptor, double when) {
#ifdef __linux__
    if (when > 4e9) {
        when = 4e9;
    }
    double seconds = std::floor(when);
    itimerspec value{};
    value.it_value.tv_sec = static_cast<time_t>(seconds);
    value.it_value.tv_nsec = static_cast<long>(std::ceil((when - seconds) * 1e9));
    if (value.it_value.tv_nsec >= 1000000000) {
        value.it_value.tv_sec += 1;
        value.it_value.tv_nsec = 0;
    }
    if (value.it_value.tv_sec == 0 && value.it_value.tv_nsec == 0) {
        value.it_value.tv_nsec = 1;  // zero would switch it off
    }
    timerfd_settime(descriptor, TFD_TIMER_ABSTIME, &value, nullptr);
#else
    (void)descriptor;
    (void)when;
#endif
}

inline void alarm_clear(int descriptor) {
#ifdef __linux__
    uint64_t count;
    while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) {
    }
#else
    (void)descriptor;
#endif
}

}  // namespace dtact::scheduler
