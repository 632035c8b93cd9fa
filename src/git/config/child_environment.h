// The environment for running the user's git and ssh.
#pragma once

#include <map>
#include <string>

namespace eka::git {

// The user's environment (agents, proxies, helpers, configuration), changed so that prompts fail, messages are in
// English (they are parsed), and git is not bound to another repository. A program for passwords that the user has
// configured for git itself (GIT_ASKPASS, core.askPass) is used; SSH_ASKPASS is not.
std::map<std::string, std::string> child_environment();

}  // namespace eka::git
