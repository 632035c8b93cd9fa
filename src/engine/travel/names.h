// What an exported cache says beside its content: which revision each version is, according to the URL of its set.
//
//   eka cache 1
//   set <genesis> <url>            followed by the versions that the remote there named:
//   atom <label> <version> <rev>
//
// Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "store/fact/vouched.h"

namespace eka::engine {

std::string write_names(const std::vector<store::VouchedSet>& sets);
// Kind::integrity.
Result<std::vector<store::VouchedSet>> read_names(std::string_view text);

}  // namespace eka::engine
