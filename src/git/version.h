// How eka calls itself before servers.
#pragma once

#include <string_view>

namespace eka::git {

inline constexpr std::string_view user_agent = "eka/" EKA_VERSION;

}  // namespace eka::git
