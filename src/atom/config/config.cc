#include "atom/config/config.h"

#include <algorithm>
#include <stdexcept>

#include "atom/config/config_keys.h"
#include "atom/toml/toml.h"
#include "base/text.h"

namespace eka::atom {
namespace {

constexpr std::size_t size_limit = std::size_t{1} << 20;
constexpr std::string_view own_variables = "EKA_";

std::string_view first_part(std::string_view path) {
  return path.substr(0, path.find('.'));
}

std::string_view notation(ConfigType type) {
  switch (type) {
    case ConfigType::truth:
      return "true or false";
    case ConfigType::truth_or_text:
      return "true, false, or a string";
    case ConfigType::number:
      return "a number, or a string with a unit";
    case ConfigType::paths:
      return "an array of absolute paths; in the variable, separated by colons";
    case ConfigType::words:
      return "an array of strings; in the variable, separated by spaces";
    case ConfigType::text:
      break;
  }
  return "a string";
}

Config::Key documented(const ConfigKey& key) {
  return {std::string(key.path), key.variable(),         std::string(notation(key.type)),
          std::string(key.help), std::string(key.words), key.user_only};
}

}  // namespace

class ConfigReader {
 public:
  void read(const ConfigLayer& layer) {
    const TomlDocument document(layer.text, layer.name, Kind::usage, TomlLimits{.bytes = size_limit});
    layer_ = &layer;
    TomlTable root = document.root();
    read(root, {});
  }

  void read(const Config::Environment& environment) {
    for (auto entry = environment.lower_bound(own_variables);
         entry != environment.end() && entry->first.starts_with(own_variables); ++entry) {
      read_variable(entry->first, entry->second);
    }
  }

  void read(const std::vector<ConfigOption>& options) {
    for (const ConfigOption& option : options) {
      if (auto done = key_of(option.key).set(config_, option.text); !done) {
        throw Error(Kind::usage, option.name + ": " + done.error().message());
      }
      remember(option.key, {option.name, {}});
    }
  }

  static const ConfigKey& key_of(std::string_view path) {
    const auto found = std::ranges::find(ConfigKeys::all(), path, &ConfigKey::path);
    if (found == ConfigKeys::all().end()) throw std::logic_error("no such configuration key: " + std::string(path));
    return *found;
  }

  static Config defaults() { return {}; }

  Config take() { return std::move(config_); }
  Config take(const Config::Environment& environment) {
    resolve_cache_root(environment);
    for (std::string& path : config_.sources_.local) resolve_home(path, "sources.local", environment);
    resolve_home(config_.cache_.signing_key, "cache.signing-key", environment);
    return std::move(config_);
  }

 private:
  // Reads the known keys below `prefix` ("plan." or empty); enters each subtable once.
  void read(TomlTable& table, const std::string& prefix) {
    std::vector<std::string> seen;
    for (const ConfigKey& key : ConfigKeys::all()) {
      if (!key.path.starts_with(prefix)) continue;
      const std::string_view rest = key.path.substr(prefix.size());
      const std::string part(first_part(rest));
      if (part == rest) {
        read_key(table, key, part);
      } else if (std::ranges::find(seen, part) == seen.end()) {
        seen.push_back(part);
        if (auto inner = table.table(part)) read(*inner, prefix + part + ".");
      }
    }
    if (prefix.empty()) {
      if (auto uri = table.table("uri")) {
        if (auto aliases = uri->table("aliases")) read_aliases(*aliases);
        uri->finish();
      }
    }
    table.finish();
  }

  void read_key(TomlTable& table, const ConfigKey& key, const std::string& name) {
    const auto text = read_text(table, key.type, name);
    if (!text) return;
    if (key.user_only && layer_->of_repository) {
      table.document().refuse(table.where(name), "“" + std::string(key.path) +
                                                     "” can be set only in the user's configuration, not in that of a "
                                                     "repository");
    }
    if (auto done = key.set(config_, *text); !done) {
      table.document().refuse(table.where(name), "“" + std::string(key.path) + "”: " + done.error().message());
    }
    remember(key.path, {layer_->name, table.where(name)});
  }

