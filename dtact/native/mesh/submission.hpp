// What may be asked of a submission, and what may become of it.
#pragma once

namespace dtact::mesh {

enum class Submitted { ok = 0, full = 1, closed = 2, no_workers = 3 };

struct SubmitOptions {
    enum class WhenFull { wait = 0, reject = 1, shed = 2 };

    WhenFull when_full = WhenFull::wait;
    bool may_help = true;    // whether this thread may run jobs meanwhile
    bool then_waits = false; // this thread is about to block, so its CPU is a good one
    int worker = -1;         // where the job should run
};

}  // namespace dtact::mesh
