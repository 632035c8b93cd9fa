#pragma once

#include <string>

namespace eka::cli {

// What `eka --version` prints: eka, its commit, and the libraries that decide how it behaves.
std::string version_text();

}  // namespace eka::cli