  static std::optional<std::string> read_text(TomlTable& table, ConfigType type, const std::string& name) {
    // A truth value in quotes is refused.
    const auto is_word = [](const TomlString& value) { return value.text != "true" && value.text != "false"; };
    if (type == ConfigType::truth_or_text && table.holds_string(name) && is_word(*table.string(name))) {
      return table.string(name)->text;
    }
    if (type == ConfigType::truth || type == ConfigType::truth_or_text) {
      const auto value = table.boolean(name);
      return value ? std::optional(*value ? "true" : "false") : std::nullopt;
    }
    if (type == ConfigType::paths) return read_array(table, name, ':', "a valid path");
    if (type == ConfigType::words) return read_array(table, name, ' ', "a valid word");
    if (type == ConfigType::number && table.holds_integer(name)) return std::to_string(*table.integer(name));
    const auto value = table.string(name);
    return value ? std::optional(value->text) : std::nullopt;
  }

  // The strings of an array, with `separator` between them.
  static std::optional<std::string> read_array(TomlTable& table, const std::string& name, char separator,
                                               std::string_view wanted) {
    const auto values = table.strings(name);
    if (!values) return std::nullopt;
    std::string joined;
    for (const TomlString& value : *values) {
      if (value.text.empty() || value.text.find(separator) != std::string::npos) {
        table.document().refuse(value.where, "“" + printable(value.text, 80) + "” is not " + std::string(wanted) +
                                                 ": it is empty or contains “" + separator + "”");
      }
      if (!joined.empty()) joined += separator;
      joined += value.text;
    }
    return joined;
  }

  void read_aliases(TomlTable& aliases) {
    for (const TomlString& key : aliases.keys()) {
      const TomlString expansion = aliases.required_string(key.text);
      if (auto done = config_.aliases_.set(key.text, expansion.text); !done) {
        aliases.document().refuse(key.where, done.error().message());
      }
      remember(std::string(ConfigKeys::aliases) + "." + Label::parse(key.text)->str(), {layer_->name, key.where});
    }
  }

