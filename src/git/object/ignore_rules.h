// Which new files of a working tree git ignores (gitignore(5)).
//
// Not libgit2's: it drops a negated pattern ("!x") that excepts nothing of its own file, so that a .gitignore could not
// except what a file further up, or the user, ignores.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "git/config/user_config.h"

namespace eka::git {

class IgnoreRules {
 public:
  explicit IgnoreRules(bool ignore_case) : ignore_case_(ignore_case) {}

  // Adds the patterns of a file; they take precedence over those added before. `base` is the directory that they apply
  // to, relative to the root of the working tree: "", or with a slash at its end.
  void add(std::string_view text, const std::string& base);
  // Reads and adds a file, if it exists. Throws Kind::usage if it is not a regular file, or too large: it may be a pipe
  // or a device.
  void add_file(const std::filesystem::path& file, const std::string& base);

  // Whether the last pattern that matches `path`, relative to the root, ignores it. Directories above it are not
  // considered: everything in an ignored directory is ignored.
  bool ignores(std::string_view path, bool is_directory) const;

  // The rules so far, and the return to them.
  std::size_t size() const { return rules_.size(); }
  void shrink(std::size_t size) { rules_.resize(size); }

 private:
  struct Rule {
    std::string pattern;
    std::string base;
    bool negated = false;
    bool only_directories = false;
    bool only_name = false;  // it contains no slash: matches the last part of a path
  };
  bool matches(const Rule& rule, std::string_view path, bool is_directory) const;

  bool ignore_case_;
  std::vector<Rule> rules_;
};

// The user's own file: core.excludesFile, by default $XDG_CONFIG_HOME/git/ignore; nullopt without a home directory.
std::optional<std::filesystem::path> user_excludes(const UserConfig& config);

}  // namespace eka::git
