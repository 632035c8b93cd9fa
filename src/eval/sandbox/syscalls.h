// The system calls that an evaluator may make, as a seccomp program.
//
// An allow list: files, memory, threads, time. All other calls fail with ENOSYS, as on an old kernel, so that the C
// library uses its fallbacks; calls whose failure a program should notice (a new process, a socket) fail with EPERM.
// Calls with a foreign convention (x32, i386) kill the process. No process can be started: clone() can create only
// threads.
#pragma once

#include <string>

namespace eka::eval {

// The compiled program as read by bwrap's --seccomp: BPF instructions of the kernel. Compiling it takes half a
// millisecond. Without `executes`, it also denies executing programs. Throws Error(Kind::failure).
std::string syscall_filter(bool executes = true);

}  // namespace eka::eval
