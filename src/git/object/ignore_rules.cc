#include "git/object/ignore_rules.h"

#include <algorithm>
#include <cstdlib>
#include <ranges>

#include <fmt/format.h>
#include <sys/stat.h>

#include "base/ascii.h"
#include "git/config/include_condition.h"
#include "git/config/user_path.h"
#include "git/object/working_file.h"

namespace eka::git {
namespace {

namespace fs = std::filesystem;

// Without spaces at the end, unless they are escaped.
std::string_view trimmed(std::string_view line) {
  std::size_t kept = 0;
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == ' ') continue;
    if (line[at] == '\\') ++at;
    kept = std::min(at + 1, line.size());
  }
  return line.substr(0, kept);
}

}  // namespace

void IgnoreRules::add(std::string_view text, const std::string& base) {
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('#')) continue;
    line = trimmed(line);
    Rule rule{.pattern = {}, .base = base};
    rule.negated = line.starts_with('!');
    if (rule.negated) line.remove_prefix(1);
    rule.only_directories = line.ends_with('/');
    if (rule.only_directories) line.remove_suffix(1);
    rule.only_name = line.find('/') == std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) continue;
    rule.pattern = ignore_case_ ? lowered(line) : std::string(line);
    if (ignore_case_) rule.base = lowered(base);
    rules_.push_back(std::move(rule));
  }
}

void IgnoreRules::add_file(const fs::path& file, const std::string& base) {
  struct stat status{};
  if (lstat(file.c_str(), &status) != 0) return;
  if (!S_ISREG(status.st_mode)) throw Error(Kind::usage, file.string() + " is not a regular file");
  if (static_cast<std::uint64_t>(status.st_size) > largest_text) {
    throw Error(Kind::usage, fmt::format("{} is too large: {} bytes", file.string(), status.st_size));
  }
  if (const auto text = read_working_file(file.parent_path(), file.filename())) add(*text, base);
}

bool IgnoreRules::matches(const Rule& rule, std::string_view path, bool is_directory) const {
  if (rule.only_directories && !is_directory) return false;
  if (!path.starts_with(rule.base)) return false;
  const auto rest = rule.only_name ? path.substr(path.rfind('/') + 1) : path.substr(rule.base.size());
  return path_matches(rule.pattern, rest);
}

bool IgnoreRules::ignores(std::string_view path, bool is_directory) const {
  const std::string folded = ignore_case_ ? lowered(path) : std::string();
  if (ignore_case_) path = folded;
  for (const Rule& rule : std::ranges::reverse_view(rules_)) {
    if (matches(rule, path, is_directory)) return !rule.negated;
  }
  return false;
}

std::optional<fs::path> user_excludes(const UserConfig& config) {
  if (const auto named = config.value("core.excludesfile")) {
    const auto path = expanded_path(*named);
    return path && !path->empty() ? std::optional<fs::path>(*path) : std::nullopt;
  }
  if (const char* const xdg = std::getenv("XDG_CONFIG_HOME"); xdg != nullptr && *xdg != '\0') {
    return fs::path(xdg) / "git/ignore";
  }
  const char* const home = std::getenv("HOME");
  return home == nullptr ? std::nullopt : std::optional(fs::path(home) / ".config/git/ignore");
}

}  // namespace eka::git
