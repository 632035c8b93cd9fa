#include "base/workflow_text.h"

namespace eka {
namespace {

constexpr std::string_view command = "::";
constexpr std::string_view older_command = "##[";

// What the runner may skip before a command: white space, of which there is some beyond ASCII, too.
bool may_be_skipped(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte <= ' ' || byte >= 0x7f;
}

std::string escaped(std::string_view text, std::string_view characters) {
  static constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (characters.contains(c)) {
      const auto byte = static_cast<unsigned char>(c);
      out += {'%', digits[byte / 16], digits[byte % 16]};
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

std::string without_workflow_commands(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool at_start = true;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto rest = text.substr(at);
    if (at_start && rest.starts_with(command)) {
      out += "\\x3a";
    } else if (rest.starts_with(older_command)) {
      out += "#\\x23";
      ++at;
    } else {
      out += text[at];
    }
    at_start = text[at] == '\n' || text[at] == '\r' || (at_start && may_be_skipped(text[at]));
  }
  return out;
}

std::string workflow_property(std::string_view text) {
  return escaped(text, "%\r\n:,");
}

std::string workflow_message(std::string_view text) {
  return escaped(text, "%\r\n");
}

}  // namespace eka
