#include "atom/names/inner_path.h"

#include <algorithm>

#include "base/text.h"

namespace eka::atom {
namespace {

constexpr std::size_t length_limit = 4096;

}  // namespace

Result<std::string> parse_inner_path(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return fail(Kind::usage, "“" + printable(text, 200) + "” is not a path inside: " + why);
  };
  if (text.empty()) return refuse("it is empty; the directory itself is “.”");
  if (text.size() > length_limit) return refuse("it is too long");
  if (text.starts_with('/')) return refuse("it is absolute");
  const auto control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  if (std::ranges::any_of(text, control)) return refuse("it holds a control character");
  if (text.find('\\') != std::string_view::npos) return refuse("directories are separated by “/”");
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('/'), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (part == "..") return fail(Kind::usage, "“..” is not allowed in a path that stays inside");
    if (part.empty() || part == ".") continue;
    if (!out.empty()) out += '/';
    out += part;
  }
  return out.empty() ? "." : out;
}

}  // namespace eka::atom
