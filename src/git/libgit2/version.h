// How eka calls itself before servers, and what its git floor is made of.
#pragma once

#include <string>
#include <string_view>

namespace eka::git {

inline constexpr std::string_view user_agent = "eka/" EKA_VERSION;

std::string libgit2_version();

}  // namespace eka::git
