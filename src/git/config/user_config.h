// The user's git configuration, as far as transports need it: the same for our own sockets, git and ssh.
//
// Read once, in git's order; later values override earlier ones: the system's file (GIT_CONFIG_SYSTEM,
// GIT_CONFIG_NOSYSTEM), the user's ($XDG_CONFIG_HOME/git/config and ~/.gitconfig, or GIT_CONFIG_GLOBAL), that of the
// current repository, if it is trusted, and what the environment contains (GIT_CONFIG_COUNT, and GIT_CONFIG_PARAMETERS,
// which `git -c` sets). An untrusted directory must not decide which programs run.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/names/url.h"
#include "base/error.h"
#include "git/config/config_file.h"
#include "git/config/safe_directory.h"

namespace eka::git {

class UserConfig {
 public:
  using Entry = ConfigEntry;

  UserConfig() = default;
  explicit UserConfig(std::vector<Entry> entries) : entries_(std::move(entries)) {}
  // Blocks; call it on the pool. Throws Kind::usage with the name of a file that is invalid for git too.
  static UserConfig load();
  // The same for work in the repository at `place`, which must be trusted (safe_directory.h): its configuration
  // applies, too, and conditional includes are evaluated for it.
  static UserConfig load_in(const RepositoryPlace& place);
  // The same in the directory `start`, if it is in a trusted repository; otherwise load().
  static UserConfig load_at(const std::filesystem::path& start);

  // Where programs run to have the same configuration: the current repository, otherwise "/".
  const std::filesystem::path& directory() const { return directory_; }

  // The last value of `name`; nullopt if it is not set.
  std::optional<std::string> value(std::string_view name) const;
  // All values, in order.
  std::vector<std::string> values(std::string_view name) const;
  // The values of `section.key` and of each `section.<url>.key` that applies to `url`, selected as in git: the most
  // specific match wins; values of equally specific matches are all kept, in order, and an empty value clears those
  // before it.
  std::vector<std::string> values_for(std::string_view section, std::string_view key, const atom::Url& url) const;
  std::optional<std::string> value_for(std::string_view section, std::string_view key, const atom::Url& url) const;
  // The <url> of each `credential.<url>.<key>` that applies to `url`, in order, without duplicates.
  std::vector<std::string> credential_contexts(const atom::Url& url) const;
  // The last value of `name` as a boolean.
  bool is_set(std::string_view name, bool otherwise) const;
  // Whether `section.key` or `section.<anything>.key` has a non-empty value.
  bool has_any(std::string_view section, std::string_view key) const;

  // The URL to use instead of `url`: applies url.<base>.insteadOf with the longest match. ssh URLs are compared in both
  // spellings. Throws Kind::usage if the result is not a URL, or if a network URL with ".." in its path becomes a local
  // path: it must not lead out of the configured directory.
  atom::Url rewritten(const atom::Url& url) const;

 private:
  template <class Take>
  void each_match(std::string_view section, std::string_view key, const atom::Url& url, Take take) const;

  std::vector<Entry> entries_;
  std::filesystem::path directory_ = "/";
};

}  // namespace eka::git
