// Nix's configuration, as far as eka needs it: which store and which substituters the user's Nix uses.
//
// Read from the files that Nix reads, in the same order: nix.conf in $NIX_CONF_DIR (/etc/nix), the user's files
// ($NIX_USER_CONF_FILES, or nix/nix.conf below the directories of the XDG specification), $NIX_CONFIG. Later ones
// override earlier ones. Lines that Nix would reject, unknown settings and unreadable files are skipped: what needs the
// whole configuration is left to Nix, which reports them.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace eka::eval {

class NixConf {
 public:
  // Blocks.
  static NixConf of_user();

  // Empty if it is not set.
  std::string setting(const std::string& name) const;
  bool has(const std::string& name) const { return settings_.contains(name); }

  // Applies the lines of a file in `directory`, which relative includes refer to.
  void apply(std::string_view text, const std::string& directory, int depth = 0);

 private:
  void apply_file(const std::string& path, int depth = 0);

  std::map<std::string, std::string> settings_;
};

}  // namespace eka::eval