  void read_variable(const std::string& name, const std::string& value) {
    const auto set = [&](Result<void> done, std::string_view path) {
      if (!done) throw Error(Kind::usage, name + ": " + done.error().message());
      remember(path, {name, {}});
    };
    for (const ConfigKey& key : ConfigKeys::all()) {
      if (key.variable() == name) return set(key.set(config_, value), key.path);
    }
    const std::string alias_prefix = config_variable(ConfigKeys::aliases) + "_";
    if (name.starts_with(alias_prefix)) {
      std::string alias = name.substr(alias_prefix.size());
      std::ranges::transform(alias, alias.begin(),
                             [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
      return set(config_.aliases_.set(alias, value), std::string(ConfigKeys::aliases) + "." + alias);
    }
    refuse_if_ours(name);
  }

  // Other programs may also use variables that begin with EKA_; one that begins like a section is a misspelled key.
  static void refuse_if_ours(const std::string& name) {
    bool ours = name.starts_with(config_variable("uri."));
    std::vector<std::string> known;
    for (const ConfigKey& key : ConfigKeys::all()) {
      known.push_back(key.variable());
      ours = ours || name.starts_with(config_variable(first_part(key.path)) + "_");
    }
    if (!ours) return;
    const std::string near = nearest(name, known);
    throw Error(Kind::usage, "environment variable “" + printable(name, 100) + "” is unknown" +
                                 (near.empty() ? "" : "; did you mean “" + near + "”?"));
  }

  void remember(std::string_view key, ConfigOrigin origin) {
    config_.origins_.insert_or_assign(std::string(key), std::move(origin));
  }

  void resolve_cache_root(const Config::Environment& environment) {
    std::string& root = config_.cache_root_;
    if (!config_.origins_.contains("cache.root")) {
      if (const std::string cache = directory_in(environment, "XDG_CACHE_HOME"); !cache.empty()) root = cache + "/eka";
    }
    resolve_home(root, "cache.root", environment);
  }

  // The absolute path in a variable; empty if it is unset or not absolute.
  static std::string directory_in(const Config::Environment& environment, std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() || !found->second.starts_with('/') ? std::string() : found->second;
  }

  static void resolve_home(std::string& path, std::string_view key, const Config::Environment& environment) {
    if (path != "~" && !path.starts_with("~/")) return;
    const std::string home = directory_in(environment, "HOME");
    if (home.empty()) {
      throw Error(Kind::usage, "cannot expand “" + std::string(key) + "” (" + path + "): HOME is not set")
          .with_hint("set " + config_variable(key) + " to a directory");
    }
    path = home + path.substr(1);
  }

  Config config_;
  const ConfigLayer* layer_ = nullptr;
};

std::string ConfigOrigin::str() const {
  if (where.line == 0) return source;
  return source + ":" + std::to_string(where.line) + ":" + std::to_string(where.column);
}

Config::Config()
    : cache_root_("~/.cache/eka"),
      platforms_{std::string(native_platform()), std::string(native_platform()), std::string(native_platform())},
      default_composer_{Tag::parse("atom").value(), "ekl:atom", Label::parse("atom-nix").value()},
      aliases_(Aliases::defaults()) {}

Result<Config> Config::load(const std::vector<ConfigLayer>& layers, const Environment& environment,
                            const std::vector<ConfigOption>& options) {
  try {
    ConfigReader reader;
    for (const ConfigLayer& layer : layers) reader.read(layer);
    reader.read(environment);
    reader.read(options);
    return reader.take(environment);
  } catch (const Error& error) {
    return std::unexpected(error);
  }
}

Result<Config> Config::of(const std::vector<ConfigOption>& options) {
  try {
    ConfigReader reader;
    reader.read(options);
    return reader.take();
  } catch (const Error& error) {
    return std::unexpected(error);
  }
}

Result<void> Config::check(std::string_view key, std::string_view text) {
  Config scratch = ConfigReader::defaults();
  return ConfigReader::key_of(key).set(scratch, text);
}

std::vector<Config::Key> Config::keys() {
  std::vector<Key> out;
  for (const ConfigKey& key : ConfigKeys::all()) out.push_back(documented(key));
  const std::string alias = std::string(ConfigKeys::aliases) + ".<name>";
  out.push_back({alias, config_variable(ConfigKeys::aliases) + "_<NAME>", "a string",
                 "address that <name> stands for at the start of a URI, such as https://example.com/sets", "", false});
  return out;
}

Config::Key Config::key(std::string_view path) {
  return documented(ConfigReader::key_of(path));
}

std::vector<Config::Entry> Config::entries() const {
  const auto origin = [this](std::string_view key) {
    const auto found = origins_.find(key);
    return found == origins_.end() ? ConfigOrigin{"default", {}} : found->second;
  };
  std::vector<Entry> out;
  for (const ConfigKey& key : ConfigKeys::all()) {
    out.push_back({std::string(key.path), key.get(*this), origin(key.path)});
  }
  for (const auto& [name, expansion] : aliases_.entries()) {
    const std::string key = std::string(ConfigKeys::aliases) + "." + name;
    out.push_back({key, Json(redacted(expansion)), origin(key)});
  }
  return out;
}

std::string_view native_platform() {
#if defined(__x86_64__) && defined(__linux__)
  return "x86_64-linux";
#elif defined(__aarch64__) && defined(__linux__)
  return "aarch64-linux";
#elif defined(__i386__) && defined(__linux__)
  return "i686-linux";
#elif defined(__arm__) && defined(__linux__)
  return "armv7l-linux";
#elif defined(__riscv) && defined(__linux__)
  return "riscv64-linux";
#elif defined(__powerpc64__) && defined(__linux__)
  return "powerpc64le-linux";
#elif defined(__x86_64__) && defined(__APPLE__)
  return "x86_64-darwin";
#elif defined(__aarch64__) && defined(__APPLE__)
  return "aarch64-darwin";
#else
#error "say how Nix names this platform"
#endif
}

}  // namespace eka::atom
