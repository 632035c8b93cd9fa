// The launcher: the last stage before the evaluator, and the first that runs inside the sandbox.
//
// bwrap could not mount anything if it were confined by Landlock. So bwrap sets up the sandbox first; inside it, this
// stage gives up all access except what is granted, and executes the evaluator. It is the small nixec program under
// another name: linked statically, because the sandbox contains only the libraries of the evaluator.
#pragma once

#include <string>
#include <vector>

#include "eval/sandbox/landlock.h"

namespace eka::eval {

inline constexpr const char* inside_launcher = "/eka/launcher";

// The command line with which the launcher applies `grants` and executes `command`.
std::vector<std::string> launcher_command(const Grants& grants, const std::vector<std::string>& command);

int launcher_main(int argc, char** argv);

}  // namespace eka::eval
