// The room of sandbox.h for macOS, where there are neither namespaces nor seccomp: a profile for sandbox-exec.
//
// UNTRIED: no part of eka runs on macOS yet. The text of the profile is tested, its effect is not; nothing calls this.
//
// What is the same: all is denied that is not listed, so no network, no process but the evaluator, no file but what
// room_binds() names and the private store. What differs: macOS mounts nothing at another place. So everything is
// named where it lies: the expressions and the private store outside, and each source at its store path, where whoever
// uses this must have put it. The limits (nixec.h) are the process's own and hold as elsewhere.
#pragma once

#include <string>

#include "eval/sandbox.h"

namespace eka::eval {

// Pure: the same request gives the same text (in the language of sandbox-exec, version 1).
std::string seatbelt_profile(const Sandbox& sandbox);

// As sandbox_arguments(): sandbox-exec's own options, and what it runs. The environment is the caller's to empty.
SandboxArguments seatbelt_arguments(const Sandbox& sandbox);

}  // namespace eka::eval
