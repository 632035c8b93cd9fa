// Parser of the eka.toml beside an ekala.toml: what the user of this machine overrides.
//
//   [override]
//   auth = "../company"      # an atom's label, and the place where it is taken from: a path, or a URI
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "atom/names/label.h"
#include "base/error.h"

namespace eka::atom {

// `name` is the file name for messages. Kind::usage, with file, line and column.
Result<std::map<Label, std::string>> parse_overrides(std::string_view text, std::string_view name);

}  // namespace eka::atom
