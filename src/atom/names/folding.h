// Names as compared by file systems that ignore case or Unicode normalization (those of macOS and Windows).
#pragma once

#include <string>
#include <string_view>

namespace eka::atom {

// Equal for two names that such a file system treats as one. Full case folding, then decomposition; bytes that are not
// UTF-8 are unchanged.
std::string folded(std::string_view name);

}  // namespace eka::atom
