// A process that ends the sandbox with eka, at whatever point eka is killed.
//
// bwrap's option --die-with-parent takes effect late: its child, which becomes the sandbox, waits for its parent before
// it, and a child whose parent is killed at that point would wait forever. So bwrap runs as a child of the guard, which
// outlives eka for as long as it takes to kill everything below it. If mount_root() has created a PID namespace, bwrap
// is its first process, with a /proc of its own, and the kernel ends all others with it, even if the guard is killed,
// too.
#pragma once

#include <sys/types.h>

namespace eka::eval {

// Returns in a child of this process, which must have one thread. This process becomes the guard: it exits with the
// exit code of the child, or 128 + the signal that ended it. When `parent`, the process that started this one, is gone,
// or when the guard gets SIGTERM, SIGINT or SIGHUP, it kills the child and all its descendants; likewise after
// `wall_seconds` (0: no limit), and then it ends by SIGALRM. Throws Error(Kind::failure) if no process can be created.
void continue_under_guard(pid_t parent, unsigned wall_seconds);

}  // namespace eka::eval
