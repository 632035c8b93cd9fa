#include "git/config/user_config.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/ascii.h"
#include "base/text.h"
#include "git/config/config_file.h"
#include "git/config/include_condition.h"
#include "git/config/repository_format.h"
#include "git/config/url_pattern.h"

namespace eka::git {
namespace {

std::optional<std::string> variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

bool leads_up(const std::filesystem::path& path) {
  return std::ranges::find(path, std::filesystem::path("..")) != path.end();
}

std::vector<std::filesystem::path> files() {
  std::vector<std::filesystem::path> out;
  if (!is_true(variable("GIT_CONFIG_NOSYSTEM").value_or(""))) {
    out.emplace_back(variable("GIT_CONFIG_SYSTEM").value_or("/etc/gitconfig"));
  }
  if (const auto global = variable("GIT_CONFIG_GLOBAL")) {
    out.emplace_back(*global);
    return out;
  }
  const auto home = variable("HOME");
  if (const auto xdg = variable("XDG_CONFIG_HOME"); xdg && !xdg->empty()) {
    out.push_back(std::filesystem::path(*xdg) / "git" / "config");
  } else if (home) {
    out.push_back(std::filesystem::path(*home) / ".config" / "git" / "config");
  }
  if (home) out.push_back(std::filesystem::path(*home) / ".gitconfig");
  return out;
}

// Converts section and key to lower case: "HTTP.https://H/.Proxy".
std::string normalised(const std::string& name) {
  std::string out = name;
  const auto lower = [&out](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) out[i] = lowered(out[i]);
  };
  lower(0, std::min(name.find('.'), name.size()));
  if (const auto dot = name.rfind('.'); dot != std::string::npos) lower(dot, name.size());
  return out;
}

void read_environment(std::vector<UserConfig::Entry>& into) {
  const std::string text = variable("GIT_CONFIG_COUNT").value_or("");
  if (text.empty()) return;
  unsigned count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size() || count > 10'000) {
    throw Error(Kind::usage, "invalid GIT_CONFIG_COUNT: " + printable(text, 40));
  }
  for (unsigned i = 0; i < count; ++i) {
    const auto key = variable("GIT_CONFIG_KEY_" + std::to_string(i));
    const auto value = variable("GIT_CONFIG_VALUE_" + std::to_string(i));
    if (!key || !value) throw Error(Kind::usage, "missing GIT_CONFIG_KEY or GIT_CONFIG_VALUE " + std::to_string(i));
    into.push_back({normalised(*key), *value});
  }
}

// Removes a word in git's shell quotes ('it'\''s') from the start of `text`.
std::optional<std::string> take_quoted(std::string_view& text) {
  if (!text.starts_with('\'')) return std::nullopt;
  std::string out;
  while (text.starts_with('\'')) {
    const auto end = text.find('\'', 1);
    if (end == std::string_view::npos) return std::nullopt;
    out += text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (text.size() < 3 || text[0] != '\\' || text[2] != '\'') break;
    out += text[1];
    text.remove_prefix(2);
  }
  return out;
}

// What `git -c` passes to the programs that it runs: 'key'='value', or 'key=value' from git before 2.30.
void read_parameters(std::vector<UserConfig::Entry>& into) {
  const std::string all = variable("GIT_CONFIG_PARAMETERS").value_or("");
  std::string_view text = all;
  while (true) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    if (text.empty()) return;
    auto key = take_quoted(text);
    std::optional<std::string> value;
    if (key && text.starts_with('=')) {
      text.remove_prefix(1);
      value = text.starts_with('\'') ? take_quoted(text) : std::string("true");
    } else if (key) {
      const auto equals = key->find('=');
      value = equals == std::string::npos ? "true" : key->substr(equals + 1);
      key->resize(std::min(equals, key->size()));
    }
    if (!value || (!text.empty() && text.front() != ' ')) throw Error(Kind::usage, "invalid GIT_CONFIG_PARAMETERS");
    into.push_back({normalised(*key), *value});
  }
}

// The short name of the branch of HEAD; empty if there is none.
std::string branch_of(const std::filesystem::path& git_directory) {
  constexpr std::string_view branch = "ref: refs/heads/";
  std::ifstream in(git_directory / "HEAD");
  std::string line;
  std::getline(in, line);
  return line.starts_with(branch) ? line.substr(branch.size()) : "";
}

std::vector<UserConfig::Entry> read_files(const RepositoryPlace* place, const IncludeContext* repository) {
  std::vector<UserConfig::Entry> out;
  for (const auto& file : files()) read_config_file(file, out, repository);
  if (place != nullptr) {
    read_config_file(common_directory(place->git_directory) / "config", out, repository);
    if (read_format(*place).worktree_config) {
      read_config_file(place->git_directory / "config.worktree", out, repository);
    }
  }
  read_environment(out);
  read_parameters(out);
  return out;
}

// The part between section and key; nullopt if the name has other ones.
std::optional<std::string_view> middle(std::string_view name, std::string_view section, std::string_view key) {
  if (name.size() < section.size() + key.size() + 1 || !name.starts_with(section) || !name.ends_with(key)) {
    return std::nullopt;
  }
  name.remove_prefix(section.size());
  name.remove_suffix(key.size());
  if (name == ".") return std::string_view();
  if (name.size() < 2 || name.front() != '.' || name.back() != '.') return std::nullopt;
  return name.substr(1, name.size() - 2);
}

