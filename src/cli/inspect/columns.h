// Rows of text as columns of equal width.
#pragma once

#include <string>
#include <vector>

namespace eka::cli {

// Each row on a line, its cells separated by two spaces; the last cell of a row is not padded. Widths are those on a
// terminal.
std::string in_columns(const std::vector<std::vector<std::string>>& rows);

}  // namespace eka::cli
