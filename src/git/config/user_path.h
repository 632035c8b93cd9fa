// Paths in git's configuration.
#pragma once

#include <optional>
#include <string>

namespace eka::git {

// Expands "~/x" and "~user/x" as git does for paths in its configuration; other texts are returned as they are. nullopt
// for an unknown user, or if there is no home directory.
std::optional<std::string> expanded_path(const std::string& text);

}  // namespace eka::git
