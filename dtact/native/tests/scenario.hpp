// What the explored scenarios share: see model.hpp.
#pragma once

#define DTACT_MUTATE_AT_RUN_TIME
#include "model.hpp"

namespace scenarios {

using model::Atomics;
using model::Explorer;
using Threads = std::vector<std::function<void()>>;

constexpr auto kAcquire = std::memory_order_acquire;
constexpr auto kRelease = std::memory_order_release;

inline void demand(bool holds, const char* what) { Explorer::now->demand(holds, what); }

}  // namespace scenarios
