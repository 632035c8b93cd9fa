// Starts the child process of a Command: pipes, session, descriptors, exec.
#pragma once

#include <sys/types.h>

#include "coro/process/descriptor.h"
#include "coro/process/process.h"

namespace eka::coro {

// The child, not yet reaped, and the non-blocking ends of its pipes in this process.
struct Launched {
  pid_t pid = -1;
  Descriptor input;
  Descriptor output;
  Descriptor errors;
  Descriptor ended;  // a pidfd
};

// Throws Error(Kind::failure) with the reason if the program could not be started; there is no child in that case.
Launched launch(const Command& command);

}  // namespace eka::coro
