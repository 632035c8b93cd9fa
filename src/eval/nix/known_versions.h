// The versions of Nix that eka is tested with.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace eka::eval {

// The oldest that works, and the newest that scripts/test runs with; those between them are taken to work.
inline constexpr std::string_view oldest_known_nix = "2.8";
inline constexpr std::string_view newest_known_nix = "2.26";

enum class Standing { too_old, known, newer, unknown };

// "2.26.3", or "2.30pre20250101_0123abc" of a development version. Unknown if it starts with no version number.
Standing standing_of(std::string_view version);

// What users should know about a version that is tried although it is not known to work.
std::optional<std::string> note_about(std::string_view version);

// Whether restricted mode allows an expression to list the directories above paths that it may read (since Nix 2.19;
// unknown versions are taken to do that). The evaluator must be able to list its private store, so an atom can see
// there what was evaluated before it in the same process.
bool lists_its_store(std::string_view version);

// "known to work: 2.8 to 2.26"
std::string known_versions();

}  // namespace eka::eval
