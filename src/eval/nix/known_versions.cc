#include "eval/nix/known_versions.h"

#include <charconv>
#include <memory>
#include <utility>

namespace eka::eval {
namespace {

using Number = std::pair<unsigned, unsigned>;

// The first two numbers of a version.
std::optional<Number> number_of(std::string_view version) {
  Number number;
  const char* const end = std::to_address(version.end());
  const auto major = std::from_chars(std::to_address(version.begin()), end, number.first);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return std::nullopt;
  if (std::from_chars(major.ptr + 1, end, number.second).ec != std::errc()) return std::nullopt;
  return number;
}

}  // namespace

Standing standing_of(std::string_view version) {
  const auto number = number_of(version);
  if (!number) return Standing::unknown;
  if (*number < *number_of(oldest_known_nix)) return Standing::too_old;
  return *number > *number_of(newest_known_nix) ? Standing::newer : Standing::known;
}

std::optional<std::string> note_about(std::string_view version) {
  const Standing standing = standing_of(version);
  if (standing == Standing::known || standing == Standing::too_old) return std::nullopt;
  return "Nix " + std::string(version) +
         (standing == Standing::newer ? " is newer than the versions that eka is tested with ("
                                      : " is not among the versions that eka is tested with (") +
         std::string(oldest_known_nix) + " to " + std::string(newest_known_nix) +
         "): its error messages may be shown less clearly, and its builtins may give other results than those of the "
         "tested versions";
}

bool lists_its_store(std::string_view version) {
  const auto number = number_of(version);
  return !number || *number >= Number(2, 19);
}

std::string known_versions() {
  return "known to work: " + std::string(oldest_known_nix) + " to " + std::string(newest_known_nix);
}

}  // namespace eka::eval
