// Names as file systems see them that ignore case, or how an accent is composed (those of macOS and Windows).
#pragma once

#include <string>
#include <string_view>

namespace eka::atom {

// Equal for two names that such a file system would take for one. Full case folding, then decomposition; bytes that are
// not UTF-8 stay as they are.
std::string folded(std::string_view name);

}  // namespace eka::atom
