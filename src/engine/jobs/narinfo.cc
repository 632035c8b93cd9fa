#include "engine/jobs/narinfo.h"

#include <algorithm>
#include <optional>
#include <sstream>

#include "base/take_until.h"
#include "eval/store/derivation.h"

namespace eka::engine {
namespace {

// The value of the line "Key: value".
std::optional<std::string_view> value_of(std::string_view line, std::string_view key) {
  if (!line.starts_with(key)) return std::nullopt;
  line.remove_prefix(key.size());
  if (!line.starts_with(":")) return std::nullopt;
  line.remove_prefix(1);
  while (line.starts_with(' ')) line.remove_prefix(1);
  return line;
}

}  // namespace

Result<Narinfo> Narinfo::parse(std::string_view text, std::string_view store_path) {
  Narinfo out;
  bool is_of_path = false;
  while (!text.empty()) {
    const auto line = take_until(text, '\n');
    if (const auto path = value_of(line, "StorePath")) is_of_path = *path == store_path;
    const auto references = value_of(line, "References");
    if (!references) continue;
    std::istringstream names{std::string(*references)};
    for (std::string name; names >> name;) {
      std::string path = "/nix/store/" + name;
      if (!eval::is_store_path(path)) return fail(Kind::remote, "invalid reference in a narinfo file");
      if (path != store_path) out.references.push_back(std::move(path));
    }
  }
  if (!is_of_path) return fail(Kind::remote, "the narinfo file describes another store path");
  return out;
}

}  // namespace eka::engine
