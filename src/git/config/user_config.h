// What the user has told git, as far as transports care: one configuration for our own sockets, git and ssh.
//
// Read once, in git's order, later wins: the system's file (GIT_CONFIG_SYSTEM, GIT_CONFIG_NOSYSTEM), the user's
// ($XDG_CONFIG_HOME/git/config and ~/.gitconfig, or GIT_CONFIG_GLOBAL), and GIT_CONFIG_COUNT of the environment. The
// configuration of a repository is not read: how a remote is reached must not depend on where eka happens to stand, and
// a directory from elsewhere must not say what is run.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atom/names/url.h"
#include "base/error.h"
#include "git/config/config_file.h"

namespace eka::git {

class UserConfig {
 public:
  using Entry = ConfigEntry;

  UserConfig() = default;
  explicit UserConfig(std::vector<Entry> entries) : entries_(std::move(entries)) {}
  // Blocks: for the pool. Kind::usage, naming the file, for one that git could not read either.
  static UserConfig load();

  // The last value of `name`; nothing when it is not set.
  std::optional<std::string> value(std::string_view name) const;
  // All of them, in order.
  std::vector<std::string> values(std::string_view name) const;
  // The values of `section.key` and of those `section.<url>.key` that apply to `url`, as git chooses among them: the
  // best match wins; of equal ones all are kept, in order, and an empty value drops those before it.
  std::vector<std::string> values_for(std::string_view section, std::string_view key, const atom::Url& url) const;
  std::optional<std::string> value_for(std::string_view section, std::string_view key, const atom::Url& url) const;
  // The <url>s of all `credential.<url>.<key>` that apply to `url`, in order, each once.
  std::vector<std::string> credential_contexts(const atom::Url& url) const;
  // Whether `section.key`, or `section.<anything>.key`, has a value that is not empty.
  bool has_any(std::string_view section, std::string_view key) const;

  // Where `url` is to be looked for: url.<base>.insteadOf with the longest match. ssh urls are compared in both of
  // their spellings. Kind::usage when what comes out is no URL, or when a network URL with ".." in
  // it comes out as a path of this machine: the replacement must not lead out of the directory that is configured.
  atom::Url rewritten(const atom::Url& url) const;

 private:
  template <class Take>
  void each_match(std::string_view section, std::string_view key, const atom::Url& url, Take take) const;

  std::vector<Entry> entries_;
};

}  // namespace eka::git
