#include "cli/output/complain.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace eka::cli {
namespace {

// Enough for a Nix trace; a message beyond it helps nobody.
constexpr std::size_t longest_message = 64 << 10;

// Every line but the first, and no empty one.
std::string indented(std::string text, std::string_view by) {
  std::size_t at = 0;
  while ((at = text.find('\n', at)) != std::string::npos) {
    ++at;
    if (at == text.size() || text[at] == '\n') continue;
    text.insert(at, by);
    at += by.size();
  }
  return text;
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

int gravest(const std::vector<int>& codes) {
  if (codes.empty()) return 0;
  const int highest = std::ranges::max(codes);
  const bool only_usage = std::ranges::all_of(codes, [](int code) { return code == exit_code(Kind::usage); });
  return highest >= 3 || only_usage ? highest : 1;
}

int exit_code(const std::vector<Error>& errors) {
  std::vector<int> codes;
  for (const auto& error : errors) codes.push_back(exit_code(error.kind()));
  return gravest(codes);
}

std::string describe(const Error& error, const Palette& palette) {
  const auto safe = [](const std::string& text) { return printable(text, longest_message, true); };
  std::string out = fmt::format("{} {}\n", palette.red("error:"), indented(safe(error.message()), "       "));
  for (const auto& context : error.context()) out += fmt::format("  while {}\n", safe(context));
  if (!error.hint().empty()) {
    out += fmt::format("  {} {}\n", palette.cyan("hint:"), indented(safe(error.hint()), "        "));
  }
  return out;
}

}  // namespace eka::cli
