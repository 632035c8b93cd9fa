// The keys of the configuration: one row defines how a key is read, set and shown.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "atom/config/config.h"

namespace eka::atom {

// `number` also accepts text with a unit; `truth_or_text` is a truth value or a word; `paths` and `words` are
// arrays.
enum class ConfigType { text, truth, truth_or_text, number, paths, words };

struct ConfigKey {
  std::string_view path;
  std::string_view help;  // what it sets, in the style of --help
  ConfigType type;
  Result<void> (*set)(Config& config, std::string_view text);  // paths separated by ":", words by spaces
  Json (*get)(const Config& config);

  std::string_view words = {};  // the valid values, separated by "|"
  bool user_only = false;       // a repository's own configuration may not set it

  std::string variable() const;  // EKA_…
};

struct ConfigKeys {
  static std::span<const ConfigKey> all();
  static constexpr std::string_view aliases = "uri.aliases";
};

// "4GiB", "512M", "1000": bytes; units are powers of 1024.
Result<std::uint64_t> parse_size(std::string_view text);
// "90", "90s", "10m", "1h".
Result<std::chrono::seconds> parse_duration(std::string_view text);
// The name of the environment variable for `path`.
std::string config_variable(std::string_view path);

}  // namespace eka::atom
