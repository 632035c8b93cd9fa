// From a Command to a running child: pipes, session, descriptors, exec.
#pragma once

#include <sys/types.h>

#include "coro/process/descriptor.h"
#include "coro/process/process.h"

namespace eka::coro {

// The child, not yet reaped, and our non-blocking ends of its pipes.
struct Launched {
  pid_t pid = -1;
  Descriptor input;
  Descriptor output;
  Descriptor errors;
  Descriptor ended;  // a pidfd
};

// Throws Error(Kind::failure) with the reason if the program could not be started; then nothing is left of it.
Launched launch(const Command& command);

}  // namespace eka::coro
