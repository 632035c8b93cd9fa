// Reads a file in the format of git-config(1), with the files that it includes.
//
// Does not use libgit2, which expands "~/" in include.path only if it may search for the user's configuration itself.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "git/config/include_condition.h"

namespace eka::git {

struct ConfigEntry {
  std::string name;  // as git prints it: section and key in lower case, the subsection between them as written
  std::string value;
};

// The entries of `text` in order, without following includes. A key without a value has the value "true".
Result<std::vector<ConfigEntry>> parse_config(std::string_view text);

// A boolean: "true", "yes" and "on" in any case, and numbers other than 0. What git would refuse is false.
bool is_true(std::string_view value);

// Appends the entries of `file`; those of an included file replace its include line. Included files that do not exist
// are skipped. Conditional includes apply to `repository`, and are skipped without one. Blocks. Throws Kind::usage with
// the file and the line.
void read_config_file(const std::filesystem::path& file, std::vector<ConfigEntry>& into,
                      const IncludeContext* repository = nullptr);

}  // namespace eka::git
