#include "store/fact/vouched.h"

#include <algorithm>
#include <utility>

namespace eka::store {

// "<version> <rev>", a line each.
Vouched read_vouched(std::string_view text) {
  Vouched out;
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const auto space = line.find(' ');
    if (space == std::string_view::npos) continue;
    auto version = atom::Version::parse(line.substr(0, space));
    const auto rev = atom::ObjectId::parse(line.substr(space + 1));
    if (version && rev) out.emplace(*std::move(version), *rev);
  }
  return out;
}

std::string write_vouched(const Vouched& vouched) {
  std::string out;
  for (const auto& [version, rev] : vouched) out += version.str() + " " + rev.hex() + "\n";
  return out;
}

}  // namespace eka::store
