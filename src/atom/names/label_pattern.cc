#include "atom/names/label_pattern.h"

#include "base/text.h"
#include "base/utf8.h"

namespace eka::atom {
namespace {

// Longer ones match no label.
constexpr std::size_t pattern_length_limit = 256;

std::u32string points_of(std::string_view text) {
  std::u32string out;
  while (!text.empty()) {
    const auto next = first_code_point(text);
    out += next.value;
    text.remove_prefix(next.length);
  }
  return out;
}

// What is between wildcards, as it is written in a label. It need not begin like a label.
Result<std::string> normal_part(std::string_view part) {
  if (part.empty()) return std::string();
  auto label = Label::parse("x" + std::string(part));
  if (!label) return std::unexpected(std::move(label).error());
  return label->str().substr(1);
}

}  // namespace

Result<LabelPattern> LabelPattern::parse(std::string_view text) {
  const auto refuse = [&](const std::string& why) {
    return fail(Kind::usage, "invalid pattern of labels “" + printable(text, 80) + "”: " + why);
  };
  if (text.size() > pattern_length_limit) return refuse("it is too long");
  std::string out;
  for (std::string_view rest = text;;) {
    const auto end = rest.find_first_of("*?");
    auto part = normal_part(rest.substr(0, end));
    if (!part) return refuse("between the wildcards * and ?, it must consist of characters of labels");
    out += *part;
    if (end == std::string_view::npos) break;
    out += rest[end];
    rest.remove_prefix(end + 1);
  }
  return LabelPattern(points_of(out), out);
}

// Tries the last `*` again with one more character whenever the rest does not match.
bool LabelPattern::matches(const Label& label) const {
  const auto text = points_of(label.str());
  std::size_t at = 0;    // in the pattern
  std::size_t read = 0;  // in the label
  std::size_t star = std::u32string::npos;
  std::size_t taken_to = 0;  // by that star
  while (read < text.size()) {
    if (at < points_.size() && points_[at] == U'*') {
      star = at++;
      taken_to = read;
    } else if (at < points_.size() && (points_[at] == U'?' || points_[at] == text[read])) {
      ++at;
      ++read;
    } else if (star != std::u32string::npos) {
      at = star + 1;
      read = ++taken_to;
    } else {
      return false;
    }
  }
  return points_.find_first_not_of(U'*', at) == std::u32string::npos;
}

}  // namespace eka::atom
