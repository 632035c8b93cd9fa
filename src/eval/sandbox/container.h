// The sandbox "container": for a container that is isolated itself and does not allow to create namespaces in it.
//
// The evaluator runs in the file system of the container, as its user. It is restricted by the process itself, without
// privileges: by the same seccomp filter as in the strict sandbox (no network, no other process), by Landlock (it can
// open only the programs, the expressions, the sources of its closure and its private store), and by the same limits.
// Weaker than the strict sandbox:
//   - The existence and the metadata of other files are visible to the evaluator, though not to atoms: Nix's restricted
//     mode alone keeps these from asking.
//   - An evaluator that an atom has taken over by a fault of Nix could change modes and times of files that belong to
//     the user, which Landlock does not cover.
//   - The sources are added to the real store first, since nothing can be mounted at their paths.
#pragma once

#include "eval/sandbox/landlock.h"
#include "eval/sandbox/nixec.h"

namespace eka::eval {

// All that the evaluator may open.
Grants container_grants(const Sandbox& sandbox);

// The path of the expressions as an argument of this sandbox's evaluator, and as a Nix path.
inline constexpr const char* plan_in_container = "<eka/plan.nix>";

// Restricts this process and replaces it with the evaluator. Its standard input must be open. Throws
// Error(Kind::failure), in particular if Landlock is absent: there is no weaker form.
[[noreturn]] void become_evaluator_in_container(const NixecRequest& request);

}  // namespace eka::eval
