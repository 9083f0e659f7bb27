// How long the loop may go on with what follows from what it ran, before the backend looks at its files.
#pragma once

#include <algorithm>
#include <cstddef>

#include "scheduler/timers.hpp"

namespace dtact::scheduler {

// A chain ends after so many steps or seconds, whichever is first. Reading the clock costs as much as a quarter of a
// step, so it is read once in 32 steps while steps are quick, and after each of them where they are slow.
class Chain {
  public:
    static constexpr ptrdiff_t STEPS = 1024, STRIDE = 32;
    static constexpr double SECONDS = 250e-6, QUICK_STEP = 1e-6;

    double begin() { return began_ = looked_ = now_seconds(); }

    // So many more steps have run: whether it is time for `look`.
    bool ran(ptrdiff_t steps) {
        unlooked_ += steps;
        return unlooked_ >= stride_;
    }

    // Look at the clock, and return the time.
    double look() {
        double now = now_seconds();
        bool quick = now - looked_ < QUICK_STEP * static_cast<double>(unlooked_);
        stride_ = quick ? std::min(2 * stride_, STRIDE) : 1;
        run_ += unlooked_;
        unlooked_ = 0;
        return looked_ = now;
    }

    // Whether the chain ends here, as of the last look.
    bool over() const { return run_ > STEPS || looked_ - began_ > SECONDS; }

  private:
    double began_ = 0, looked_ = 0;
    ptrdiff_t run_ = 0, unlooked_ = 0, stride_ = 1;
};

}  // namespace dtact::scheduler
