// The root file system of a sandbox, mounted before bwrap starts.
//
// bwrap reads the whole mount table after each bind, so that its time grows with the square of the number of binds:
// 24 ms for Nix and its libraries, half a second for a closure of five hundred sources. mount_root() mounts the same
// files in a mount namespace of this process, a few microseconds each, and bwrap binds the result as a whole. This
// namespace is no security boundary; it contains exactly what bwrap would have bound (root_binds() in sandbox.h).
//
// Hard links or copies were rejected: their cost grows with the number of files, and a source may have forty thousand.
// So was one directory with the sources of all closures: each closure would see the others' sources.
#pragma once

#include <string>
#include <vector>

#include "eval/sandbox/sandbox.h"

namespace eka::eval {

// Enters new user and mount namespaces, and, unless parts of /proc are covered, as in many containers, creates a PID
// namespace for the next child (guard.h). The user and group ids stay the same, so that bwrap, which creates its own
// namespaces, works as without these. The calling process must have one thread. Throws Error(Kind::failure) if the
// kernel or its policy does not allow it; the process must then exit.
void enter_namespaces();

// Enters namespaces in the same way, and mounts `binds` read-only below `at`, an empty directory, and `writable`
// read-write. The calling process must have one thread. Throws Error(Kind::failure) if the kernel (before 5.12) or its
// policy does not allow it; the process must then exit.
void mount_root(const std::string& at, const std::vector<Sandbox::Bind>& binds, const Sandbox::Bind& writable);

// The same mounts in the present mount namespace, which must be the caller's own.
void fill_root(const std::string& at, const std::vector<Sandbox::Bind>& binds, const Sandbox::Bind& writable);

}  // namespace eka::eval
