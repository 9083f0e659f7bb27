// What the workers run: a function and its argument, 16 bytes, nothing else. Results, completion and ownership are the
// business of whoever makes the job; see ticket.hpp.
#pragma once

#include <cstdint>

namespace dtact::mesh {

struct Job {
    void (*function)(void*) = nullptr;
    void* argument = nullptr;

    void run() const { function(argument); }
};

}  // namespace dtact::mesh
