// eka.toml beside ekala.toml: what the user of this machine overrides while planning atoms of the set.
//
//   [override]
//   auth = "../company"                      # a checkout of the set of `auth`, or a URI
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

#include "atom/names/label.h"
#include "base/error.h"

namespace eka::engine {

inline constexpr const char* override_file = "eka.toml";

struct OverrideFile {
  std::filesystem::path path;
  std::map<atom::Label, std::string> places;  // paths are relative to the directory of the file
  // The file is in the commit that is checked out, so it may come from somebody else: it must not be used.
  bool committed = false;
};

// Of the set at `directory`; nothing if it has none. Blocks. Kind::usage for an invalid file, with line and column.
Result<std::optional<OverrideFile>> read_override_file(const std::filesystem::path& directory);

}  // namespace eka::engine
