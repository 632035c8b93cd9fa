// The launcher: the last stage before the evaluator, and the first that runs inside the sandbox.
//
// bwrap could not mount anything any more once Landlock confines it. So the walls come first, and then, inside them,
// this stage gives away what is left but for what it is told, and becomes the evaluator. It is the small nixec program
// under another name: linked statically, because the sandbox holds the evaluator's libraries and no others.
#pragma once

#include <string>
#include <vector>

#include "eval/sandbox/landlock.h"

namespace eka::eval {

inline constexpr const char* inside_launcher = "/eka/launcher";

// The command line by which the launcher takes on `grants` and becomes `command`.
std::vector<std::string> launcher_command(const Grants& grants, const std::vector<std::string>& command);

int launcher_main(int argc, char** argv);

}  // namespace eka::eval
