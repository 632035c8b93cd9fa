// Confines a child of the fork server (fork_server.h) to its evaluation.
#pragma once

#include <string>
#include <vector>

#include "eval/sandbox/fork_server.h"
#include "eval/sandbox/nixec.h"

namespace eka::eval {

// How Nix is called.
struct EvaluatorCall {
  std::vector<std::string> command;
  std::vector<std::string> environment;  // "NAME=value", complete
};

// Gives this process the file system, limits, rights and standard streams of the evaluation, and nothing else: a root
// of its own that contains the expressions, the sources and the private store; no capabilities; no other descriptors;
// Landlock, as far as the kernel supports it; the filter of system calls. It has no threads yet.
//
// If that fails, prints why and exits with `nixec_failed`, or with `nixec_cannot_mount` if the root cannot be mounted.
EvaluatorCall confine_to(const ForkedEvaluation& evaluation);

}  // namespace eka::eval
