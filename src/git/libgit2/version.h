// The user agent that eka sends to servers, and the version of libgit2.
#pragma once

#include <string>
#include <string_view>

namespace eka::git {

// The agent capability of protocol commands.
inline constexpr std::string_view agent = "eka/" EKA_VERSION;
// User-Agent. Some servers send a web page to clients whose name does not begin with "git/".
inline constexpr std::string_view http_user_agent = "git/2.0 (eka/" EKA_VERSION ")";

std::string libgit2_version();

}  // namespace eka::git
