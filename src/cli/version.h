#pragma once

#include <string>

namespace eka::cli {

// The output of `eka --version`: eka, its commit, the libraries that affect its behavior, and the Nix that it would
// use. Starts Nix.
std::string version_text();

// "0.1.0"
std::string version_number();

}  // namespace eka::cli
