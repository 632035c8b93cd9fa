#include "atom/toml/toml_statements.h"

#include <algorithm>

#include "atom/toml/toml.h"

namespace eka::atom {
namespace {

class StatementScanner {
 public:
  explicit StatementScanner(std::string_view text, std::size_t at = 0) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }
  bool done() const { return at_ >= text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  void advance(std::size_t by = 1) { at_ = std::min(at_ + by, text_.size()); }

  void skip_blanks() {
    while (peek() == ' ' || peek() == '\t') advance();
  }
  void skip_comment() {
    if (peek() == '#') at_ = std::min(text_.find('\n', at_), text_.size());
  }
  // Skips blanks, newlines and comments, which may separate the elements of an array.
  void skip_space() {
    for (;;) {
      skip_blanks();
      if (peek() == '#') {
        skip_comment();
      } else if (peek() == '\n' || peek() == '\r') {
        advance();
      } else {
        return;
      }
    }
  }
  void skip_line_end() {
    skip_blanks();
    skip_comment();
    at_ = std::min(text_.find('\n', at_), text_.size());
    advance();
  }

  KeyPath key() {
    KeyPath out;
    for (;;) {
      skip_blanks();
      out.push_back(simple_key());
      skip_blanks();
      if (peek() != '.') return out;
      advance();
    }
  }

  Span value() {
    const auto begin = at_;
    switch (peek()) {
      case '"':
      case '\'':
        skip_string();
        break;
      case '[':
      case '{':
        skip_nested();
        break;
      default:
        // A date and a time may be separated by a space, so trailing blanks are removed afterwards.
        while (!done() && std::string_view(",]}#\r\n").find(peek()) == std::string_view::npos) advance();
    }
    auto end = at_;
    while (end > begin && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) --end;
    at_ = end;
    return {begin, end};
  }

  TomlEntry entry() {
    TomlEntry out;
    out.span.begin = at_;
    out.key = key();
    advance();  // =
    skip_blanks();
    out.value = value();
    out.span.end = out.value.end;
    return out;
  }

 private:
  std::string simple_key() {
    const auto begin = at_;
    if (peek() == '"' || peek() == '\'') {
      skip_string();
      const auto quoted = text_.substr(begin, at_ - begin);
      // toml++ decodes the escapes.
      const auto decoded = toml::parse("k = " + std::string(quoted))["k"].value<std::string>();
      return decoded.value_or(std::string(quoted));
    }
    while (!done() && std::string_view(" \t.=]\r\n").find(peek()) == std::string_view::npos) advance();
    return std::string(text_.substr(begin, at_ - begin));
  }

  void skip_string() {
    const char quote = peek();
    const std::string triple(3, quote);
    const bool multiline = text_.substr(at_).starts_with(triple);
    advance(multiline ? 3 : 1);
    while (!done()) {
      if (quote == '"' && peek() == '\\') {
        advance(2);
      } else if (multiline && text_.substr(at_).starts_with(triple)) {
        advance(3);
        // Up to two additional quotes may belong to the string.
        while (peek() == quote) advance();
        return;
      } else if (!multiline && peek() == quote) {
        advance();
        return;
      } else {
        advance();
      }
    }
  }

  // Skips from an opening bracket to its closing one.
  void skip_nested() {
    std::size_t depth = 0;
    while (!done()) {
      skip_space();
      const char c = peek();
      if (c == '"' || c == '\'') {
        skip_string();
        continue;
      }
      // Both kinds of brackets nest: "[{a = [1]}]".
      if (c == '[' || c == '{') ++depth;
      if (c == ']' || c == '}') --depth;
      advance();
      if (depth == 0) return;
    }
  }

  std::string_view text_;
  std::size_t at_;
};

TomlStatement header(StatementScanner& scan, std::string_view text) {
  TomlStatement out;
  const bool array = text.substr(scan.at()).starts_with("[[");
  out.kind = array ? TomlStatement::Kind::array_table : TomlStatement::Kind::table;
  scan.advance(array ? 2 : 1);
  out.path = scan.key();
  scan.advance(array ? 2 : 1);
  return out;
}

}  // namespace

std::vector<TomlStatement> scan_toml(std::string_view text) {
  std::vector<TomlStatement> out;
  KeyPath under;
  StatementScanner scan(text);
  if (text.starts_with("\xef\xbb\xbf")) scan.advance(3);
  while (!scan.done()) {
    const auto line = scan.at();
    scan.skip_blanks();
    const auto begin = scan.at();
    if (scan.peek() == '\n' || scan.peek() == '\r' || scan.peek() == '#') {
      scan.skip_line_end();
      continue;
    }
    if (scan.done()) break;
    TomlStatement statement;
    if (scan.peek() == '[') {
      statement = header(scan, text);
      under = statement.path;
    } else {
      statement.entry = scan.entry();
      statement.path = under;
      statement.path.insert(statement.path.end(), statement.entry.key.begin(), statement.entry.key.end());
    }
    scan.skip_line_end();
    statement.lines = {line, scan.at()};
    statement.indent = std::string(text.substr(line, begin - line));
    out.push_back(std::move(statement));
  }
  return out;
}

std::vector<TomlEntry> scan_inline_table(std::string_view text, Span value) {
  std::vector<TomlEntry> out;
  StatementScanner scan(text, value.begin + 1);
  for (;;) {
    scan.skip_space();
    if (scan.peek() == ',') {
      scan.advance();
    } else if (scan.done() || scan.at() + 1 >= value.end) {
      return out;
    } else {
      out.push_back(scan.entry());
    }
  }
}

std::vector<Span> scan_array(std::string_view text, Span value) {
  std::vector<Span> out;
  StatementScanner scan(text, value.begin + 1);
  for (;;) {
    scan.skip_space();
    if (scan.peek() == ',') {
      scan.advance();
    } else if (scan.done() || scan.at() + 1 >= value.end) {
      return out;
    } else {
      out.push_back(scan.value());
    }
  }
}

}  // namespace eka::atom
