#pragma once

#include <string>

namespace eka::cli {

// The output of `eka --version`: eka, its commit, and the libraries that affect its behavior.
std::string version_text();

}  // namespace eka::cli
