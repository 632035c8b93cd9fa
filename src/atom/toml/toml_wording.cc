#include "atom/toml/toml_wording.h"

#include <algorithm>

#include "base/text.h"

namespace eka::atom {
namespace {

// The byte at a position; '\n' at and after the end of its line.
char byte_at(std::string_view text, Position where) {
  for (std::uint32_t line = 1; line < where.line; ++line) {
    const auto end = text.find('\n');
    if (end == std::string_view::npos) return '\n';
    text.remove_prefix(end + 1);
  }
  const auto is_continuation = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; };
  for (std::uint32_t column = 1; column < where.column && !text.empty() && text.front() != '\n'; ++column) {
    text.remove_prefix(1);
    while (!text.empty() && is_continuation(text.front())) text.remove_prefix(1);
  }
  return text.empty() || text.front() == '\r' ? '\n' : text.front();
}

std::string replaced(std::string text, std::string_view old, std::string_view by) {
  if (const auto at = text.find(old); at != std::string::npos) text.replace(at, old.size(), by);
  return text;
}

}  // namespace

std::string toml_wording(std::string_view description, std::string_view text, Position where) {
  // "Error while parsing <what>: <why>"
  constexpr std::string_view start = "Error while parsing ";
  const auto colon = description.find(": ");
  if (!description.starts_with(start) || colon == std::string_view::npos) {
    return description.contains("utf-8") ? "invalid UTF-8" : printable(description);
  }
  const std::string_view part = description.substr(start.size(), colon - start.size());
  const std::string_view why = description.substr(colon + 2);
  const std::string what(part == "literal string" ? "string" : part);
  const bool is_closable = what == "string" || what == "array" || what == "inline table";
  if (why.contains("end-of-file") && is_closable) return "this " + what + " is not closed";
  if (why.contains("control characters")) {
    if (what == "string" && byte_at(text, where) == '\n') return "this string is not closed";
    return "this " + what + " contains a control character" +
           (part == "string" ? "; write it as an escape such as \\u0001" : "");
  }
  if (what == "inline table" && byte_at(text, where) == '\n') return "this inline table is not closed on its line";
  if (why.contains("could not determine value type")) return "this is not a TOML value; text must be in quotes";
  std::string out = replaced(std::string(why), "encountered end-of-file", "the file ends too early");
  out = replaced(std::move(out), "saw '\\n'", "but the line ends");
  out = replaced(std::move(out), "\n'", "'");
  out.erase(std::min(out.find('\n'), out.size()));
  return "in this " + what + ": " + printable(out);
}

}  // namespace eka::atom
