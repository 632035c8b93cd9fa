#include "git/config/include_condition.h"

#include <algorithm>

#include "base/ascii.h"
#include "git/config/user_path.h"

namespace eka::git {
namespace {

namespace fs = std::filesystem;

// Matches one character with "[...]" at the start of `pattern`; returns the length of the set, 0 if it does not match.
std::size_t match_set(std::string_view pattern, char c) {
  std::size_t at = 1;
  const bool negated = at < pattern.size() && (pattern[at] == '!' || pattern[at] == '^');
  if (negated) ++at;
  bool found = false;
  for (bool first = true; at < pattern.size() && (first || pattern[at] != ']'); first = false) {
    if (pattern[at] == '\\' && at + 1 < pattern.size()) ++at;
    const char low = pattern[at++];
    char high = low;
    if (at + 1 < pattern.size() && pattern[at] == '-' && pattern[at + 1] != ']') {
      high = pattern[at + 1];
      at += 2;
    }
    found = found || (low <= c && c <= high);
  }
  if (at >= pattern.size() || c == '/' || found == negated) return 0;
  return at + 1;
}

bool match_from(std::string_view pattern, std::string_view text, bool at_boundary);

// "**" at the start of `pattern`, between slashes: any number of directories.
bool match_directories(std::string_view pattern, std::string_view text) {
  if (pattern.size() == 2) return true;
  const std::string_view rest = pattern.substr(3);
  if (match_from(rest, text, true)) return true;
  for (std::size_t slash = text.find('/'); slash != std::string_view::npos; slash = text.find('/', slash + 1)) {
    if (match_from(rest, text.substr(slash + 1), true)) return true;
  }
  return false;
}

bool match_star(std::string_view pattern, std::string_view text) {
  for (;; text.remove_prefix(1)) {
    if (match_from(pattern, text, false)) return true;
    if (text.empty() || text.front() == '/') return false;
  }
}

bool match_from(std::string_view pattern, std::string_view text, bool at_boundary) {
  while (!pattern.empty()) {
    const char c = pattern.front();
    if (c == '*') {
      if (at_boundary && pattern.starts_with("**") && (pattern.size() == 2 || pattern[2] == '/')) {
        return match_directories(pattern, text);
      }
      pattern.remove_prefix(std::min(pattern.find_first_not_of('*'), pattern.size()));
      return match_star(pattern, text);
    }
    if (text.empty()) return false;
    std::size_t length = 1;
    if (c == '[') {
      length = match_set(pattern, text.front());
      if (length == 0) return false;
    } else if (c == '?') {
      if (text.front() == '/') return false;
    } else {
      if (c == '\\' && pattern.size() > 1) pattern.remove_prefix(1);
      if (pattern.front() != text.front()) return false;
    }
    at_boundary = text.front() == '/';
    pattern.remove_prefix(length);
    text.remove_prefix(1);
  }
  return text.empty();
}

std::optional<std::string_view> after(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

bool in_git_directory(std::string_view condition, const fs::path& file, const IncludeContext& repository,
                      bool ignore_case) {
  const auto expanded = expanded_path(std::string(condition));
  if (!expanded) return false;
  std::string pattern = *expanded;
  if (pattern.starts_with("./")) {
    std::error_code failure;
    const auto place = fs::weakly_canonical(file.parent_path(), failure);
    pattern = (failure ? file.parent_path() : place).string() + pattern.substr(1);
  } else if (!pattern.starts_with('/')) {
    pattern.insert(0, "**/");
  }
  if (pattern.ends_with('/')) pattern += "**";
  if (ignore_case) pattern = lowered(pattern);
  return std::ranges::any_of(std::initializer_list<fs::path>{repository.git_directory, repository.as_named},
                             [&](const fs::path& place) {
                               std::string text = place.string();
                               if (ignore_case) text = lowered(text);
                               return path_matches(pattern, text);
                             });
}

}  // namespace

bool path_matches(std::string_view pattern, std::string_view text) {
  return match_from(pattern, text, true);
}

bool include_applies(std::string_view condition, const fs::path& file, const IncludeContext* repository) {
  if (repository == nullptr) return false;
  if (const auto place = after(condition, "gitdir:")) return in_git_directory(*place, file, *repository, false);
  if (const auto place = after(condition, "gitdir/i:")) return in_git_directory(*place, file, *repository, true);
  if (const auto branch = after(condition, "onbranch:")) {
    const std::string pattern = std::string(*branch) + (branch->ends_with('/') ? "**" : "");
    return !repository->branch.empty() && path_matches(pattern, repository->branch);
  }
  if (const auto url = after(condition, "hasconfig:remote.*.url:")) {
    return std::ranges::any_of(repository->remote_urls,
                               [&](const std::string& each) { return path_matches(*url, each); });
  }
  return false;
}

}  // namespace eka::git