// The spellings of a URL that a user may have written and that git would compare.
std::vector<std::string> spellings(const atom::Url& url) {
  std::vector<std::string> out{url.with_secret()};
  if (url.is_local()) out.push_back(url.path());
  if (url.scheme() == atom::Url::Scheme::ssh && !url.port()) {
    const std::string who = url.user().empty() ? url.host() : url.user() + "@" + url.host();
    out.push_back(who + ":" + url.path().substr(1));
    out.push_back(who + ":" + url.path());
  }
  return out;
}

}  // namespace

UserConfig UserConfig::load() {
  return UserConfig(read_files(nullptr, nullptr));
}

UserConfig UserConfig::load_in(const RepositoryPlace& place) {
  IncludeContext repository{place.git_directory, place.git_directory, branch_of(place.git_directory), {}};
  if (place.working_tree && !place.git_link) repository.as_named = *place.working_tree / ".git";
  UserConfig out(read_files(&place, &repository));
  out.directory_ = place.name();
  // Which remotes there are is known only when everything else has been read.
  constexpr std::string_view by_remote = "includeif.hasconfig:";
  if (std::ranges::none_of(out.entries_, [&](const Entry& entry) { return entry.name.starts_with(by_remote); })) {
    return out;
  }
  for (const Entry& entry : out.entries_) {
    if (entry.name.starts_with("remote.") && entry.name.ends_with(".url"))
      repository.remote_urls.push_back(entry.value);
  }
  out.entries_ = read_files(&place, &repository);
  return out;
}

UserConfig UserConfig::load_at(const std::filesystem::path& start) {
  const auto place = find_repository(start);
  return place && is_trusted(*place) ? load_in(*place) : load();
}

bool UserConfig::is_set(std::string_view name, bool otherwise) const {
  const auto found = value(name);
  return found ? is_true(*found) : otherwise;
}

std::optional<std::string> UserConfig::value(std::string_view name) const {
  std::optional<std::string> out;
  for (const Entry& entry : entries_) {
    if (entry.name == name) out = entry.value;
  }
  return out;
}

std::vector<std::string> UserConfig::values(std::string_view name) const {
  std::vector<std::string> out;
  for (const Entry& entry : entries_) {
    if (entry.name == name) out.push_back(entry.value);
  }
  return out;
}

template <class Take>
void UserConfig::each_match(std::string_view section, std::string_view key, const atom::Url& url, Take take) const {
  std::optional<UrlMatch> best;
  for (const Entry& entry : entries_) {
    const auto pattern = middle(entry.name, section, key);
    if (!pattern) continue;
    const auto match = pattern->empty() ? std::optional(UrlMatch()) : match_url(*pattern, url);
    if (!match || (best && *match < *best)) continue;
    best = match;
    take(entry.value);
  }
}

std::vector<std::string> UserConfig::values_for(std::string_view section, std::string_view key,
                                                const atom::Url& url) const {
  std::vector<std::string> out;
  each_match(section, key, url, [&out](const std::string& value) {
    if (value.empty()) {
      out.clear();
    } else {
      out.push_back(value);
    }
  });
  return out;
}

std::optional<std::string> UserConfig::value_for(std::string_view section, std::string_view key,
                                                 const atom::Url& url) const {
  std::optional<std::string> out;
  each_match(section, key, url, [&out](const std::string& value) { out = value; });
  return out;
}

std::vector<std::string> UserConfig::credential_contexts(const atom::Url& url) const {
  constexpr std::string_view section = "credential.";
  std::vector<std::string> out;
  for (const Entry& entry : entries_) {
    const auto last = entry.name.rfind('.');
    if (!entry.name.starts_with(section) || last < section.size()) continue;
    std::string context = entry.name.substr(section.size(), last - section.size());
    if (match_credential_context(context, url) && std::ranges::find(out, context) == out.end()) {
      out.push_back(std::move(context));
    }
  }
  return out;
}

bool UserConfig::has_any(std::string_view section, std::string_view key) const {
  return std::ranges::any_of(
      entries_, [&](const Entry& entry) { return middle(entry.name, section, key) && !entry.value.empty(); });
}

atom::Url UserConfig::rewritten(const atom::Url& url) const {
  std::string best;
  std::size_t longest = 0;
  for (const Entry& entry : entries_) {
    const auto base = middle(entry.name, "url", "insteadof");
    if (!base || entry.value.size() <= longest) continue;
    for (const std::string& spelling : spellings(url)) {
      if (!spelling.starts_with(entry.value)) continue;
      longest = entry.value.size();
      best = std::string(*base) + spelling.substr(longest);
      break;
    }
  }
  if (longest == 0) return url;
  auto out = atom::Url::parse(best);
  if (!out) {
    throw Error(std::move(out).error()).within("applying url.<base>.insteadOf to " + url.str());
  }
  // The URL must not lead out of the directory that the user has configured instead.
  if (out->is_local() && !url.is_local() && leads_up(out->path())) {
    throw Error(Kind::usage, "cannot apply url.<base>.insteadOf to " + url.str() + ": the path contains \"..\"");
  }
  return *std::move(out);
}

}  // namespace eka::git
