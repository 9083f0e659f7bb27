// How many CPUs this process may use: its affinity mask, and the CPU quota of its control groups (v1 and v2), rounded
// up.
#pragma once

#include <algorithm>
#include <climits>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "mesh/placement.hpp"

namespace dtact::mesh {

namespace cgroup {

inline constexpr int kNoLimit = INT_MAX;

inline int limit_from(int64_t quota, int64_t period)
{
    if (quota <= 0 || period <= 0)
        return kNoLimit;
    return static_cast<int>(std::clamp<int64_t>(quota / period + (quota % period != 0 ? 1 : 0), 1, kNoLimit));
}

// v2: "max 100000" or "150000 100000"; v1: two files, quota -1 for none.
inline int limit_in(const std::string& folder, bool is_v2)
{
    int64_t quota = -1, period = 100'000;
    if (is_v2) {
        std::ifstream(folder + "/cpu.max") >> quota >> period;  // "max" is no number: the quota becomes 0, no limit
    } else {
        std::ifstream(folder + "/cpu.cfs_quota_us") >> quota;
        std::ifstream(folder + "/cpu.cfs_period_us") >> period;
    }
    return limit_from(quota, period);
}

inline bool has_word(std::string_view list, std::string_view word)
{
    for (size_t start = 0; start <= list.size();) {
        size_t stop = std::min(list.find(',', start), list.size());
        if (list.substr(start, stop - start) == word)
            return true;
        start = stop + 1;
    }
    return false;
}

// mountinfo writes a blank in a path as \040.
inline std::string unescape(const std::string& text)
{
    std::string plain;
    for (size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\\' && at + 3 < text.size()) {
            plain += static_cast<char>(std::strtol(text.substr(at + 1, 3).c_str(), nullptr, 8));
            at += 3;
        } else {
            plain += text[at];
        }
    }
    return plain;
}

struct Mount {
    std::string root, point;
    bool is_v2;
};

// Where the hierarchies that can hold a CPU quota are mounted.
inline std::vector<Mount> cpu_mounts(const std::string& proc)
{
    std::vector<Mount> mounts;
    std::ifstream file(proc + "/mountinfo");
    for (std::string line; std::getline(file, line);) {
        size_t dash = line.find(" - ");
        if (dash == std::string::npos)
            continue;
        std::istringstream left(line.substr(0, dash)), right(line.substr(dash + 3));
        std::string id, parent, device, root, point, type, source, options;
        left >> id >> parent >> device >> root >> point;
        right >> type >> source >> options;
        if (type == "cgroup2" || (type == "cgroup" && has_word(options, "cpu")))
            mounts.push_back({unescape(root), unescape(point), type == "cgroup2"});
    }
    return mounts;
}

// The path of this process in the hierarchy, "" if it is in none. Lines: "0::/path" for v2, "4:cpu,cpuacct:/path" for
// v1.
inline std::string own_path(const std::string& proc, bool is_v2)
{
    std::ifstream file(proc + "/cgroup");
    for (std::string line; std::getline(file, line);) {
        size_t first = line.find(':'), second = line.find(':', first + 1);
        if (second == std::string::npos)
            continue;
        std::string controllers = line.substr(first + 1, second - first - 1);
        if (is_v2 ? controllers.empty() : has_word(controllers, "cpu"))
            return line.substr(second + 1);
    }
    return "";
}

// A quota of any group above counts too. Groups that are not visible from inside a container are passed over.
inline int limit_of_mount(const Mount& mount, std::string path)
{
    if (path.empty())
        return kNoLimit;
    if (mount.root != "/" && path.starts_with(mount.root))
        path.erase(0, mount.root.size());
    if (path.find("..") != std::string::npos)
        path.clear();
    int limit = limit_in(mount.point, mount.is_v2);
    for (; path.find('/') != std::string::npos; path.erase(path.rfind('/')))
        limit = std::min(limit, limit_in(mount.point + path, mount.is_v2));
    return limit;
}

// The quota in whole CPUs, rounded up and at least 1; kNoLimit without one. `proc` is "/proc/self", or a made-up
// folder.
inline int cpu_limit(const std::string& proc)
{
    int limit = kNoLimit;
    for (const Mount& mount : cpu_mounts(proc))
        limit = std::min(limit, limit_of_mount(mount, own_path(proc, mount.is_v2)));
    return limit;
}

}  // namespace cgroup

inline int affinity_count()
{
    CpuSet mask;
    if (mask.load_process_mask() || mask.load_own_mask())
        return std::max(1, mask.count());
    return std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)));
}

inline int cpu_budget() { return std::min(affinity_count(), cgroup::cpu_limit("/proc/self")); }

}  // namespace dtact::mesh
