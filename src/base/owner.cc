#include "base/owner.h"

#include <charconv>
#include <cstdlib>
#include <string_view>

#include <sys/stat.h>
#include <unistd.h>

namespace eka {
namespace {

bool called_sudo(uid_t user) {
  const char* const text = std::getenv("SUDO_UID");
  if (text == nullptr) return false;
  const std::string_view digits(text);
  uid_t caller = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), caller);
  return error == std::errc() && end == digits.data() + digits.size() && caller == user;
}

}  // namespace

bool is_own_user(uid_t user) {
  const uid_t self = ::geteuid();
  return user == self || (self == 0 && called_sudo(user));
}

bool is_owned(const std::filesystem::path& path) {
  struct stat status{};
  return ::lstat(path.c_str(), &status) == 0 && is_own_user(status.st_uid);
}

}  // namespace eka
