#pragma once
#include <dtact/pool.h>
#include <algorithm>
namespace dtact::mesh {
inline int32_t thread_count() { return 1; }
inline int32_t set_thread_count(int32_t) { return 1; }
inline void parallel_for(dtact_body body, void* context, int64_t count, int64_t grain, int32_t) {
    if (grain < 1) grain = (count + 127) / 128;
    for (int64_t begin = 0; begin < count; begin += grain) body(context, begin, std::min(count, begin + grain));
}
inline const dtact_pool_api kApi = {DTACT_POOL_API_VERSION, sizeof(dtact_pool_api), thread_count, set_thread_count, parallel_for};
}
