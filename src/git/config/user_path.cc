#include "git/config/user_path.h"

#include <algorithm>
#include <array>
#include <cstdlib>

#include <pwd.h>

namespace eka::git {

std::optional<std::string> expanded_path(const std::string& text) {
  if (!text.starts_with('~')) return text;
  const auto slash = std::min(text.find('/'), text.size());
  if (slash == 1) {
    const char* const home = std::getenv("HOME");
    return home == nullptr ? std::nullopt : std::optional(home + text.substr(slash));
  }
  std::array<char, 16384> buffer{};
  passwd user{};
  passwd* found = nullptr;
  if (::getpwnam_r(text.substr(1, slash - 1).c_str(), &user, buffer.data(), buffer.size(), &found) != 0 || !found) {
    return std::nullopt;
  }
  return user.pw_dir + text.substr(slash);
}

}  // namespace eka::git
