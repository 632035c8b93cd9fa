// The system calls that an evaluator may make, as a seccomp program.
//
// The list says what is allowed: files, memory, threads, time. Everything else answers ENOSYS, as an old kernel would,
// so that the C library falls back to what it knows; what a program would expect to be told about (a new process, a
// socket) answers EPERM. Calls in a foreign convention (x32, i386) kill the process. No new process can be started: a
// thread is all that clone() may make.
#pragma once

#include <string>

namespace eka::eval {

// The compiled program, as bwrap's --seccomp reads it from a file: instructions of the kernel's BPF. To compile it
// takes half a millisecond. Throws Error(Kind::failure).
std::string syscall_filter();

}  // namespace eka::eval
