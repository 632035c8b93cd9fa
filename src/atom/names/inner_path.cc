#include "atom/names/inner_path.h"

#include <algorithm>

#include "base/take_until.h"
#include "base/text.h"

namespace eka::atom {
namespace {

constexpr std::size_t path_length_limit = 4096;

}  // namespace

Result<std::string> parse_inner_path(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return fail(Kind::usage, "invalid path “" + printable(text, 200) + "”: " + why);
  };
  if (text.empty()) return refuse("empty (use “.” for the directory itself)");
  if (text.size() > path_length_limit) return refuse("too long");
  if (text.starts_with('/')) return refuse("must be relative");
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(text, control)) return refuse("contains a control character");
  if (text.find('\\') != std::string_view::npos) return refuse("contains a backslash; use “/” as separator");
  std::string out;
  while (!text.empty()) {
    const std::string_view part = take_until(text, '/');
    if (part == "..") return fail(Kind::usage, "invalid path: must not contain “..”");
    if (part.empty() || part == ".") continue;
    if (!out.empty()) out += '/';
    out += part;
  }
  return out.empty() ? "." : out;
}

}  // namespace eka::atom
