#include "cli/inspect/columns.h"

#include <algorithm>

#include "base/text.h"

namespace eka::cli {

std::string in_columns(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    std::size_t blanks = 0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += std::string(blanks, ' ') + row[i];
      blanks = widths[i] - columns_of(row[i]) + 2;
    }
    out += line + "\n";
  }
  return out;
}

}  // namespace eka::cli
