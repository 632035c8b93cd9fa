#include "cli/output/complain.h"

#include <algorithm>

#include "base/text.h"

namespace eka::cli {
namespace {

// Enough for a Nix trace; a longer message does not help.
constexpr std::size_t longest_message = 64 << 10;

// All lines except the first, without empty ones.
std::string indented(const std::string& text, std::string_view by) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '\n' && i + 1 < text.size() && text[i + 1] != '\n') out += by;
  }
  return out;
}

}  // namespace

int exit_code(Kind kind) {
  switch (kind) {
    case Kind::failure:
      return 1;
    case Kind::usage:
      return 2;
    case Kind::unsatisfiable:
      return 3;
    case Kind::remote:
      return 4;
    case Kind::evaluation:
      return 5;
    case Kind::integrity:
      return 6;
    case Kind::offline:
      return 7;
  }
  return 1;
}

int most_severe(const std::vector<int>& codes) {
  if (codes.empty()) return 0;
  const int highest = std::ranges::max(codes);
  const bool only_usage = std::ranges::all_of(codes, [](int code) { return code == exit_code(Kind::usage); });
  return highest >= 3 || only_usage ? highest : 1;
}

int exit_code(const std::vector<Error>& errors) {
  std::vector<int> codes;
  for (const auto& error : errors) codes.push_back(exit_code(error.kind()));
  return most_severe(codes);
}

Text describe(const Error& error, const Palette& palette) {
  const auto shown = [](const std::string& text) { return printable(text, longest_message, true); };
  Text out = palette.red("error:") + " " + indented(shown(error.message()), "       ") + "\n";
  for (const auto& context : error.context()) out += "  while " + shown(context) + "\n";
  if (!error.hint().empty()) {
    out += "  " + palette.cyan("help:") + " " + indented(shown(error.hint()), "        ") + "\n";
  }
  return out;
}

Text warning_text(const std::string& text, const Palette& palette) {
  return palette.yellow("warning:") + " " + indented(printable(text, longest_message, true), "         ") + "\n";
}

}  // namespace eka::cli
