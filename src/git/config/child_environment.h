// The environment of the user's git and ssh when we run them.
#pragma once

#include <map>
#include <string>

namespace eka::git {

// The user's own (agents, proxies, helpers, configuration), with every prompt turned into a failure, messages in
// English, for they are read, and nothing that binds git to another repository.
std::map<std::string, std::string> child_environment();

}  // namespace eka::git
