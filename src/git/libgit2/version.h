// How eka calls itself before servers, and what its git floor is made of.
#pragma once

#include <string>
#include <string_view>

namespace eka::git {

// In commands of the protocol.
inline constexpr std::string_view agent = "eka/" EKA_VERSION;
// Over HTTP. Some servers answer with a web page to whatever does not begin so.
inline constexpr std::string_view http_user_agent = "git/2.0 (eka/" EKA_VERSION ")";

std::string libgit2_version();

}  // namespace eka::git
