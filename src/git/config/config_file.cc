#include "git/config/config_file.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "base/ascii.h"
#include "base/text.h"
#include "git/config/user_path.h"

namespace eka::git {
namespace {

constexpr int most_includes = 10;  // nesting depth, as in git
constexpr std::size_t longest_file = std::size_t{16} << 20;

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

bool is_name(char c) {
  return is_alphanumeric(c) || c == '-';
}

class ConfigReader {
 public:
  explicit ConfigReader(std::string_view text) : text_(text) {
    if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  Result<std::vector<ConfigEntry>> read() {
    while (true) {
      while (!ended() && (is_space(peek()) || peek() == '\n')) advance();
      if (ended()) return std::move(entries_);
      if (peek() == '#' || peek() == ';') {
        skip_line();
      } else if (!(peek() == '[' ? section() : entry())) {
        return fail(Kind::usage, "line " + std::to_string(line_) + " is invalid");
      }
    }
  }

 private:
  bool ended() const { return at_ >= text_.size(); }
  char peek() const { return text_[at_]; }
  void advance() {
    if (text_[at_++] == '\n') ++line_;
  }
  void skip_line() {
    while (!ended() && peek() != '\n') advance();
  }
  void skip_spaces() {
    while (!ended() && is_space(peek())) advance();
  }

  // [section], [section.sub] or [section "Sub"]
  bool section() {
    advance();
    section_.clear();
    while (!ended() && (is_name(peek()) || peek() == '.')) {
      section_ += lowered(peek());
      advance();
    }
    if (section_.empty()) return false;
    skip_spaces();
    if (!ended() && peek() == '"' && !subsection()) return false;
    if (ended() || peek() != ']') return false;
    advance();
    return true;
  }

  bool subsection() {
    section_ += '.';
    for (advance(); !ended() && peek() != '"'; advance()) {
      if (peek() == '\\') advance();
      if (ended() || peek() == '\n') return false;
      section_ += peek();
    }
    if (ended()) return false;
    advance();
    skip_spaces();
    return true;
  }

  bool entry() {
    if (section_.empty()) return false;
    std::string name;
    while (!ended() && is_name(peek())) {
      name += lowered(peek());
      advance();
    }
    if (name.empty() || !((name[0] >= 'a' && name[0] <= 'z'))) return false;
    skip_spaces();
    std::string text = "true";
    if (!ended() && peek() == '=') {
      advance();
      auto given = value();
      if (!given) return false;
      text = *std::move(given);
    } else if (!ended() && peek() != '\n' && peek() != '#' && peek() != ';') {
      return false;
    }
    entries_.push_back({section_ + "." + name, std::move(text)});
    return true;
  }

  // Up to the end of the line, unless it ends in a backslash.
  std::optional<std::string> value() {
    skip_spaces();
    std::string out;
    std::size_t kept = 0;  // without trailing spaces
    bool quoted = false;
    for (; !ended(); advance()) {
      const char c = peek();
      if (c == '\n') break;
      if (!quoted && (c == '#' || c == ';')) {
        skip_line();
        break;
      }
      if (c == '"') {
        quoted = !quoted;
        kept = out.size();
        continue;
      }
      if (c == '\\') {
        if (!escape(out)) return std::nullopt;
        kept = out.size();
        continue;
      }
      out += c;
      if (quoted || !is_space(c)) kept = out.size();
    }
    if (quoted) return std::nullopt;
    out.resize(kept);
    return out;
  }

  // Stops at the last character of the escape sequence.
  bool escape(std::string& out) {
    advance();
    if (!ended() && peek() == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') advance();
    if (ended()) return false;
    switch (peek()) {
      case '\n':
        return true;
      case 'n':
        out += '\n';
        return true;
      case 't':
        out += '\t';
        return true;
      case 'b':
        out += '\b';
        return true;
      case '\\':
      case '"':
        out += peek();
        return true;
      default:
        return false;
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::string section_;
  std::vector<ConfigEntry> entries_;
};

// Relative paths are relative to the file that contains them. Empty if the home directory is unknown.
std::filesystem::path included_path(const std::string& path, const std::filesystem::path& from) {
  const auto expanded = expanded_path(path);
  return expanded ? from.parent_path() / *expanded : std::filesystem::path();
}

// Whether the entry names a file to include: include.path, or includeIf.<condition>.path if the condition applies.
bool is_include(const std::string& name, const std::filesystem::path& file, const IncludeContext* repository) {
  constexpr std::string_view conditional = "includeif.";
  constexpr std::string_view key = ".path";
  if (name == "include.path") return true;
  if (!name.starts_with(conditional) || !name.ends_with(key) || name.size() < conditional.size() + key.size()) {
    return false;
  }
  const auto condition =
      std::string_view(name).substr(conditional.size(), name.size() - conditional.size() - key.size());
  return include_applies(condition, file, repository);
}

void read_to(const std::filesystem::path& file, int depth, const IncludeContext* repository,
             std::vector<ConfigEntry>& into) {
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(file, ignored)) return;
  const std::string what = "cannot read the git configuration " + printable(file.string(), 300) + ": ";
  if (depth > most_includes) throw Error(Kind::usage, what + "includes are nested too deeply");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Error(Kind::usage, what + "cannot open it");
  std::string text;
  std::string block(std::size_t{64} << 10, '\0');
  while (stream && text.size() <= longest_file) {
    stream.read(block.data(), static_cast<std::streamsize>(block.size()));
    text.append(block, 0, static_cast<std::size_t>(stream.gcount()));
  }
  if (text.size() > longest_file) throw Error(Kind::usage, what + "too large");
  auto entries = parse_config(text);
  if (!entries) throw Error(Kind::usage, what + entries.error().message());
  for (ConfigEntry& entry : *entries) {
    const bool include = is_include(entry.name, file, repository);
    const std::string value = entry.value;
    into.push_back(std::move(entry));
    if (include) read_to(included_path(value, file), depth + 1, repository, into);
  }
}

}  // namespace

Result<std::vector<ConfigEntry>> parse_config(std::string_view text) {
  return ConfigReader(text).read();
}

bool is_true(std::string_view value) {
  const std::string text = lowered(value);
  if (text == "true" || text == "yes" || text == "on") return true;
  long long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() && number != 0;
}

void read_config_file(const std::filesystem::path& file, std::vector<ConfigEntry>& into,
                      const IncludeContext* repository) {
  read_to(file, 0, repository, into);
}

}  // namespace eka::git
