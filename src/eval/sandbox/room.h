// The files of a sandbox, put together before bwrap builds its walls around them.
//
// bwrap reads the whole mount table after each bind, so that what a room costs grows with the square of what stands in
// it: 24 ms for Nix and its libraries, half a second for a closure of five hundred sources. furnish() mounts the same
// files in a namespace of this process's own, at a few microseconds each, and bwrap binds the result at once. It is no
// wall and keeps nobody out; what it puts together is exactly what bwrap would have bound (room_binds() in sandbox.h).
//
// A view of hard links or copies was rejected: it costs by the file, and a source may have forty thousand. So was one
// directory with the sources of all closures, which would show one closure to another.
#pragma once

#include <string>
#include <vector>

#include "eval/sandbox/sandbox.h"

namespace eka::eval {

// Enters a user and a mount namespace of its own, and mounts `binds` read-only beneath `at`, an empty directory, and
// `desk` beside them, which alone can be written. The calling process must have one thread. Throws Error(Kind::failure)
// where the kernel (before 5.12) or its policy refuses; the process is of no further use then.
void furnish(const std::string& at, const std::vector<Sandbox::Bind>& binds, const Sandbox::Bind& desk);

}  // namespace eka::eval
